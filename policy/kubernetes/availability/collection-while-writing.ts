import { isReadOnly, PolicyGroup, type Finding } from "ha-registry-policy-common";
import { registryConfigurations } from "../configurations";
import { objectsPolicy } from "../object-policy";
import { containersOf, Role, withRole, workloadsOf, type Workload } from "../workloads";

/** Garbage collection while the registry takes pushes: distribution/distribution#3045. */
export const collectionWhileWriting = objectsPolicy(
  {
    name: "collection-while-writing",
    group: PolicyGroup.Availability,
    description: "`registry garbage-collect` is not run beside a registry that takes pushes.",
    reason:
      "It removes layers of images that are just being pushed, and the images cannot be pulled any more (distribution/distribution#3045).",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Make every node read-only first (`storage.maintenance.readonly`), or collect with a tool that keeps pushes off.",
  },
  (objects) => {
    const configurations = registryConfigurations(objects);
    const readOnly = configurations.length > 0 && configurations.every(({ configuration }) => isReadOnly(configuration));
    if (readOnly || withRole(objects, Role.Registry).length === 0) return [];
    return workloadsOf(objects)
      .filter(collects)
      .map((about): Finding => ({ message: "collects garbage while registries take pushes: make them read-only first", about }));
  },
);

function collects(workload: Workload): boolean {
  return containersOf(workload).some(({ command = [], args = [] }) =>
    [...command, ...args].some((word) => /\bgarbage-collect\b/.test(word)),
  );
}
