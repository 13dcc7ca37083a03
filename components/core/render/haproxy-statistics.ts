import { section } from "./haproxy-text";

/** Environment variable with the port of statistics: HAProxys of one registry share a network, and each tells of itself alone. */
export const statisticsPortVariable = "HA_REGISTRY_STATISTICS_PORT";

/** Connections kept for statistics and health when clients use up theirs. */
export const statisticsConnections = 50;

/** Statistics to read, metrics for Prometheus, health, which is that of `backend`; nothing here changes anything, and none of it is logged. */
export function statisticsFrontend(backend = "registry-reads"): string {
  return section(
    "frontend statistics",
    `bind ":\${${statisticsPortVariable}}"`,
    "no log",
    `maxconn ${statisticsConnections}`,
    "monitor-uri /healthz",
    `monitor fail if { nbsrv(${backend}) lt 1 }`,
    "http-request use-service prometheus-exporter if { path /metrics }",
    "stats enable",
    "stats uri /",
    "stats refresh 10s",
    "stats hide-version",
  );
}
