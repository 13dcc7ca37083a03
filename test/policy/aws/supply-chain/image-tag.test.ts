import { imageTag } from "ha-registry-policy-aws/dist/supply-chain/image-tag";
import { task } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(imageTag, {
  compliant: [{ what: "a version", plan: [task()] }],
  violating: [
    { what: "the newest", plan: [task({ image: "registry:latest" })], reports: [/^task: the container "registry" runs registry:latest/] },
    { what: "no tag", plan: [task({ image: "registry" })], reports: [/stands for the newest/] },
  ],
  undefinedProperty: [
    { what: "no image", plan: [task({ image: undefined })] },
    { what: "not known yet", plan: [task({}, { containerDefinitions: unknown })] },
  ],
  configured: [
    { what: "other tags", plan: [task({ image: "registry:canary" })], configuration: { movingTags: ["canary"] }, reports: [/canary/] },
  ],
});
