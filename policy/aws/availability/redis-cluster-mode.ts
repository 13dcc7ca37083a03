import { PolicyGroup } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

interface Cache {
  clusterMode?: string;
  numNodeGroups?: number;
  parameterGroupName?: string;
}

/** Redis that the registry cannot follow: go-redis' UniversalClient, which distribution uses. */
export const redisClusterMode = awsPolicy<Cache>(
  {
    name: "redis-cluster-mode",
    group: PolicyGroup.Availability,
    description: "A registry's Redis does not run in cluster mode.",
    reason:
      "With one address the registry talks to one server, and takes what a cluster answers for keys of others (MOVED) for an error: most lookups fail. Serverless caches are clusters, too.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: 'Use a ReplicationGroup with `clusterMode: "disabled"`, or one without `numNodeGroups`, and a parameter group that is no `.cluster.on`.',
  },
  [...types.replicationGroup, ...types.serverlessCache],
  ({ type, properties: { clusterMode = "disabled", numNodeGroups = 1, parameterGroupName = "" } }) => {
    const clustered = clusterMode !== "disabled" || numNodeGroups > 1 || parameterGroupName.endsWith(".cluster.on");
    return clustered || types.serverlessCache.some((serverless) => serverless === type)
      ? ["is a cluster, which a registry cannot follow from key to key: use a ReplicationGroup without cluster mode"]
      : [];
  },
);
