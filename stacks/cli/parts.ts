import { balancersOn } from "ha-registry-core";
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
  return [...outer, ...inner];
}

function innerPorts(part: Placed & { publishedAgentPort?: number }): WantedPort[] {
  if (part.published === undefined) return [];
  const { address, port } = part.published;
  const agent = part.publishedAgentPort === undefined ? [] : [part.publishedAgentPort];
  return [port, ...agent].map((each) => ({ path: "registry.internalPortBase", port: each, address }));
}

function placedOn({ nodes, redis, objectStore }: Topology, host: string): Placed[] {
  return [...nodes, ...redis.servers, ...redis.sentinels, ...(objectStore.garage?.nodes ?? [])].filter((part) => part.host === host);
}
