import { checkNumber } from "./checks";
import type { Problems } from "./errors";
import { kubernetesAlerts } from "./render/alert-rules-kubernetes";
import { resolveAlertsAmong } from "./resolve-alerts";
import { checkLabels, checkName } from "./resolve-kubernetes-parts";
import type { DashboardsShape, KubernetesMonitoringShape, PrometheusOperatorShape } from "./shape-kubernetes-monitoring";
import type { KubernetesTopology } from "./topology-kubernetes";
import type { DashboardsTopology, KubernetesMonitoringTopology, PrometheusOperatorTopology } from "./topology-kubernetes-parts";

/** Fills in and checks monitoring of a registry that is resolved otherwise. */
export function resolveKubernetesMonitoring(
  topology: Omit<KubernetesTopology, "monitoring">,
  shape: KubernetesMonitoringShape,
  problems: Problems,
): KubernetesMonitoringTopology {
  const { prometheusOperator, alerts = {}, dashboards } = shape;
  const { enabled, metricsNamespaces } = topology.networkPolicies;
  problems.require(
    !enabled || metricsNamespaces.length > 0,
    "networkPolicies.metricsNamespaces",
    "nobody could read metrics: name the namespace of Prometheus, or leave monitoring out",
  );
  for (const [field, given] of [
    ["alerts", Object.keys(alerts).length > 0],
    ["dashboards", dashboards !== undefined],
  ] as const)
    problems.require(
      prometheusOperator !== undefined || !given,
      `monitoring.${field}`,
      "go by labels that PodMonitors give: give monitoring.prometheusOperator, too",
    );
  return {
    ...(prometheusOperator === undefined ? {} : { prometheusOperator: resolveOperator(prometheusOperator, problems) }),
    alerting: {
      alerts: prometheusOperator === undefined ? [] : resolveAlertsAmong(Object.keys(kubernetesAlerts(topology)), "here", alerts, problems),
    },
    ...(dashboards === undefined ? {} : { dashboards: resolveDashboards(topology, dashboards, problems) }),
  };
}

function resolveOperator(
  { labels = {}, scrapeIntervalSeconds = 15 }: PrometheusOperatorShape,
  problems: Problems,
): PrometheusOperatorTopology {
  checkLabels("monitoring.prometheusOperator.labels", labels, problems);
  checkNumber(problems, "monitoring.prometheusOperator.scrapeIntervalSeconds", scrapeIntervalSeconds, { from: 1, to: 300, whole: true });
  return { labels, scrapeIntervalSeconds };
}

function resolveDashboards(
  { namespace }: Pick<KubernetesTopology, "namespace">,
  shape: DashboardsShape,
  problems: Problems,
): DashboardsTopology {
  const { namespaces = [namespace.name], labels = { grafana_dashboard: "1" } } = shape;
  problems.require(namespaces.length > 0, "monitoring.dashboards.namespaces", "names no namespace: name one, or leave it out");
  for (const [index, name] of namespaces.entries()) checkName(problems, `monitoring.dashboards.namespaces[${index}]`, name);
  checkLabels("monitoring.dashboards.labels", labels, problems);
  return { namespaces: [...new Set(namespaces)], labels };
}
