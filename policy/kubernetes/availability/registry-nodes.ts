import { nodeCount, type NodeSettings } from "ha-registry-policy-common";
import { objectsPolicy } from "../object-policy";
import { replicasOf, Role, withRole } from "../workloads";

/** How many registries there are: the guides' cluster of three nodes. */
export const registryNodes = objectsPolicy<NodeSettings>(
  {
    ...nodeCount.rule,
    mend: "Set `replicas` (with an autoscaler, `minReplicas`) of the registry; all its pods need the same store and HTTP secret.",
  },
  (objects, settings) => {
    const registries = withRole(objects, Role.Registry);
    const [first] = registries;
    const counts = registries.map((workload) => replicasOf(workload, objects));
    if (first === undefined || counts.includes(undefined)) return [];
    const count = counts.reduce<number>((sum, replicas = 0) => sum + replicas, 0);
    return nodeCount.problems({ count, stack: first.stack }, settings).map((message) => ({ message }));
  },
);
