import { imageFloor } from "ha-registry-policy-kubernetes/dist/supply-chain/image-floor";
import { testPolicy, unknown } from "../../support/judge";
import { running } from "../../support/kubernetes";

testPolicy(imageFloor, {
  compliant: [{ what: "the floor", plan: running({ image: "registry:3.1.2" }) }],
  violating: [
    {
      what: "the guides' registry",
      plan: running({ image: "registry:2.8.1" }),
      reports: [/^box: the container "registry" .*older than 3\.1\.2 \(CVE-2026-85747/],
    },
  ],
  undefinedProperty: [{ what: "not known yet", plan: running({ image: unknown }) }],
  configured: [{ what: "a lower floor", plan: running({ image: "registry:3.1.1" }), configuration: { floors: { registry: "3.1.1" } } }],
});
