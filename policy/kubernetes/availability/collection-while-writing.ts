import {
  areReadOnly,
  collectionWhileWritingMessage,
  collectionWhileWritingRule,
  collectsGarbage,
  type Finding,
} from "ha-registry-policy-common";
import { registryConfigurations } from "../configurations";
import { objectsPolicy } from "../object-policy";
import { containersOf, Role, withRole, workloadsOf, type Workload } from "../workloads";

/** Garbage collection while the registry takes pushes: distribution/distribution#3045. */
export const collectionWhileWriting = objectsPolicy(collectionWhileWritingRule, (objects) => {
  const configurations = registryConfigurations(objects);
  const readOnly = areReadOnly(configurations);
  if (readOnly || withRole(objects, Role.Registry).length === 0) return [];
  return workloadsOf(objects)
    .filter(collects)
    .map((about): Finding => ({ message: collectionWhileWritingMessage, about }));
});

function collects(workload: Workload): boolean {
  return containersOf(workload).some(({ command = [], args = [] }) => collectsGarbage([...command, ...args]));
}
