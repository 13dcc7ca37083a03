import { auditLog } from "ha-registry-policy-aws/dist/operation/audit-log";
import { service, task, tasks } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const written = { logConfiguration: { logDriver: "awslogs", options: {} } };

testPolicy(auditLog, {
  compliant: [
    { what: "the registry's", plan: [task(written), service()], stack: "prod" },
    {
      what: "a balancer's beside it",
      plan: [tasks([{ name: "balancer", image: "haproxy:3.2.4", ...written }, {}]), service()],
      stack: "prod",
    },
    { what: "outside production", plan: [task(), service()] },
  ],
  violating: [
    {
      what: "on the host",
      plan: [task({ logConfiguration: { logDriver: "json-file" } }), service()],
      stack: "prod",
      reports: [/^task: nothing keeps who pushed/],
    },
    {
      what: "of something else alone",
      plan: [tasks([{ name: "backup", image: "rclone/rclone:1.71.0", ...written }, {}]), service()],
      stack: "prod",
      reports: [/^task: /],
    },
  ],
  undefinedProperty: [
    { what: "nothing", plan: [task(), service()], stack: "prod", reports: [/^task: /] },
    { what: "not known yet", plan: [task({}, { containerDefinitions: unknown }), service()], stack: "prod" },
  ],
  configured: [
    { what: "something else collects", plan: [task(), service()], stack: "prod", configuration: { collectedBy: "a sidecar" } },
    {
      what: "other names of production",
      plan: [task(), service()],
      stack: "live",
      configuration: { production: "live" },
      reports: [/^task: /],
    },
  ],
});
