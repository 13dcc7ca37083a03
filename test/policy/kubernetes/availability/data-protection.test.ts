import { dataProtection } from "ha-registry-policy-kubernetes/dist/availability/data-protection";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { object, workload } from "../../support/kubernetes";

const claim = (protect: boolean, metadata: unknown = { name: "data", namespace: "images" }) =>
  object(types.persistentVolumeClaim, {}, { name: "claim", protect, metadata });
const mounting = (claimName: string, container = {}) =>
  workload({ name: "keeper", container, pod: { volumes: [{ persistentVolumeClaim: { claimName } }] }, computedFrom: { spec: ["claim"] } });

testPolicy(dataProtection, {
  compliant: [
    { what: "protected", plan: [claim(true), mounting("data")] },
    { what: "of something else", plan: [claim(false), mounting("data", { image: "shop:1.2" })] },
    { what: "another claim", plan: [claim(false), mounting("other")] },
  ],
  violating: [{ what: "not protected", plan: [claim(false), mounting("data")], reports: [/^claim: holds the registry's data/] }],
  undefinedProperty: [
    {
      what: "a name that is not known yet, but comes from the claim",
      plan: [claim(false, unknown), mounting(unknown)],
      reports: [/^claim: /],
    },
    { what: "no volume", plan: [claim(false), workload({ name: "keeper" })] },
  ],
});
