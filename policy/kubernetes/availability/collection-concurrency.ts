import { PolicyGroup } from "ha-registry-policy-common";
import { workloadPolicy } from "../object-policy";
import { types } from "../objects";
import { containersOf, type Workload } from "../workloads";

/** Two garbage collections at once: distribution/distribution#3045. */
export const collectionConcurrency = workloadPolicy(
  {
    name: "collection-concurrency",
    group: PolicyGroup.Availability,
    description: "A CronJob that collects garbage never runs twice at once.",
    reason:
      "A collection of a large store lasts longer than a night. The second one marks what the first one is just removing, and each must know that pushes are kept off while it runs (distribution/distribution#3045).",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: 'Set `concurrencyPolicy: "Forbid"`. The level `remediate` does it.',
  },
  (workload) => (mayOverlap(workload) ? ['may collect garbage twice at once: set `concurrencyPolicy: "Forbid"`'] : []),
  (workload) => (mayOverlap(workload) ? { spec: { ...workload.properties.spec, concurrencyPolicy: "Forbid" } } : undefined),
);

function mayOverlap(workload: Workload): boolean {
  if (workload.type !== types.cronJob || workload.unknown.has("spec")) return false;
  const collects = containersOf(workload).some(({ command = [], args = [] }) =>
    [...command, ...args].some((word) => /\bgarbage-collect\b|ha-registry gc\b/.test(word)),
  );
  return collects && workload.properties.spec?.concurrencyPolicy !== "Forbid";
}
