import { BlockList, isIP } from "node:net";
import type { LoadBalancerTopology, Topology } from "../topology";
import { endpointFrom, hostPort, nodeServerName } from "../placement";
import { clientsFrontend } from "./haproxy-frontend";
import type { HaproxyFiles } from "./haproxy-frontend";
import { fenceBackend } from "./haproxy-fence";
import { refusedLoginsSection } from "./haproxy-logins";
import { defaultsSection, globalSection, readsBackend, writesBackend } from "./haproxy-sections";
import { statisticsConnections, statisticsFrontend } from "./haproxy-statistics";
import { storeConnections, storeSections } from "./haproxy-store";
import { quote } from "./haproxy-text";

export type { HaproxyFiles };

/**
 * `haproxy.cfg` for HAProxy 3.0 or later, run as several processes that share network and ports (SO_REUSEPORT).
 *
 * @param host Name of the host that it is for: nodes of the same host are reached in its private network. @default - the only one
 * @throws {TypeError} when a path holds control characters, or when nodes serve TLS and their CA is missing.
 */
export function renderHaproxy(topology: Topology, files: HaproxyFiles, host = ""): string {
  const { loadBalancer } = topology;
  const servers = nodeServers(topology, host, files.internalCa);
  const tracking = servers.map(({ name, address, options }) => `server ${name} ${address} track registry-reads/${name}${options}`);
  return [
    globalSection(topology, haproxyConnections(topology)),
    defaultsSection(loadBalancer),
    clientsFrontend(topology, files, { host, ownAddresses: ownAddresses(topology), proxyAddressRanges: [] }),
    readsBackend(
      topology,
      servers.map(({ name, address, agentPort, options }) => `server ${name} ${address}${agentPort}${options}`),
    ),
    writesBackend("registry-writes", topology, tracking),
    ...(topology.garbageCollection === undefined ? [] : [writesBackend("registry-appends", topology, tracking)]),
    ...fenceBackend(topology, host),
    ...(topology.monitoring === undefined ? [] : refusedLoginsSection(topology.access.mode)),
    ...storeSections(topology, host, files),
    statisticsFrontend(),
  ].join("\n");
}

/** Connections that one HAProxy takes at once, whoever they come from. */
export function haproxyConnections(topology: Topology): number {
  return topology.loadBalancer.maxConnections + storeConnections(topology) + statisticsConnections;
}

/** A node, as the backends name it. */
interface NodeServer {
  name: string;
  /** `address:port`. */
  address: string;
  /** Words that name its agent port, where that is not the default server's. */
  agentPort: string;
  /** Further words of its line, each after a space. */
  options: string;
}

function nodeServers({ nodes, node, name }: Topology, host: string, internalCa: string | undefined): NodeServer[] {
  if (node.tls && internalCa === undefined) throw new TypeError("nodes serve TLS, and the CA of their certificate is missing");
  const tls = node.tls ? ` ssl ca-file ${quote(internalCa ?? "")} verify required sni str(${nodeServerName(name)})` : "";
  return nodes.map((instance) => ({
    name: `node-${instance.number}`,
    address: hostPort(endpointFrom(host, instance)),
    agentPort: instance.host === host ? "" : ` agent-port ${instance.publishedAgentPort}`,
    options: `${tls}${instance.backup ? " backup" : ""}`,
  }));
}

/** What is let in besides the allowed ranges. */
function ownAddresses(topology: Topology): string[] {
  const { loadBalancer, network } = topology;
  return [...new Set([...(reachesLoopback(loadBalancer) ? [network.gateway] : []), ...probeSources(topology)])];
}

/** Where the probe's connections come from: one that comes by a published port comes from the gateway, or from another host. */
function probeSources({ hosts, network, loadBalancer, monitoring }: Topology): string[] {
  const { probe } = monitoring ?? {};
  if (probe === undefined) return [];
  if (loadBalancer.balancers.some(({ address }) => address === probe.resolvesTo)) return [probe.address];
  const host = hosts.find(({ name }) => name === probe.host)?.address;
  return [network.gateway, ...(host === undefined ? [] : [host])];
}

/**
 * Docker hands on connections of the host itself from the gateway's address, so who lets in 127.0.0.1 means the gateway. Docker does the
 * same to every connection over IPv6, so not when the port is bound to an IPv6 address.
 */
function reachesLoopback({ allowedAddressRanges, bindAddress }: LoadBalancerTopology): boolean {
  const allowed = new BlockList();
  for (const range of allowedAddressRanges) {
    const [address = "", prefix] = range.split("/");
    if (isIP(address) === 4) allowed.addSubnet(address, Number(prefix ?? 32), "ipv4");
  }
  return isIP(bindAddress) === 4 && allowed.check("127.0.0.1", "ipv4");
}
