import {
  guides,
  isProduction,
  mlps,
  PolicyGroup,
  productionSetting,
  securityHub,
  type ProductionSettings,
} from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

interface ReplicationGroup {
  automaticFailoverEnabled?: boolean;
  multiAzEnabled?: boolean;
  numCacheClusters?: number;
  replicasPerNodeGroup?: number;
}

/** A single Redis: harbor#14238, harbor#18593, AWS Security Hub ElastiCache.3. */
export const redisFailover = awsPolicy<ReplicationGroup, ProductionSettings>(
  {
    name: "redis-failover",
    group: PolicyGroup.Availability,
    description: "Redis, where production has one, has servers in several zones, one of which takes over by itself.",
    reason:
      "Registries have been down with their only Redis (goharbor/harbor#18593, #12733); one that goes on without it is slow until it is back.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Set `numCacheClusters: 2` or more, `automaticFailoverEnabled: true` and `multiAzEnabled: true`.",
    controls: [securityHub("ElastiCache.3"), mlps("8.1.4.9"), guides("Redis cluster")],
    configuration: productionSetting,
  },
  types.replicationGroup,
  ({ stack, unknown, properties }, settings) => {
    if (!isProduction(stack, settings)) return [];
    const { automaticFailoverEnabled, multiAzEnabled, numCacheClusters, replicasPerNodeGroup = 0 } = properties;
    const servers = numCacheClusters ?? replicasPerNodeGroup + 1;
    const counted = !unknown.has("numCacheClusters") && !unknown.has("replicasPerNodeGroup");
    return [
      ...(counted && servers < 2 ? ["has a single server of Redis: set `numCacheClusters` to 2 or more"] : []),
      ...(automaticFailoverEnabled === true || unknown.has("automaticFailoverEnabled")
        ? []
        : ["waits for somebody when its primary is lost: set `automaticFailoverEnabled: true`"]),
      ...(multiAzEnabled === true || unknown.has("multiAzEnabled") ? [] : ["may have all servers in one zone: set `multiAzEnabled: true`"]),
    ];
  },
);
