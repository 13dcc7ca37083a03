import type * as pulumi from "@pulumi/pulumi";
import { metricsProxyHealthPath, metricsServerName, ports, renderMetricsProxy } from "ha-registry-core";
import type { MonitoringTopology } from "ha-registry-core";
import { issueCertificate, pemOf } from "ha-registry-core/pulumi";
import type { KeyPair } from "ha-registry-core/pulumi";
import { pathsOf } from "./files";
import type { MonitoringArgs, MonitoringPart } from "./monitoring";

/** Memory of a metrics proxy, MiB. */
const proxyMemoryMiB = 64;

/** By which Prometheus and the metrics proxies of other hosts know each other. */
export interface MetricsCertificates {
  /** That of the proxies. */
  server: KeyPair;
  /** That of Prometheus. */
  client: KeyPair;
}

/** Makes these certificates, below the component `name`. */
export function metricsCertificates(
  name: string,
  { topology, internalCa }: MonitoringArgs,
  opts: pulumi.CustomResourceOptions,
): MetricsCertificates {
  const issue = (part: string, serverName: string, isClient: boolean): KeyPair => {
    const subject = { commonName: serverName, dnsNames: [serverName], ipAddresses: [], isClient };
    return issueCertificate(`${name}-${part}`, subject, internalCa, topology.certificates, opts);
  };
  return {
    server: issue("metrics-server", metricsServerName(topology.name), false),
    client: issue("metrics-client", `prometheus.${topology.name}.internal`, true),
  };
}

/** On each host without Prometheus, what lets Prometheus ask the parts there, and nobody else. */
export function metricsProxyParts(
  { topology, internalCa }: MonitoringArgs,
  monitoring: MonitoringTopology,
  certificates: MetricsCertificates | undefined,
): MonitoringPart[] {
  if (certificates === undefined) return [];
  const plain = { "ca.crt": internalCa.certificatePem };
  const secret = { "server.pem": pemOf(certificates.server.certificatePem, certificates.server.privateKeyPem) };
  const paths = pathsOf({ ...plain, ...secret });
  return monitoring.metricsProxies.map((placed) => ({
    placed,
    memoryMiB: proxyMemoryMiB,
    plain: {
      ...plain,
      "haproxy.cfg": paths.apply(({ "ca.crt": internalCaPath = "", "server.pem": certificate = "" }) =>
        renderMetricsProxy(topology, monitoring, placed, { internalCa: internalCaPath, certificate }),
      ),
    },
    secret,
    healthy: `wget -q -T 3 -O /dev/null http://127.0.0.1:${ports.metricsProxyHealth}${metricsProxyHealthPath}`,
    ...(placed.published === undefined
      ? {}
      : { ports: [{ internal: placed.port, external: placed.published.port, ip: placed.published.address }] }),
    container: (path) => ({ image: topology.images.haproxy, entrypoints: ["haproxy"], command: ["-db", "-f", path("haproxy.cfg")] }),
  }));
}
