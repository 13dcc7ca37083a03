import { alerts } from "ha-registry-policy-aws/dist/operation/alerts";
import { resource, service, task } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const alarm = (properties: Record<string, unknown> = {}) =>
  resource("metricAlarm", { alarmActions: ["arn:aws:sns:x"], ...properties }, { name: "alarm" });
const registry = [task(), service({ desiredCount: 3 })];

testPolicy(alerts, {
  compliant: [
    { what: "an alarm", plan: [...registry, alarm()], stack: "prod" },
    { what: "outside production", plan: registry },
    { what: "no registry", plan: [task({ image: "nginx:1.29" }), service()], stack: "prod" },
  ],
  violating: [
    { what: "none", plan: registry, stack: "prod", reports: [/^stack: nothing raises alerts/] },
    { what: "one that tells nobody", plan: [...registry, alarm({ alarmActions: [] })], stack: "prod", reports: [/^stack: /] },
    { what: "one that is switched off", plan: [...registry, alarm({ actionsEnabled: false })], stack: "prod", reports: [/^stack: /] },
  ],
  undefinedProperty: [
    { what: "no actions", plan: [...registry, alarm({ alarmActions: undefined })], stack: "prod", reports: [/^stack: /] },
    { what: "not known yet", plan: [...registry, alarm({ alarmActions: [unknown] })], stack: "prod" },
  ],
  configured: [
    { what: "something else watches", plan: registry, stack: "prod", configuration: { watchedBy: "Prometheus" } },
    { what: "other names of production", plan: registry, stack: "live", configuration: { production: "live" }, reports: [/^stack: /] },
  ],
});
