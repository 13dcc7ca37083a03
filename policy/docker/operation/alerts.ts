import { guides, isProduction, mlps, PolicyGroup, productionSetting, type ProductionSettings } from "ha-registry-policy-common";
import { Role, withRole } from "../container";
import { containersPolicy } from "../container-policy";

interface Settings extends ProductionSettings {
  watchedBy: string;
}

/** Alerts: MLPS 8.1.5.4, the guides' thresholds. */
export const alerts = containersPolicy<Settings>(
  {
    name: "alerts",
    group: PolicyGroup.Operation,
    description: "Something raises alerts about production.",
    reason: "A full disk, a certificate at its end or a dead node is noticed by the first user otherwise. The guides name the thresholds.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Run Alertmanager (`monitoring` in a `Registry` of this library), or say in the policy's configuration what watches.",
    controls: [mlps("8.1.5.4"), guides("alert thresholds")],
    configuration: {
      watchedBy: { type: "string", description: "What watches from outside the stack; empty: nothing does", default: "" },
      ...productionSetting,
    },
  },
  (containers, settings) => {
    const [first] = withRole(containers, Role.Registry);
    if (first === undefined || !isProduction(first.stack, settings) || settings.watchedBy !== "") return [];
    return withRole(containers, Role.Alerting).length > 0
      ? []
      : [{ message: "nothing raises alerts: run Alertmanager, or say in the policy's configuration what watches" }];
  },
);
