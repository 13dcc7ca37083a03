import { imageSource } from "ha-registry-policy-aws/dist/supply-chain/image-source";
import { task } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(imageSource, {
  compliant: [{ what: "anywhere", plan: [task({ image: "1.dkr.ecr.eu-central-1.amazonaws.com/registry:3.1.2" })] }],
  violating: [
    {
      what: "what is given up",
      plan: [task({ image: "bitnami/redis:7.4.2" })],
      reports: [/^task: the container "registry" comes from docker\.io\/bitnami\/redis/],
    },
  ],
  undefinedProperty: [
    { what: "no image", plan: [task({ image: undefined })] },
    { what: "not known yet", plan: [task({}, { containerDefinitions: unknown })] },
  ],
  configured: [
    {
      what: "ECR alone",
      plan: [task()],
      configuration: { allowed: ["*.dkr.ecr.*.amazonaws.com/*"] },
      reports: [/docker\.io\/library\/registry/],
    },
  ],
});
