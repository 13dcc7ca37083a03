import { areReadOnly, collectionWhileWritingMessage, collectionWhileWritingRule, type Finding } from "ha-registry-policy-common";
import { awsStackPolicy } from "../aws-policy";
import { fileKinds, registryConfigurations } from "../configurations";
import { ofKind, types } from "../resources";
import { collects, containersOf, registryServices, type TaskDefinition } from "../task-definition";

/** Garbage collection while the registry takes pushes: distribution/distribution#3045. */
export const collectionWhileWriting = awsStackPolicy(
  collectionWhileWritingRule,
  [types.taskDefinition, types.service, ...fileKinds],
  (resources) => {
    const services = registryServices(resources);
    const configurations = registryConfigurations(resources);
    const readOnly = areReadOnly(configurations);
    if (services.length === 0 || readOnly) return [];
    return ofKind<TaskDefinition>(resources, types.taskDefinition)
      .filter((task) => containersOf(task).some(collects))
      .map((about): Finding => ({ message: collectionWhileWritingMessage, about }));
  },
);
