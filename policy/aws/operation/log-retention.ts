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

interface Settings extends ProductionSettings {
  minimumDays: number;
}

/** Logs for 180 days: Cybersecurity Law of China, art. 21; AWS Security Hub CloudWatch.16. */
export const logRetention = awsPolicy<{ retentionInDays?: number }, Settings>(
  {
    name: "log-retention",
    group: PolicyGroup.Operation,
    description: "Log groups say how long they keep lines; those of production 180 days or more.",
    reason:
      "A group that says nothing keeps lines for ever, which costs more each month; China's Cybersecurity Law (art. 21) and the guides ask for six months.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Set `retentionInDays` to 180 or more; for logs that nobody has to keep, name the group in `exceptions`.",
    controls: [securityHub("CloudWatch.16"), mlps("8.1.4.3"), guides("audit log")],
    configuration: {
      minimumDays: { type: "integer", minimum: 1, description: "Days that production keeps lines for", default: 180 },
      ...productionSetting,
    },
  },
  types.logGroup,
  ({ stack, unknown, properties: { retentionInDays = 0 } }, settings) => {
    if (unknown.has("retentionInDays")) return [];
    if (retentionInDays === 0) return ["keeps lines for ever: set `retentionInDays`"];
    return isProduction(stack, settings) && retentionInDays < settings.minimumDays
      ? [`keeps lines for ${retentionInDays} days: set \`retentionInDays\` to ${settings.minimumDays} or more`]
      : [];
  },
);
