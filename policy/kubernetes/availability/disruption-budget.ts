import { PolicyGroup, type Finding } from "ha-registry-policy-common";
import { objectsPolicy } from "../object-policy";
import { ofType, shareNamespace, types, type Selector } from "../objects";
import { replicasOf, Role, selectsPods, withRole } from "../workloads";

/** What planned work may take away: hosts that are drained for an upgrade. */
export const disruptionBudget = objectsPolicy(
  {
    name: "disruption-budget",
    group: PolicyGroup.Availability,
    description: "A registry and its balancer have a PodDisruptionBudget where they have several pods.",
    reason:
      "An upgrade of the cluster drains one host after the other, and without a budget takes the last pod before another one is ready.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Add a PodDisruptionBudget with `maxUnavailable: 1` whose selector finds the pods.",
  },
  (objects) => {
    const budgets = ofType<{ selector?: Selector }>(objects, types.podDisruptionBudget);
    return withRole(objects, Role.Registry, Role.Balancer)
      .filter((workload) => (replicasOf(workload, objects) ?? 1) > 1)
      .filter((workload) => {
        return !budgets.some(
          (budget) =>
            shareNamespace(budget, workload) && (budget.unknown.has("spec") || selectsPods(budget.properties.spec?.selector, workload)),
        );
      })
      .map((about): Finding => ({ message: "has no PodDisruptionBudget: add one with `maxUnavailable: 1`", about }));
  },
);
