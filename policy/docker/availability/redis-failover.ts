import { guides, isProduction, mlps, PolicyGroup, productionSetting, type ProductionSettings } from "ha-registry-policy-common";
import { Role, withRole } from "../container";
import { containersPolicy } from "../container-policy";

/** A single Redis: harbor#14238, harbor#18593. */
export const redisFailover = containersPolicy<ProductionSettings>(
  {
    name: "redis-failover",
    group: PolicyGroup.Availability,
    description: "Redis, where production has one, is not a single server.",
    reason:
      "Registries have been down with their only Redis (goharbor/harbor#18593, #12733); one that goes on without it is slow until it is back.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Run three servers with three sentinels, and name the sentinels in the registry's `redis.addrs`, with `redis.mastername`.",
    controls: [mlps("8.1.4.9"), guides("Redis cluster")],
    configuration: productionSetting,
  },
  (containers, settings) => {
    const servers = withRole(containers, Role.Redis);
    const [first] = servers;
    if (first === undefined || !isProduction(first.stack, settings) || servers.length > 1) return [];
    return [{ message: "is the only server of Redis: run three, with sentinels", about: first }];
  },
);
