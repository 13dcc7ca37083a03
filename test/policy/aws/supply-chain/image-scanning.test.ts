import { imageScanning } from "ha-registry-policy-aws/dist/supply-chain/image-scanning";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const repository = (scanning?: unknown) =>
  resource(
    "repository",
    { imageScanningConfiguration: scanning },
    { name: "repository", computedFrom: { imageScanningConfiguration: ["repository"] } },
  );

testPolicy(imageScanning, {
  compliant: [
    { what: "each push", plan: [repository({ scanOnPush: true })] },
    { what: "by the registry", plan: [repository(), resource("scanning", { scanType: "ENHANCED" })] },
  ],
  violating: [{ what: "no push", plan: [repository({ scanOnPush: false })], reports: [/^repository: does not look at what is pushed/] }],
  undefinedProperty: [
    { what: "nothing", plan: [repository()], reports: [/^repository: /] },
    { what: "not known yet", plan: [repository({ scanOnPush: unknown })] },
  ],
});
