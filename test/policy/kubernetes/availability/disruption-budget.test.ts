import { disruptionBudget } from "ha-registry-policy-kubernetes/dist/availability/disruption-budget";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { object, selector, workload } from "../../support/kubernetes";

const two = workload({ spec: { replicas: 2 } });

testPolicy(disruptionBudget, {
  compliant: [
    { what: "a budget", plan: [two, object(types.podDisruptionBudget, { maxUnavailable: 1, selector })] },
    { what: "a single pod", plan: [workload()] },
    { what: "something else", plan: [workload({ spec: { replicas: 2 }, container: { image: "shop:1.2" } })] },
  ],
  violating: [
    { what: "none", plan: [two], reports: [/^box: has no PodDisruptionBudget/] },
    {
      what: "one of other pods",
      plan: [two, object(types.podDisruptionBudget, { selector: { matchLabels: { app: "shop" } } })],
      reports: [/box-1: has no Pod/],
    },
    {
      what: "one in another namespace",
      plan: [two, object(types.podDisruptionBudget, { selector }, { metadata: { namespace: "shop" } })],
      reports: [/box-1: has no Pod/],
    },
    {
      what: "one without a selector",
      plan: [two, object(types.podDisruptionBudget, { maxUnavailable: 1 })],
      reports: [/box-1: has no Pod/],
    },
  ],
  undefinedProperty: [
    { what: "a budget that is not known yet", plan: [two, object(types.podDisruptionBudget, unknown)] },
    {
      what: "a namespace that is not known yet",
      plan: [two, object(types.podDisruptionBudget, { selector }, { metadata: { namespace: unknown } })],
    },
  ],
});
