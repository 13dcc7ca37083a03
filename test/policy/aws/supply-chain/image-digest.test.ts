import { imageDigest } from "ha-registry-policy-aws/dist/supply-chain/image-digest";
import { task } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const digest = `sha256:${"0".repeat(64)}`;

testPolicy(imageDigest, {
  compliant: [
    { what: "by its digest", plan: [task({ image: `1.dkr.ecr.eu-central-1.amazonaws.com/registry:3.1.2@${digest}` })], stack: "prod" },
    { what: "outside production", plan: [task()] },
  ],
  violating: [
    { what: "by a tag", plan: [task()], stack: "prod", reports: [/^task: the container "registry" runs registry:3\.1\.2 by a tag/] },
  ],
  undefinedProperty: [
    { what: "no image", plan: [task({ image: undefined })], stack: "prod" },
    { what: "not known yet", plan: [task({}, { containerDefinitions: unknown })], stack: "prod" },
  ],
  configured: [
    { what: "other names of production", plan: [task()], stack: "live", configuration: { production: "^live$" }, reports: [/^task: /] },
  ],
});
