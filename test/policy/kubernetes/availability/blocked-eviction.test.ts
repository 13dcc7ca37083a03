import { blockedEviction } from "ha-registry-policy-kubernetes/dist/availability/blocked-eviction";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { object, selector, workload } from "../../support/kubernetes";

const budget = (spec: Record<string, unknown>) => object(types.podDisruptionBudget, { selector, ...spec }, { name: "budget" });
const two = workload({ name: "pods", spec: { replicas: 2 } });

testPolicy(blockedEviction, {
  compliant: [
    { what: "one may go", plan: [budget({ maxUnavailable: 1 })] },
    { what: "one of two stays", plan: [budget({ minAvailable: 1 }), two] },
    { what: "half stays", plan: [budget({ minAvailable: "50%" }), two] },
    { what: "pods of another program", plan: [budget({ minAvailable: 2 })] },
    { what: "no budget", plan: [two] },
  ],
  violating: [
    { what: "none may go", plan: [budget({ maxUnavailable: 0 })], reports: [/^budget: lets no pod go/] },
    { what: "no percent may go", plan: [budget({ maxUnavailable: "0%" })], reports: [/lets no pod go/] },
    { what: "all stay", plan: [budget({ minAvailable: "100%" })], reports: [/lets no pod go/] },
    { what: "two of two stay", plan: [budget({ minAvailable: 2 }), two], reports: [/lets no pod go/] },
  ],
  undefinedProperty: [
    { what: "neither", plan: [budget({})] },
    { what: "not known yet", plan: [budget({ minAvailable: unknown }), two] },
    {
      what: "a number of pods that is not known yet",
      plan: [budget({ minAvailable: 2 }), workload({ name: "pods", spec: { replicas: unknown } })],
    },
  ],
});
