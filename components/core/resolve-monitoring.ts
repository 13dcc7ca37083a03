import { addressIn, authority, ipVersion, isPort } from "./addresses";
import { checkNumber } from "./checks";
import type { Problems } from "./errors";
import { hosts, ports, publishedPorts } from "./layout";
import type { Ground } from "./placement";
import { resolveAlerting } from "./resolve-alerts";
import { AccessMode } from "./shape";
import type { RegistryShape } from "./shape";
import type { MonitoringShape, ProbeShape } from "./shape-monitoring";
import { sizeFor } from "./sizing";
import type { Placed, Topology } from "./topology";
import type { MonitoringTopology, ProbeTopology } from "./topology-monitoring";

/** User of the synthetic probe, beside those that are asked for. */
export const probeUser = "ha-registry-probe";

/** Whether there is to be a probe. Where an authorization server knows the users, its login has to be given, and so it has to be asked for. */
export function wantsProbe({ monitoring, access }: Pick<RegistryShape, "monitoring" | "access">): boolean {
  return monitoring !== undefined && (monitoring.probe?.enabled ?? access?.mode !== AccessMode.Token);
}

/** Fills in and checks monitoring of a registry that is resolved otherwise. */
export function resolveMonitoring(
  topology: Omit<Topology, "monitoring">,
  ground: Ground,
  shape: MonitoringShape,
  problems: Problems,
): MonitoringTopology {
  const { name, loadBalancer, redis, teamSize } = topology;
  const at = (field: string): string => `monitoring.${field}`;
  const size = sizeFor(teamSize);
  const placed = (part: string, number: number, port: number, host = ground.hosts[0]?.name ?? ""): Placed => ({
    number: 1,
    name: host === "" ? `${name}-${part}` : `${name}-${host}-${part}`,
    host,
    address: addressIn(ground.network.subnet, number),
    port,
  });
  const prometheusPort = shape.port ?? near(loadBalancer.port, 4090);
  const monitoring: MonitoringTopology = {
    prometheus: placed("prometheus", hosts.prometheus, ports.prometheus),
    alertmanager: placed("alertmanager", hosts.alertmanager, ports.alertmanager),
    nodeExporters: ground.hosts.map((host) => placed("node-exporter", hosts.nodeExporter, ports.nodeExporter, host.name)),
    metricsProxies: ground.hosts.slice(1).map(({ name: host, address = "" }) => ({
      ...placed("metrics-proxy", hosts.metricsProxy, ports.metricsProxy, host),
      published: { address, port: ground.internalPortBase + publishedPorts.metrics },
    })),
    ...(redis.servers.length === 0 ? {} : { redisExporter: placed("redis-exporter", hosts.redisExporter, ports.redisExporter) }),
    blackboxExporter: placed("blackbox-exporter", hosts.blackboxExporter, ports.blackboxExporter),
    ...resolveProbe(topology, placed("probe", hosts.probe, ports.probe), shape.probe ?? {}, problems),
    ...(shape.grafana === undefined
      ? {}
      : {
          grafana: {
            ...placed("grafana", hosts.grafana, ports.grafana),
            hostPort: shape.grafana.port ?? near(prometheusPort, 4),
            memoryMiB: shape.grafana.memoryMiB ?? 512,
          },
        }),
    bindAddress: shape.bindAddress ?? "127.0.0.1",
    prometheusPort,
    alertmanagerPort: shape.alertmanagerPort ?? near(prometheusPort, 3),
    alerting: resolveAlerting(shape, problems),
    scrapeIntervalSeconds: shape.scrapeIntervalSeconds ?? 15,
    retentionDays: shape.retentionDays ?? 30,
    retentionGiB: shape.retentionGiB ?? size.metricsGiB,
    memoryMiB: shape.memoryMiB ?? size.prometheusMemoryMiB,
  };
  checkPorts(monitoring, topology, problems);
  problems.require(
    ipVersion(monitoring.bindAddress) !== 0,
    at("bindAddress"),
    `"${monitoring.bindAddress}" is not an IP address of this host`,
  );
  checkNumber(problems, at("scrapeIntervalSeconds"), monitoring.scrapeIntervalSeconds, { from: 1, to: 300, whole: true });
  checkNumber(problems, at("retentionDays"), monitoring.retentionDays, { from: 1, to: 3650, whole: true });
  checkNumber(problems, at("retentionGiB"), monitoring.retentionGiB, { from: 1, to: 100_000, whole: true });
  checkNumber(problems, at("memoryMiB"), monitoring.memoryMiB, { from: 128, to: 1_048_576, whole: true });
  checkNumber(problems, at("grafana.memoryMiB"), monitoring.grafana?.memoryMiB, { from: 256, to: 1_048_576, whole: true });
  return monitoring;
}

/** A port at a distance from another; on the other side where there is no room. */
function near(port: number, distance: number): number {
  return port + distance > 65_535 ? port - distance : port + distance;
}

/** Every port of monitoring is one, and nobody else's. */
function checkPorts(
  { prometheusPort, alertmanagerPort, grafana }: MonitoringTopology,
  { loadBalancer }: Pick<Topology, "loadBalancer">,
  problems: Problems,
): void {
  const replicas = loadBalancer.balancers[0]?.replicas ?? [];
  const taken = new Map([
    [loadBalancer.port, "loadBalancer.port"],
    ...replicas.map((_, index): [number, string] => [loadBalancer.statisticsPort + index, "loadBalancer.statistics.port"]),
  ]);
  for (const [path, port] of [
    ["monitoring.port", prometheusPort],
    ["monitoring.alertmanagerPort", alertmanagerPort],
    ["monitoring.grafana.port", grafana?.hostPort],
  ] as const) {
    if (port === undefined) continue;
    problems.require(isPort(port), path, `${port} is not a port: give a whole number from 1 to 65535`);
    const holder = taken.get(port);
    problems.require(holder === undefined, path, `${port} is the port of ${holder}, too: choose another one`);
    taken.set(port, path);
  }
}

function resolveProbe(
  topology: Omit<Topology, "monitoring">,
  placed: Placed,
  shape: ProbeShape,
  problems: Problems,
): { probe?: ProbeTopology } {
  const { access } = topology;
  if (!wantsProbe({ monitoring: { probe: shape }, access: { mode: access.mode } })) return {};
  const intervalSeconds = shape.intervalSeconds ?? 60;
  checkNumber(problems, "monitoring.probe.intervalSeconds", intervalSeconds, { from: 1, to: 3600, whole: true });
  problems.require(
    !access.users.includes(probeUser),
    `access.users.${probeUser}`,
    "is the user of the synthetic probe: choose another name, or set monitoring.probe.enabled to false",
  );
  return {
    probe: {
      ...placed,
      ...reachBalancer(topology, problems),
      ...(access.mode === AccessMode.None ? {} : { username: probeUser }),
      intervalSeconds,
    },
  };
}

/**
 * How the probe reaches the balancer. It checks the certificate, so that it needs a name that stands in there; inside its container the name
 * leads to the balancer of its host, or to the address that moves between hosts. An address cannot be made to do so, and is reached as clients reach it.
 */
function reachBalancer(
  { hostname, dnsNames, loadBalancer }: Omit<Topology, "monitoring">,
  problems: Problems,
): Pick<ProbeTopology, "registry" | "resolvesTo"> {
  const loopback = ipVersion(hostname) !== 0 && (hostname.startsWith("127.") || hostname === "::1");
  if (ipVersion(hostname) !== 0 && !loopback) return { registry: authority(hostname, loadBalancer.port) };
  const name = dnsNames.find((each) => !each.startsWith("*."));
  problems.require(
    name !== undefined,
    "monitoring.probe",
    `the synthetic probe checks the certificate, and reaches nobody at ${hostname}: give a name with alternativeNames, or set monitoring.probe.enabled to false`,
  );
  const { virtualAddress, balancers, port } = loadBalancer;
  return virtualAddress === undefined
    ? { registry: `${name ?? hostname}:${ports.balancer}`, resolvesTo: balancers[0]?.address ?? "" }
    : { registry: authority(name ?? hostname, port), resolvesTo: virtualAddress.address };
}
