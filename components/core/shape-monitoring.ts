import type { AlertingShape } from "./shape-alerts";

/**
 * Monitoring: Prometheus, which watches every part, Alertmanager, which tells of what is wrong, and a synthetic probe, which pushes and pulls as
 * a client does. It is on the first host. Prometheus, Alertmanager and Grafana ask for no login: keep their ports private.
 */
export interface MonitoringShape extends AlertingShape {
  /** Port of Prometheus. @default - the load balancer's port + 4090, so 9090 */
  port?: number;
  /** Port of Alertmanager. @default - Prometheus' port + 3, so 9093 */
  alertmanagerPort?: number;
  /** Address of the host that all ports of monitoring are bound to; keep it private. @default "127.0.0.1" */
  bindAddress?: string;
  /** How often every part is asked, seconds. @default 15 */
  scrapeIntervalSeconds?: number;
  /** How long Prometheus keeps what it knows, days. @default 30 */
  retentionDays?: number;
  /** Space that this may take, GiB; the oldest goes first. @default - by team size */
  retentionGiB?: number;
  /** Memory limit of Prometheus, MiB. @default - by team size */
  memoryMiB?: number;
  /** The synthetic probe. */
  probe?: ProbeShape;
  /** Dashboards by Grafana. Its image is the only one that cannot be built where it cannot be pulled. @default - none */
  grafana?: GrafanaShape;
}

/**
 * The synthetic probe pushes a tiny image to the repository `ha-registry/probe`, through the load balancer, and pulls it again. With
 * `AccessMode.Htpasswd` it has a user of its own, `ha-registry-probe`.
 */
export interface ProbeShape {
  /**
   * Whether there is one. With `AccessMode.Token` it needs `secrets.probePassword`, that of the user `ha-registry-probe` at the authorization server.
   * @default - true, but false with `AccessMode.Token`
   */
  enabled?: boolean;
  /** How often it pushes and pulls, seconds. @default 60 */
  intervalSeconds?: number;
}

/** Grafana, with the dashboards of this library. Everyone who reaches its port may look, and nobody may change anything. */
export interface GrafanaShape {
  /** Its port. @default - Prometheus' port + 4, so 9094 */
  port?: number;
  /** Memory limit, MiB. @default 512 */
  memoryMiB?: number;
}
