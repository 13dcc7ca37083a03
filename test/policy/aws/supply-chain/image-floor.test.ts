import { imageFloor } from "ha-registry-policy-aws/dist/supply-chain/image-floor";
import { task } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(imageFloor, {
  compliant: [{ what: "the floor", plan: [task({ image: "1.dkr.ecr.eu-central-1.amazonaws.com/mirror/registry:3.1.2" })] }],
  violating: [
    {
      what: "the guides' registry",
      plan: [task({ image: "registry:2.8.1" })],
      reports: [/^task: the container "registry" .*older than 3\.1\.2 \(CVE-2026-85747/],
    },
  ],
  undefinedProperty: [
    { what: "no image", plan: [task({ image: undefined })] },
    { what: "not known yet", plan: [task({}, { containerDefinitions: unknown })] },
  ],
  configured: [{ what: "a lower floor", plan: [task({ image: "registry:3.1.1" })], configuration: { floors: { registry: "3.1.1" } } }],
});
