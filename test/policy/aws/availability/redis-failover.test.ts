import { redisFailover } from "ha-registry-policy-aws/dist/availability/redis-failover";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const group = (properties: Record<string, unknown> = {}) => [
  resource("replicationGroup", { numCacheClusters: 2, automaticFailoverEnabled: true, multiAzEnabled: true, ...properties }),
];

testPolicy(redisFailover, {
  compliant: [
    { what: "two servers", plan: group(), stack: "prod" },
    { what: "a primary and a replica", plan: group({ numCacheClusters: undefined, replicasPerNodeGroup: 1 }), stack: "prod" },
    { what: "outside production", plan: group({ numCacheClusters: 1 }) },
  ],
  violating: [
    { what: "one server", plan: group({ numCacheClusters: 1 }), stack: "prod", reports: [/^box: has a single server/] },
    { what: "nobody takes over", plan: group({ automaticFailoverEnabled: false }), stack: "prod", reports: [/waits for somebody/] },
    { what: "one zone", plan: group({ multiAzEnabled: false }), stack: "prod", reports: [/in one zone/] },
  ],
  undefinedProperty: [
    {
      what: "nothing",
      plan: [resource("replicationGroup")],
      stack: "prod",
      reports: [/single server/, /waits for somebody/, /in one zone/],
    },
    { what: "not known yet", plan: group({ numCacheClusters: unknown, multiAzEnabled: unknown }), stack: "prod" },
  ],
  configured: [
    {
      what: "other names of production",
      plan: group({ multiAzEnabled: false }),
      stack: "live",
      configuration: { production: "live" },
      reports: [/^box: /],
    },
  ],
});
