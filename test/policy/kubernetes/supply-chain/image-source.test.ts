import { imageSource } from "ha-registry-policy-kubernetes/dist/supply-chain/image-source";
import { testPolicy, unknown } from "../../support/judge";
import { running } from "../../support/kubernetes";

testPolicy(imageSource, {
  compliant: [{ what: "Docker's own", plan: running({ image: "registry:3.1.2" }) }],
  violating: [
    {
      what: "what is given up",
      plan: running({ image: "bitnami/redis:8" }),
      reports: [/^box: .*docker\.io\/bitnami\/redis, which is refused/],
    },
  ],
  undefinedProperty: [{ what: "not known yet", plan: running({ image: unknown }) }],
  configured: [
    {
      what: "a registry of one's own alone",
      plan: running({}),
      configuration: { allowed: ["corp.example/*"] },
      reports: [/not among the allowed sources/],
    },
  ],
});
