import type { AlertSetting } from "../resolve-alerts";
import type { AlertName } from "../shape-alerts";
import { partAlerts } from "./alert-rules-parts";
import { storageAlerts } from "./alert-rules-storage";
import { trafficAlerts } from "./alert-rules-traffic";
import { stringifyYaml } from "./yaml";

/** An alert as it is written down. */
export interface AlertDefinition {
  /** What there is to do, in one sentence. */
  runbook: string;
  /** When there is an alert; each of them is a rule of its own. */
  conditions: readonly AlertCondition[];
  /** How long it stays when its condition is over, seconds, so that one that comes and goes is one alert. @default - not at all */
  keepSeconds?: number;
}

/** When there is an alert. */
export interface AlertCondition {
  /** How bad it is; `none` is nobody's concern. */
  severity: "critical" | "warning" | "none";
  /** PromQL that has a result while there is something wrong. */
  expression: (threshold: number) => string;
  /** What is wrong, in one line; a template of Prometheus. */
  summary: string;
  /** The same with figures. */
  description: string;
}

const definitions: Readonly<Record<AlertName, AlertDefinition>> = { ...trafficAlerts, ...storageAlerts, ...partAlerts };

/** The file of rules for Prometheus. */
export function renderAlertRules(alerts: readonly AlertSetting[]): string {
  return stringifyYaml({ groups: [{ name: "ha-registry", rules: alertRules(alerts, definitions) }] });
}

/** A query of an alert rule. */
export interface AlertQuery {
  /** Name of the alert. */
  name: AlertName;
  /** PromQL that has a series where the alert fires. */
  query: string;
}

/** What the rules ask Prometheus, one query for each of them. */
export function alertQueries(alerts: readonly AlertSetting[]): AlertQuery[] {
  return alerts.flatMap(({ name, threshold }) =>
    definitions[name].conditions.map(({ expression }) => ({ name, query: expression(threshold) })),
  );
}

/** The rules of some alerts, by what is written down of them. */
export function alertRules(alerts: readonly AlertSetting[], written: Partial<Record<AlertName, AlertDefinition>>) {
  return alerts.flatMap((alert) => rulesOf(alert, written[alert.name]));
}

function rulesOf({ name, threshold, forSeconds }: AlertSetting, definition: AlertDefinition | undefined) {
  if (definition === undefined) return [];
  const { runbook, conditions, keepSeconds } = definition;
  return conditions.map(({ severity, expression, summary, description }) => ({
    alert: name,
    expr: expression(threshold),
    for: `${forSeconds}s`,
    ...(keepSeconds === undefined ? {} : { keep_firing_for: `${keepSeconds}s` }),
    labels: { severity },
    annotations: { summary, description, runbook },
  }));
}
