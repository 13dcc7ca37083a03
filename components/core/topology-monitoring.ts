import type { AlertingTopology } from "./resolve-alerts";
import type { Placed } from "./topology";

/**
 * Monitoring: what it is told, and its containers. All are on the first host, but the node exporters, of which every host has one, and what lets
 * Prometheus ask the parts of the others.
 */
export interface MonitoringTopology {
  /** Collects and keeps what all parts tell of themselves, and decides what is wrong. */
  prometheus: Placed;
  /** Tells people of it. */
  alertmanager: Placed;
  /** Tells of the hosts. */
  nodeExporters: Placed[];
  /** Let Prometheus ask the parts of the hosts on which it is not; none where there is but one. */
  metricsProxies: Placed[];
  /** Tells of Redis; absent where that is not the registry's own. */
  redisExporter?: Placed;
  /** Looks at certificates. */
  blackboxExporter: Placed;
  /** Pushes and pulls as a client does; absent where it is not wanted. */
  probe?: ProbeTopology;
  /** Shows dashboards; absent where they are not wanted. */
  grafana?: GrafanaTopology;
  /** Address of the host that the ports are bound to. */
  bindAddress: string;
  /** Port of Prometheus on the host. */
  prometheusPort: number;
  /** Port of Alertmanager on the host. */
  alertmanagerPort: number;
  /** Alerts, and who hears of them. */
  alerting: AlertingTopology;
  /** How often every part is asked, seconds. */
  scrapeIntervalSeconds: number;
  /** How long Prometheus keeps what it knows, days. */
  retentionDays: number;
  /** Space that this may take, GiB. */
  retentionGiB: number;
  /** Memory limit of Prometheus, MiB. */
  memoryMiB: number;
}

/** The synthetic probe. */
export interface ProbeTopology extends Placed {
  /** `host:port` by which it reaches the balancer: a name (or an address) that stands in the certificate. */
  registry: string;
  /** Address in the private network that the name stands for; absent where `registry` is an address. */
  resolvesTo?: string;
  /** User that it logs in as; absent where nobody does. */
  username?: string;
  /** How often it pushes and pulls, seconds. */
  intervalSeconds: number;
}

/** Grafana. */
export interface GrafanaTopology extends Placed {
  /** Port on the host. */
  hostPort: number;
  /** Memory limit, MiB. */
  memoryMiB: number;
}

/** Every container of monitoring. */
export function monitoringParts(monitoring: MonitoringTopology): Placed[] {
  const { prometheus, alertmanager, nodeExporters, metricsProxies, redisExporter, blackboxExporter, probe, grafana } = monitoring;
  const optional = [redisExporter, probe, grafana].filter((part) => part !== undefined);
  return [prometheus, alertmanager, ...nodeExporters, ...metricsProxies, blackboxExporter, ...optional];
}
