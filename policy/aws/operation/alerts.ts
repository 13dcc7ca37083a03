import {
  guides,
  isProduction,
  mlps,
  PolicyGroup,
  productionSetting,
  securityHub,
  type ProductionSettings,
} from "ha-registry-policy-common";
import { awsStackPolicy } from "../aws-policy";
import { ofKind, types, type Resource } from "../resources";
import { registryServices, serviceKinds } from "../task-definition";

interface Settings extends ProductionSettings {
  watchedBy: string;
}

interface MetricAlarm {
  actionsEnabled?: boolean;
  alarmActions?: string[];
}

/** Alerts: MLPS 8.1.5.4, AWS Security Hub CloudWatch.15. */
export const alerts = awsStackPolicy<Settings>(
  {
    name: "alerts",
    group: PolicyGroup.Operation,
    description: "Something raises alerts about production, and somebody is told.",
    reason:
      "A full cache, a certificate at its end or a node that does not start is noticed by the first user otherwise. The guides name the thresholds.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Add alarms of CloudWatch with `alarmActions`, as an SNS topic, or say in the policy's configuration what watches.",
    controls: [securityHub("CloudWatch.15"), mlps("8.1.5.4"), guides("alert thresholds")],
    configuration: {
      watchedBy: { type: "string", description: "What watches from outside the stack; empty: nothing does", default: "" },
      ...productionSetting,
    },
  },
  [...serviceKinds, types.metricAlarm],
  (resources, settings) => {
    const [first] = registryServices(resources);
    if (first === undefined || !isProduction(first.service.stack, settings) || settings.watchedBy !== "") return [];
    return ofKind<MetricAlarm>(resources, types.metricAlarm).some(tellsSomebody)
      ? []
      : [{ message: "nothing raises alerts: add alarms with `alarmActions`, or say in the policy's configuration what watches" }];
  },
);

function tellsSomebody({ unknown, properties: { actionsEnabled, alarmActions = [] } }: Resource<MetricAlarm>): boolean {
  return actionsEnabled !== false && (alarmActions.length > 0 || unknown.has("alarmActions"));
}
