import { PolicyGroup, stackPolicy, type Finding } from "ha-registry-policy-common";
import { ofType, shareNamespace, types, type JudgedObject, type KubernetesObject, type Selector } from "../objects";
import { replicasOf, selectsPods, workloadsOf, workloadTypes } from "../workloads";

interface BudgetSpec {
  maxUnavailable?: number | string;
  minAvailable?: number | string;
  selector?: Selector;
}

/** Budgets that no host can be drained past: clusters' upgrades that hang. */
export const blockedEviction = stackPolicy<KubernetesObject>(
  {
    name: "blocked-eviction",
    group: PolicyGroup.Availability,
    description: "No PodDisruptionBudget forbids every eviction.",
    reason:
      "A budget that lets no pod go keeps hosts from being drained: upgrades of the cluster, and with them repairs of its holes, hang until somebody deletes the budget in a hurry.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Set `maxUnavailable: 1`, or a `minAvailable` below the number of pods; a single pod needs no budget.",
  },
  [types.podDisruptionBudget, ...workloadTypes, types.horizontalPodAutoscaler],
  (objects) =>
    ofType<BudgetSpec>(objects, types.podDisruptionBudget)
      .filter((budget) => forbidsAll(budget, objects))
      .map((about): Finding => ({ message: "lets no pod go, so that no host can be drained: set `maxUnavailable: 1`", about })),
);

function forbidsAll(budget: JudgedObject<BudgetSpec>, objects: readonly JudgedObject[]): boolean {
  const { maxUnavailable, minAvailable, selector } = budget.properties.spec ?? {};
  if (maxUnavailable === 0 || maxUnavailable === "0%" || minAvailable === "100%") return true;
  if (typeof minAvailable !== "number" || minAvailable === 0) return false;
  const counts = workloadsOf(objects)
    .filter((workload) => shareNamespace(budget, workload) && selectsPods(selector, workload))
    .map((workload) => replicasOf(workload, objects));
  if (counts.length === 0 || counts.includes(undefined)) return false;
  return minAvailable >= counts.reduce<number>((sum, count = 0) => sum + count, 0);
}
