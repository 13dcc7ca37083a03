import { nodeCount, type NodeSettings } from "ha-registry-policy-common";
import { Role, withRole } from "../container";
import { containersPolicy } from "../container-policy";

/** How many registries there are: the guides' cluster of three nodes. */
export const registryNodes = containersPolicy<NodeSettings>(nodeCount.rule, (containers, settings) => {
  const nodes = withRole(containers, Role.Registry);
  const [first] = nodes;
  if (first === undefined) return [];
  return nodeCount.problems({ count: nodes.length, stack: first.stack }, settings).map((message) => ({ message }));
});
