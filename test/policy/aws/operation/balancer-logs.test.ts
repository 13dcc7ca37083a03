import { balancerLogs } from "ha-registry-policy-aws/dist/operation/balancer-logs";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const balancer = (accessLogs?: unknown) => [resource("loadBalancer", { accessLogs })];

testPolicy(balancerLogs, {
  compliant: [
    { what: "written", plan: balancer({ bucket: "logs", enabled: true }), stack: "prod" },
    { what: "outside production", plan: balancer() },
  ],
  violating: [
    {
      what: "switched off",
      plan: balancer({ bucket: unknown, enabled: false }),
      stack: "prod",
      reports: [/^box: writes down no connections/],
    },
  ],
  undefinedProperty: [
    { what: "nothing", plan: balancer(), stack: "prod", reports: [/^box: /] },
    { what: "a bucket that is not known yet", plan: balancer({ bucket: unknown, enabled: true }), stack: "prod" },
    { what: "not known yet", plan: balancer({ bucket: "logs", enabled: unknown }), stack: "prod" },
  ],
  configured: [
    { what: "other names of production", plan: balancer(), stack: "live", configuration: { production: "live" }, reports: [/^box: /] },
  ],
});
