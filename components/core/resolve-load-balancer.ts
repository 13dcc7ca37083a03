import { createHash } from "node:crypto";
import { addressIn, ipVersion, isAddressRange, isPort } from "./addresses";
import { checkNumber, checkText, isText } from "./checks";
import type { Problems } from "./errors";
import { hosts, publishedPorts } from "./layout";
import { isSeveral, keepalivedName } from "./placement";
import type { Ground } from "./placement";
import type { CommonLoadBalancerShape, LoadBalancerShape, VirtualAddressShape } from "./shape-load-balancer";
import type { Sizing } from "./sizing";
import type { BalancerSettings, BalancerTopology, LoadBalancerTopology, VirtualAddressTopology } from "./topology";

/** HAProxys of one registry; each has a port of statistics of its own, and two are enough to replace one. */
const mostReplicas = 4;

/** What every HAProxy is told, without port and the users who may list the catalog. */
type HaproxySettings = Omit<BalancerSettings, "port" | "catalogUsers">;

/** Fills in what every HAProxy is told. */
export function resolveBalancerSettings(size: Sizing, shape: CommonLoadBalancerShape): HaproxySettings {
  return {
    allowedAddressRanges: shape.allowedAddressRanges ?? [],
    requestsPerSecond: shape.rateLimit?.requestsPerSecond ?? 1000,
    failedLoginsPerMinute: shape.rateLimit?.failedLoginsPerMinute ?? 60,
    clientCertificateRequired: shape.clientCertificates?.required ?? true,
    connectMilliseconds: shape.timeouts?.connectMilliseconds ?? 2000,
    clientSeconds: shape.timeouts?.clientSeconds ?? 300,
    serverSeconds: shape.timeouts?.serverSeconds ?? 900,
    keepAliveSeconds: shape.timeouts?.keepAliveSeconds ?? 15,
    maxConnections: shape.maxConnections ?? size.maxConnections,
    memoryMiB: shape.memoryMiB ?? size.balancerMemoryMiB,
    cpus: shape.cpus,
    extraConfig: shape.extraConfig ?? {},
  };
}

/** Checks addresses and networks. */
export function checkAddressRanges(path: string, ranges: readonly string[], problems: Problems): void {
  for (const [index, range] of ranges.entries())
    problems.require(isAddressRange(range), `${path}[${index}]`, `"${range}" is not an address or a network as 10.0.0.0/8`);
}

/** Checks what every HAProxy is told. */
export function checkBalancerSettings(balancer: HaproxySettings, problems: Problems): void {
  const at = (field: string): string => `loadBalancer.${field}`;
  checkAddressRanges(at("allowedAddressRanges"), balancer.allowedAddressRanges, problems);
  const whole = { to: 1_000_000, whole: true };
  checkNumber(problems, at("rateLimit.requestsPerSecond"), balancer.requestsPerSecond, { from: 0, ...whole });
  checkNumber(problems, at("rateLimit.failedLoginsPerMinute"), balancer.failedLoginsPerMinute, { from: 0, ...whole });
  checkNumber(problems, at("timeouts.connectMilliseconds"), balancer.connectMilliseconds, { from: 10, to: 60_000, whole: true });
  checkNumber(problems, at("timeouts.clientSeconds"), balancer.clientSeconds, { from: 1, to: 86_400, whole: true });
  checkNumber(problems, at("timeouts.serverSeconds"), balancer.serverSeconds, { from: 1, to: 86_400, whole: true });
  checkNumber(problems, at("timeouts.keepAliveSeconds"), balancer.keepAliveSeconds, { from: 1, to: 3600, whole: true });
  checkNumber(problems, at("maxConnections"), balancer.maxConnections, { from: 10, ...whole });
  checkNumber(problems, at("memoryMiB"), balancer.memoryMiB, { from: 64, ...whole });
  checkNumber(problems, at("cpus"), balancer.cpus, { from: 0.1, to: 1024 });
  const { global, defaults, frontend, backend } = balancer.extraConfig;
  for (const [name, text] of Object.entries({ global, defaults, frontend, backend }))
    checkText(problems, at(`extraConfig.${name}`), text, "lines");
}

/** Fills in and checks the load balancer; who may list the catalog is told by `access`. */
export function resolveLoadBalancer(
  name: string,
  ground: Ground,
  size: Sizing,
  shape: LoadBalancerShape,
  problems: Problems,
): Omit<LoadBalancerTopology, "catalogUsers"> {
  const port = shape.port ?? 5000;
  const statisticsPort = shape.statistics?.port ?? (port + 3404 + mostReplicas <= 65536 ? port + 3404 : port - 3404);
  const replicas = shape.replicas ?? 2;
  const balancer = {
    balancers: resolveBalancers(name, ground, replicas, shape.virtualAddress !== undefined),
    virtualAddress: shape.virtualAddress && resolveVirtualAddress(name, ground, shape.virtualAddress, problems),
    port,
    bindAddress: shape.bindAddress ?? "0.0.0.0",
    handOverConnections: shape.handOverConnections ?? true,
    statisticsPort,
    statisticsBindAddress: shape.statistics?.bindAddress ?? "127.0.0.1",
    ...resolveBalancerSettings(size, shape),
  };
  checkLoadBalancer(balancer, replicas, problems);
  return balancer;
}

/** Names hold the host's where there are several. */
function resolveBalancers(
  name: string,
  { hosts: machines, network, internalPortBase }: Ground,
  replicas: number,
  withKeepalived: boolean,
): BalancerTopology[] {
  const count = Math.min(Math.max(Math.trunc(replicas) || 0, 0), mostReplicas);
  return machines.map((host) => {
    const prefix = host.name === "" ? name : `${name}-${host.name}`;
    return {
      host: host.name,
      name: `${prefix}-balancer`,
      address: addressIn(network.subnet, hosts.balancer),
      replicas: Array.from({ length: count }, (_, index) => `${prefix}-haproxy-${index + 1}`),
      ...(host.address === undefined ? {} : { publishedStore: { address: host.address, port: internalPortBase + publishedPorts.store } }),
      ...(withKeepalived ? { keepalived: keepalivedName(name, host.name) } : {}),
    };
  });
}

function resolveVirtualAddress(
  name: string,
  { hosts: machines }: Ground,
  shape: VirtualAddressShape,
  problems: Problems,
): VirtualAddressTopology {
  const at = (field: string): string => `loadBalancer.virtualAddress.${field}`;
  const resolved = {
    address: shape.address,
    prefixLength: shape.prefixLength ?? 24,
    interface: shape.interface ?? "eth0",
    routerId: shape.routerId ?? 1 + (createHash("sha256").update(name).digest().readUInt8(0) % 255),
  };
  problems.require(isSeveral(machines), "loadBalancer.virtualAddress", "needs hosts to move between: give hosts, or leave it out");
  problems.require(ipVersion(resolved.address) === 4, at("address"), `"${resolved.address}" is not an IPv4 address`);
  const taken = machines.some(({ address }) => address === resolved.address);
  problems.require(!taken, at("address"), `${resolved.address} is the address of a host: take one that nobody has`);
  checkNumber(problems, at("prefixLength"), resolved.prefixLength, { from: 1, to: 32, whole: true });
  // The kernel's bound (IFNAMSIZ), and no character that ends a word of keepalived's configuration.
  problems.require(
    isText(resolved.interface, /^[A-Za-z0-9._-]{1,15}$/),
    at("interface"),
    `"${resolved.interface}" is not a network interface`,
  );
  checkNumber(problems, at("routerId"), resolved.routerId, { from: 1, to: 255, whole: true });
  return resolved;
}

function checkLoadBalancer(balancer: Omit<LoadBalancerTopology, "catalogUsers">, replicas: number, problems: Problems): void {
  const at = (field: string): string => `loadBalancer.${field}`;
  checkNumber(problems, at("replicas"), replicas, { from: 1, to: mostReplicas, whole: true });
  for (const [field, value] of [
    ["port", balancer.port],
    ["statistics.port", balancer.statisticsPort],
  ] as const) {
    problems.require(isPort(value), at(field), `${value} is not a port: give a whole number from 1 to 65535`);
  }
  const count = Math.max(balancer.balancers[0]?.replicas.length ?? 1, 1);
  const lastStatisticsPort = balancer.statisticsPort + count - 1;
  problems.require(
    balancer.port < balancer.statisticsPort || balancer.port > lastStatisticsPort,
    at("statistics.port"),
    `ports ${balancer.statisticsPort} to ${lastStatisticsPort} (one per replica) meet the registry's own port ${balancer.port}: choose others`,
  );
  problems.require(
    lastStatisticsPort <= 65535 || !isPort(balancer.statisticsPort),
    at("statistics.port"),
    `there is no port ${lastStatisticsPort} for the last of ${count} replicas: choose a lower one`,
  );
  for (const [field, value] of [
    ["bindAddress", balancer.bindAddress],
    ["statistics.bindAddress", balancer.statisticsBindAddress],
  ] as const) {
    problems.require(ipVersion(value) !== 0, at(field), `"${value}" is not an IP address of this host`);
  }
  problems.require(
    balancer.virtualAddress === undefined || balancer.bindAddress === "0.0.0.0",
    at("bindAddress"),
    `${balancer.bindAddress} is on one host at most, and virtualAddress is on any: leave bindAddress at 0.0.0.0`,
  );
  checkBalancerSettings(balancer, problems);
}
