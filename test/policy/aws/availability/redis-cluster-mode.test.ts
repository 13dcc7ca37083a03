import { redisClusterMode } from "ha-registry-policy-aws/dist/availability/redis-cluster-mode";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const group = (properties: Record<string, unknown> = {}) => [resource("replicationGroup", properties)];

testPolicy(redisClusterMode, {
  compliant: [
    { what: "switched off", plan: group({ clusterMode: "disabled", numCacheClusters: 2 }) },
    { what: "its parameters", plan: group({ parameterGroupName: "default.valkey8" }) },
  ],
  violating: [
    { what: "switched on", plan: group({ clusterMode: "enabled" }), reports: [/^box: is a cluster/] },
    { what: "several shards", plan: group({ numNodeGroups: 3 }), reports: [/^box: is a cluster/] },
    { what: "by its parameters", plan: group({ parameterGroupName: "default.redis7.cluster.on" }), reports: [/^box: is a cluster/] },
    { what: "without servers", plan: [resource("serverlessCache", { engine: "valkey" })], reports: [/^box: is a cluster/] },
  ],
  undefinedProperty: [
    { what: "nothing", plan: group() },
    { what: "not known yet", plan: group({ parameterGroupName: unknown }) },
  ],
});
