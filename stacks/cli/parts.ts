import { balancersOn, monitoringParts } from "ha-registry-core";
import type { Placed, Topology } from "ha-registry-core";

/** A port of a host that the registry takes. */
export interface WantedPort {
  /** Field of the stack file that decides it. */
  path: string;
  port: number;
  /** Address of the host that it is opened on. */
  address: string;
}

/** Names of the containers that a registry runs on a host. */
export function containersOn(topology: Topology, host: string): string[] {
  const balancing = balancersOn(topology, host).flatMap(({ name, replicas, keepalived }) => [
    name,
    ...replicas,
    ...(keepalived === undefined ? [] : [keepalived]),
  ]);
  const auditing = (topology.audit?.collectors ?? []).filter((collector) => collector.host === host).map(({ name }) => name);
  return [...placedOn(topology, host).map(({ name }) => name), ...auditing, ...balancing];
}

/** Ports that a registry opens on a host: for clients, for whoever reads its statistics, and for its parts on other hosts. */
export function portsOn(topology: Topology, host: string): WantedPort[] {
  const { port, bindAddress, statisticsPort, statisticsBindAddress } = topology.loadBalancer;
  const [balancer] = balancersOn(topology, host);
  const outer =
    balancer === undefined
      ? []
      : [
          { path: "registry.loadBalancer.port", port, address: bindAddress },
          ...balancer.replicas.map((_, index) => ({
            path: "registry.loadBalancer.statistics.port",
            port: statisticsPort + index,
            address: statisticsBindAddress,
          })),
        ];
  const inner = placedOn(topology, host).flatMap((part) => innerPorts(part));
  return [...outer, ...inner, ...portsOfMonitoring(topology, host)];
}

function portsOfMonitoring({ monitoring }: Topology, host: string): WantedPort[] {
  if (monitoring?.prometheus.host !== host) return [];
  const { bindAddress, prometheusPort, alertmanagerPort, grafana } = monitoring;
  return [
    { path: "registry.monitoring.port", port: prometheusPort, address: bindAddress },
    { path: "registry.monitoring.alertmanagerPort", port: alertmanagerPort, address: bindAddress },
    ...(grafana === undefined ? [] : [{ path: "registry.monitoring.grafana.port", port: grafana.hostPort, address: bindAddress }]),
  ];
}

function innerPorts(part: Placed & { publishedAgentPort?: number }): WantedPort[] {
  if (part.published === undefined) return [];
  const { address, port } = part.published;
  const agent = part.publishedAgentPort === undefined ? [] : [part.publishedAgentPort];
  return [port, ...agent].map((each) => ({ path: "registry.internalPortBase", port: each, address }));
}

function placedOn(
  { nodes, redis, objectStore, garbageCollection, backup, monitoring }: Topology,
  host: string,
): (Placed & { publishedAgentPort?: number })[] {
  const placed = [
    ...nodes,
    ...redis.servers,
    ...redis.sentinels,
    ...(objectStore.garage?.nodes ?? []),
    ...collecting(garbageCollection),
    ...(backup === undefined ? [] : [backup]),
    ...(monitoring === undefined ? [] : monitoringParts(monitoring)),
  ];
  return placed.filter((part) => part.host === host);
}

/** The containers of garbage collection. */
function collecting(collection: Topology["garbageCollection"]): (Placed & { publishedAgentPort?: number })[] {
  if (collection === undefined) return [];
  const { collector, marker, cacheCleaner, publishedFencePort } = collection;
  return [{ ...collector, ...(publishedFencePort === undefined ? {} : { publishedAgentPort: publishedFencePort }) }, marker, cacheCleaner];
}
