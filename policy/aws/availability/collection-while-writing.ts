import { isReadOnly, PolicyGroup, type Finding } from "ha-registry-policy-common";
import { awsStackPolicy } from "../aws-policy";
import { fileKinds, registryConfigurations } from "../configurations";
import { ofKind, types } from "../resources";
import { collects, containersOf, registryServices, type TaskDefinition } from "../task-definition";

/** Garbage collection while the registry takes pushes: distribution/distribution#3045. */
export const collectionWhileWriting = awsStackPolicy(
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
  [types.taskDefinition, types.service, ...fileKinds],
  (resources) => {
    const services = registryServices(resources);
    const configurations = registryConfigurations(resources);
    const readOnly = configurations.length > 0 && configurations.every(({ configuration }) => isReadOnly(configuration));
    if (services.length === 0 || readOnly) return [];
    return ofKind<TaskDefinition>(resources, types.taskDefinition)
      .filter((task) => containersOf(task).some(collects))
      .map((about): Finding => ({ message: "collects garbage while registries take pushes: make them read-only first", about }));
  },
);
