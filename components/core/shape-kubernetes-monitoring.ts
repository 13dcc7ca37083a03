import type { AlertShape } from "./shape-alerts";

/**
 * Monitoring, by a Prometheus of the cluster's: `networkPolicies.metricsNamespaces` lets its pods in. Without `prometheusOperator` pods have the annotations
 * `prometheus.io/scrape`, `port` and `path`, by which many a Prometheus finds them, and there are neither alerts nor dashboards.
 */
export interface KubernetesMonitoringShape {
  /**
   * PodMonitors and a PrometheusRule. The resources of prometheus-operator have to be installed: a preview cannot know whether they are, and `up` ends with the API
   * server's word on it, before it makes one of them. @default - none
   */
  prometheusOperator?: PrometheusOperatorShape;
  /**
   * What is to be different of some alerts, by `AlertName`. There are those whose metrics the cluster has: of backups and garbage collection kube-state-metrics tells, of a
   * volume the kubelet. @default - every alert as it is
   */
  alerts?: Record<string, AlertShape>;
  /** Dashboards, as ConfigMaps that Grafana's sidecar finds. Needs `prometheusOperator`, whose labels they go by. @default - none */
  dashboards?: DashboardsShape;
}

/** How prometheus-operator is asked. */
export interface PrometheusOperatorShape {
  /** Labels by which a Prometheus chooses PodMonitors and rules, as `release`. @default - none */
  labels?: Record<string, string>;
  /** How often every pod is asked, seconds. @default 15 */
  scrapeIntervalSeconds?: number;
}

/** Dashboards. */
export interface DashboardsShape {
  /** Namespaces in which Grafana's sidecar looks; they have to be there. @default - the registry's */
  namespaces?: string[];
  /** Labels by which it finds them. @default - grafana_dashboard: "1" */
  labels?: Record<string, string>;
}
