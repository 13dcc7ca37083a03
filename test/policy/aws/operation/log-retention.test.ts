import { logRetention } from "ha-registry-policy-aws/dist/operation/log-retention";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const group = (retentionInDays?: unknown) => [resource("logGroup", { retentionInDays })];

testPolicy(logRetention, {
  compliant: [
    { what: "180 days", plan: group(180), stack: "prod" },
    { what: "a week outside production", plan: group(7) },
  ],
  violating: [
    { what: "a month", plan: group(30), stack: "prod", reports: [/^box: keeps lines for 30 days: set `retentionInDays` to 180 or more/] },
    { what: "for ever", plan: group(0), reports: [/keeps lines for ever/] },
  ],
  undefinedProperty: [
    { what: "nothing, which is for ever", plan: group(), reports: [/keeps lines for ever/] },
    { what: "not known yet", plan: group(unknown), stack: "prod" },
  ],
  configured: [
    { what: "a year", plan: group(180), stack: "prod", configuration: { minimumDays: 365 }, reports: [/to 365/] },
    { what: "other names of production", plan: group(7), stack: "live", configuration: { production: "live" }, reports: [/^box: /] },
  ],
});
