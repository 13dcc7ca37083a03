import { imageTag } from "ha-registry-policy-kubernetes/dist/supply-chain/image-tag";
import { testPolicy, unknown } from "../../support/judge";
import { running } from "../../support/kubernetes";

testPolicy(imageTag, {
  compliant: [{ what: "a version", plan: running({ image: "registry:3.1.2" }) }],
  violating: [{ what: "latest", plan: running({ image: "registry:latest" }), reports: [/^box: .*another image tomorrow/] }],
  undefinedProperty: [{ what: "not known yet", plan: running({ image: unknown }) }],
  configured: [
    {
      what: "another moving tag",
      plan: running({ image: "registry:3" }),
      configuration: { movingTags: ["3"] },
      reports: [/another image tomorrow/],
    },
  ],
});
