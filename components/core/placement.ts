import { addressIn, ipVersion, isPort } from "./addresses";
import { checkText, isText } from "./checks";
import type { Problems } from "./errors";
import { publishedPorts } from "./layout";
import type { HostShape } from "./shape";
import type { BalancerTopology, Endpoint, HostTopology, Member, NetworkTopology, Placed, Topology } from "./topology";

/** Hosts that there is room for. */
const mostHosts = 9;

/** Where parts can be put: the hosts, their private network, and the ports by which they reach each other. */
export interface Ground {
  /** Machines. */
  hosts: HostTopology[];
  /** Private network of each. */
  network: NetworkTopology;
  /** First of the ports that are published between hosts. */
  internalPortBase: number;
}

/** Fills in and checks the hosts. */
export function resolveHosts(shapes: Record<string, HostShape> | undefined, problems: Problems): HostTopology[] {
  if (shapes === undefined) return [{ name: "", sshOptions: [] }];
  const entries = Object.entries(shapes);
  problems.require(
    entries.length >= 2 && entries.length <= mostHosts,
    "hosts",
    `${entries.length} hosts: give 2 to ${mostHosts} (three, to keep quorums when one is lost), or leave hosts out for a single one`,
  );
  const addresses = new Set<string>();
  for (const [name, shape] of entries) checkHost(name, shape, addresses, problems);
  return entries.map(([name, { dockerHost, address, certificatesPath, sshOptions = [] }]) => ({
    name,
    dockerHost,
    address,
    ...(certificatesPath === undefined ? {} : { certificatesPath }),
    sshOptions,
  }));
}

function checkHost(name: string, shape: HostShape, taken: Set<string>, problems: Problems): void {
  const path = `hosts.${name}`;
  problems.require(
    isText(name, /^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/),
    path,
    "names of containers are made of it: use 1 to 20 lower-case letters, digits and hyphens, with a letter first",
  );
  const engine = isText(shape.dockerHost, /^(ssh:\/\/[^\s/]+(\/[^\s]*)?|tcp:\/\/[^\s/]+:\d+|unix:\/\/\/[^\s]+)$/);
  problems.require(
    engine,
    `${path}.dockerHost`,
    `"${shape.dockerHost}" is not an address of a Docker Engine, as ssh://user@10.0.0.11, tcp://10.0.0.11:2376 or unix:///run/docker.sock`,
  );
  problems.require(ipVersion(shape.address) === 4, `${path}.address`, `"${shape.address}" is not the IPv4 address of a host`);
  problems.require(!taken.has(shape.address), `${path}.address`, `${shape.address} is another host's, too: each needs its own`);
  taken.add(shape.address);
  checkText(problems, `${path}.certificatesPath`, shape.certificatesPath, "path");
  for (const [index, option] of (shape.sshOptions ?? []).entries()) checkText(problems, `${path}.sshOptions[${index}]`, option, "line");
}

/** Checks that the published ports exist, and leave room for what clients use. */
export function checkInternalPorts({ hosts, internalPortBase: base }: Ground, clientPort: number, problems: Problems): void {
  if (!isSeveral(hosts)) return;
  const last = base + publishedPorts.last;
  problems.require(
    isPort(base) && isPort(last) && base >= 1024,
    "internalPortBase",
    `ports ${base} to ${last} cannot all be used: give a whole number from 1024 to ${65535 - publishedPorts.last}`,
  );
  problems.require(
    clientPort < base || clientPort > last,
    "internalPortBase",
    `ports ${base} to ${last} meet the load balancer's own port ${clientPort}: choose others`,
  );
}

/** What {@link place} needs to know of a kind of part. */
export interface PartPlan {
  /** Name of its containers up to the number, as `prod-node-`. */
  prefix: string;
  /** Host number in the private network before that of the first one. */
  beforeFirst: number;
  /** Port in the private network. */
  port: number;
  /** Distance of the published ports from the base. */
  published: number;
}

/** Instance number `number` of a part: they go round the hosts, so that the loss of one host costs as few of them as can be. */
export function place({ hosts, network, internalPortBase }: Ground, number: number, plan: PartPlan): Placed {
  const host = hosts[(number - 1) % Math.max(hosts.length, 1)];
  return {
    number,
    name: `${plan.prefix}${number}`,
    host: host?.name ?? "",
    address: addressIn(network.subnet, plan.beforeFirst + number),
    port: plan.port,
    ...(host?.address === undefined ? {} : { published: { address: host.address, port: internalPortBase + plan.published + number } }),
  };
}

/** Whether parts are spread over several hosts. */
export function isSeveral(hosts: readonly HostTopology[]): boolean {
  return hosts[0]?.address !== undefined;
}

/** How `to` is reached from a container on the host `from`: within one host in its private network, which is fastest. */
export function endpointFrom(from: string, to: Placed): Endpoint {
  return to.published === undefined || to.host === from ? { address: to.address, port: to.port } : to.published;
}

/** The one endpoint at which everyone reaches `to`, on its own host, too. */
export function announcedEndpoint({ address, port, published }: Member): Endpoint {
  return published ?? { address, port };
}

/** `address:port`. */
export function hostPort({ address, port }: Endpoint): string {
  return `${address}:${port}`;
}

/** The balancers of a host. */
export function balancersOn({ loadBalancer }: Topology, host: string): BalancerTopology[] {
  return loadBalancer.balancers.filter((balancer) => balancer.host === host);
}

/** Name of the container with the keepalived of a host. */
export function keepalivedName(registry: string, host: string): string {
  return `${registry}-${host}-keepalived`;
}

/** DNS name under which the hosts' balancers reach each other's store, in the same certificate as {@link nodeServerName}. */
export function storeServerName(registry: string): string {
  return `store.${registry}.internal`;
}

/** DNS name in the certificate that all nodes of a registry show each other: none that anyone resolves, and the same wherever they are. */
export function nodeServerName(registry: string): string {
  return `node.${registry}.internal`;
}

/** DNS name in the certificate by which Prometheus knows what offers it the metrics of another host. */
export function metricsServerName(registry: string): string {
  return `metrics.${registry}.internal`;
}
