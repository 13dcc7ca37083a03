import { ports } from "../layout";
import { hostPort } from "../placement";
import type { Placed, Topology } from "../topology";
import type { MonitoringTopology } from "../topology-monitoring";
import { quote, section } from "./haproxy-text";
import { scrapedParts, scrapedPath } from "./scraped-parts";

/** Absolute paths of the files that a metrics proxy's configuration names. */
export interface MetricsProxyFiles {
  /** Its own certificate, with the key. */
  certificate: string;
  /** CA by which it knows Prometheus. */
  internalCa: string;
}

/** Where a metrics proxy says that it runs. */
export const metricsProxyHealthPath = "/healthz";

/** Connections that it takes at once: Prometheus has one to each part. */
const connections = 200;

/**
 * `haproxy.cfg` of what lets Prometheus ask the parts of another host. None of them speaks TLS or asks who is there, and what crosses the network
 * between hosts has to: whoever shows no certificate of Prometheus gets no answer. Each part has a path, and nothing else is behind it.
 */
export function renderMetricsProxy(topology: Topology, monitoring: MonitoringTopology, { host }: Placed, files: MetricsProxyFiles): string {
  const parts = scrapedParts(topology, monitoring).filter((part) => part.host === host);
  const backend = (part: (typeof parts)[number]): string => `${part.job}-${part.instance}`;
  return [
    section("global", "log stdout format raw local0 notice", `maxconn ${connections}`, "ssl-default-bind-options ssl-min-ver TLSv1.2"),
    section(
      "defaults",
      "mode http",
      "log global",
      "timeout connect 2s",
      "timeout client 30s",
      // Prometheus gives up after ten seconds at the latest.
      "timeout server 10s",
    ),
    section("frontend health", `bind 127.0.0.1:${ports.metricsProxyHealth}`, `monitor-uri ${metricsProxyHealthPath}`),
    section(
      "frontend metrics",
      `bind :${ports.metricsProxy} ssl crt ${quote(files.certificate)} ca-file ${quote(files.internalCa)} verify required`,
      "http-request deny deny_status 405 unless { method GET }",
      `http-request deny deny_status 404 unless { path ${parts.map(scrapedPath).join(" ")} }`,
      parts.map((part) => `use_backend ${backend(part)} if { path ${scrapedPath(part)} }`),
    ),
    ...parts.map((part) =>
      section(`backend ${backend(part)}`, "http-request set-path /metrics", `server ${part.instance} ${hostPort(part)}`),
    ),
  ].join("\n");
}
