import { isReadOnly, PolicyGroup } from "ha-registry-policy-common";
import { commandOf, Role, withRole } from "../container";
import { registryConfigurations } from "../configurations";
import { containersPolicy } from "../container-policy";

/** Garbage collection while the registry takes pushes: distribution#3045. */
export const collectionWhileWriting = containersPolicy(
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
  (containers) => {
    const configurations = registryConfigurations(containers);
    const readOnly = configurations.length > 0 && configurations.every(({ configuration }) => isReadOnly(configuration));
    if (readOnly || withRole(containers, Role.Registry).length === 0) return [];
    return containers
      .filter(({ properties }) => properties.start !== false)
      .filter((container) => commandOf(container).some((word) => /\bgarbage-collect\b/.test(word)))
      .map((about) => ({ message: "collects garbage while registries take pushes: make them read-only first", about }));
  },
);
