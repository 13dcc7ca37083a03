import { instanceMetadata } from "ha-registry-policy-aws/dist/security/instance-metadata";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const template = (metadataOptions?: unknown) => [resource("launchTemplate", { metadataOptions })];

testPolicy(instanceMetadata, {
  compliant: [
    { what: "with a token", plan: template({ httpTokens: "required" }) },
    { what: "no service at all", plan: [resource("instance", { metadataOptions: { httpEndpoint: "disabled" } })] },
  ],
  violating: [{ what: "without one, too", plan: template({ httpTokens: "optional" }), reports: [/^box: hands out its role's keys/] }],
  undefinedProperty: [
    { what: "nothing", plan: template(), reports: [/^box: /] },
    { what: "not known yet", plan: template({ httpTokens: unknown }) },
  ],
});
