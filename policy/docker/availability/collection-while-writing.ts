import { areReadOnly, collectionWhileWritingMessage, collectionWhileWritingRule, collectsGarbage } from "ha-registry-policy-common";
import { commandOf, Role, withRole } from "../container";
import { registryConfigurations } from "../configurations";
import { containersPolicy } from "../container-policy";

/** Garbage collection while the registry takes pushes: distribution#3045. */
export const collectionWhileWriting = containersPolicy(collectionWhileWritingRule, (containers) => {
  const configurations = registryConfigurations(containers);
  const readOnly = areReadOnly(configurations);
  if (readOnly || withRole(containers, Role.Registry).length === 0) return [];
  return containers
    .filter(({ properties }) => properties.start !== false)
    .filter((container) => collectsGarbage(commandOf(container)))
    .map((about) => ({ message: collectionWhileWritingMessage, about }));
});
