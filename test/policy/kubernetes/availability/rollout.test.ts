import { rollout } from "ha-registry-policy-kubernetes/dist/availability/rollout";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { workload } from "../../support/kubernetes";

const two = (strategy: unknown) => [workload({ spec: { replicas: 2, strategy } })];

testPolicy(rollout, {
  compliant: [
    { what: "one more at a time", plan: two({ type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }) },
    { what: "a quarter at a time", plan: two({ rollingUpdate: { maxUnavailable: "25%" } }) },
    { what: "a single pod, on a volume of one host", plan: [workload({ spec: { strategy: { type: "Recreate" } } })] },
    { what: "a StatefulSet", plan: [workload({ type: types.statefulSet, spec: { replicas: 2 } })] },
  ],
  violating: [
    { what: "all at once", plan: two({ type: "Recreate" }), reports: [/^box: ends all its pods/] },
    { what: "every percent", plan: two({ rollingUpdate: { maxUnavailable: "100%" } }), reports: [/ends all/] },
    { what: "as many as there are", plan: two({ rollingUpdate: { maxUnavailable: 2 } }), reports: [/ends all/] },
  ],
  undefinedProperty: [
    { what: "none, which is a quarter at a time", plan: [workload({ spec: { replicas: 2 } })] },
    { what: "not known yet", plan: two(unknown) },
  ],
});
