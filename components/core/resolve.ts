import { addressIn, authority, defaultSubnet, ipVersion, isAddressRange, isHost, isHostname, isPort, isSubnet } from "./addresses";
import { Problems } from "./errors";
import { resolveImages } from "./images";
import { checkNumber, checkText, isText } from "./checks";
import { resolveAccess } from "./resolve-access";
import { resolveObjectStore, resolveRedis } from "./resolve-state";
import { LogLevel } from "./shape";
import type { CertificatesShape, LoadBalancerShape, LogsShape, NodesShape, RegistryShape } from "./shape";
import { sizeFor } from "./sizing";
import type {
  CertificatesTopology,
  LoadBalancerTopology,
  LogsTopology,
  NetworkTopology,
  NodeSettings,
  NodeTopology,
  Topology,
} from "./topology";
import { hosts, ports } from "./layout";

/**
 * Fills in defaults and checks everything that is plain.
 *
 * @param name Name of the registry: lower-case letters, digits and hyphens, 40 at the most, since Docker and DNS names are made of it.
 * @param shape What the user asks for.
 * @throws {RegistryError} with every problem found, before anything is created.
 */
export function resolveTopology(name: string, shape: RegistryShape = {}): Topology {
  const problems = new Problems();
  const topology = resolve(name, shape, problems);
  problems.throwIfAny(name === "" ? "registry" : name);
  return topology;
}

function resolve(name: string, shape: RegistryShape, problems: Problems): Topology {
  problems.require(
    isText(name, /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/),
    "name",
    `"${name}" cannot be part of Docker and DNS names: use 2 to 40 lower-case letters, digits and hyphens, with a letter first`,
  );
  const teamSize = shape.teamSize ?? 20;
  checkNumber(problems, "teamSize", teamSize, { from: 1, to: 1_000_000, whole: true });
  const hostname = shape.hostname ?? "localhost";
  problems.require(isHost(hostname), "hostname", `"${hostname}" is neither a DNS name nor an IP address`);
  const alternativeNames = resolveAlternativeNames(hostname, shape.alternativeNames, problems);
  const network = resolveNetwork(name, shape.subnet, problems);
  const access = resolveAccess(shape.access ?? {}, problems);
  const loadBalancer = resolveLoadBalancer(name, network, teamSize, shape.loadBalancer ?? {}, problems);
  return {
    name,
    hostname,
    dnsNames: alternativeNames.filter((host) => ipVersion(host) === 0),
    ipAddresses: alternativeNames.filter((host) => ipVersion(host) !== 0),
    endpoint: `https://${authority(hostname, loadBalancer.port)}`,
    authority: authority(hostname, loadBalancer.port),
    teamSize,
    labels: resolveLabels(shape.labels ?? {}, problems),
    dataProtection: shape.dataProtection ?? true,
    images: resolveImages(shape.images, problems),
    network,
    nodes: resolveNodes(name, network, teamSize, shape.nodes ?? {}, problems),
    node: resolveNodeSettings(teamSize, shape.nodes ?? {}, problems),
    loadBalancer: { ...loadBalancer, catalogUsers: access.catalogUsers },
    objectStore: resolveObjectStore(name, network, teamSize, shape.objectStore ?? {}, problems),
    redis: resolveRedis(name, network, teamSize, shape.redis ?? {}, problems),
    access: access.topology,
    certificates: resolveCertificates(shape.certificates ?? {}, problems),
    logs: resolveLogs(shape.logs ?? {}, problems),
  };
}

function resolveAlternativeNames(hostname: string, given: string[] | undefined, problems: Problems): string[] {
  for (const [index, host] of (given ?? []).entries()) {
    const valid = isHost(host) || (typeof host === "string" && host.startsWith("*.") && isHostname(host.slice(2)));
    problems.require(valid, `alternativeNames[${index}]`, `"${host}" is neither a DNS name nor an IP address`);
  }
  return [...new Set([hostname, ...(given ?? ["localhost", "127.0.0.1"])])];
}

function resolveNetwork(name: string, subnet: string | undefined, problems: Problems): NetworkTopology {
  const chosen = subnet ?? defaultSubnet(name);
  problems.require(isSubnet(chosen), "subnet", `"${chosen}" is not a /24 of IPv4 at its base address, as 10.200.7.0/24`);
  return { subnet: chosen, gateway: addressIn(chosen, hosts.gateway) };
}

function resolveLabels(labels: Record<string, string>, problems: Problems): Record<string, string> {
  for (const key of Object.keys(labels)) {
    const own = key === "ha-registry" || key.startsWith("ha-registry.");
    problems.require(key !== "" && !own, `labels.${key}`, "labels that start with ha-registry are the library's own: choose another name");
  }
  return labels;
}

function resolveNodes(name: string, network: NetworkTopology, teamSize: number, shape: NodesShape, problems: Problems): NodeTopology[] {
  const count = shape.count ?? sizeFor(teamSize).nodes;
  const counted = problems.require(
    Number.isInteger(count) && count >= 2 && count <= hosts.mostNodes,
    "nodes.count",
    `${count} nodes: give a whole number from 2 (with one node, every restart is an outage) to ${hosts.mostNodes}`,
  );
  const backups = shape.backups ?? 0;
  problems.require(
    Number.isInteger(backups) && backups >= 0 && (!counted || backups < count),
    "nodes.backups",
    `${backups} of ${count} nodes cannot be backups: at least one has to serve`,
  );
  if (!counted) return [];
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    name: `${name}-node-${index + 1}`,
    address: addressIn(network.subnet, hosts.beforeFirstNode + index + 1),
    backup: index >= count - backups,
  }));
}

function resolveNodeSettings(teamSize: number, shape: NodesShape, problems: Problems): NodeSettings {
  const settings: NodeSettings = {
    port: ports.registry,
    debugPort: ports.debug,
    drainSeconds: shape.drainSeconds ?? 300,
    memoryMiB: shape.memoryMiB ?? sizeFor(teamSize).nodeMemoryMiB,
    cpus: shape.cpus,
    logLevel: shape.logLevel ?? LogLevel.Info,
    tracingEndpoint: shape.tracing && (shape.tracing.endpoint ?? ""),
  };
  checkNumber(problems, "nodes.drainSeconds", settings.drainSeconds, { from: 1, to: 86_400, whole: true });
  checkNumber(problems, "nodes.memoryMiB", settings.memoryMiB, { from: 64, to: 1_048_576, whole: true });
  checkNumber(problems, "nodes.cpus", settings.cpus, { from: 0.1, to: 1024 });
  const levels: string[] = Object.values(LogLevel);
  problems.require(levels.includes(settings.logLevel), "nodes.logLevel", `"${settings.logLevel}" is not one of ${levels.join(", ")}`);
  checkText(problems, "nodes.tracing.endpoint", settings.tracingEndpoint, "url");
  return settings;
}

/** HAProxys of one registry; each has a port of statistics of its own, and two are enough to replace one. */
const mostReplicas = 4;

function resolveLoadBalancer(
  name: string,
  network: NetworkTopology,
  teamSize: number,
  shape: LoadBalancerShape,
  problems: Problems,
): Omit<LoadBalancerTopology, "catalogUsers"> {
  const size = sizeFor(teamSize);
  const port = shape.port ?? 5000;
  const statisticsPort = shape.statistics?.port ?? (port + 3404 + mostReplicas <= 65536 ? port + 3404 : port - 3404);
  const replicas = shape.replicas ?? 2;
  const balancer = {
    name: `${name}-balancer`,
    address: addressIn(network.subnet, hosts.balancer),
    replicas: Array.from(
      { length: Math.min(Math.max(Math.trunc(replicas) || 0, 0), mostReplicas) },
      (_, index) => `${name}-haproxy-${index + 1}`,
    ),
    port,
    bindAddress: shape.bindAddress ?? "0.0.0.0",
    handOverConnections: shape.handOverConnections ?? true,
    statisticsPort,
    statisticsBindAddress: shape.statistics?.bindAddress ?? "127.0.0.1",
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
  checkLoadBalancer(balancer, replicas, problems);
  return balancer;
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
  const lastStatisticsPort = balancer.statisticsPort + Math.max(balancer.replicas.length, 1) - 1;
  problems.require(
    balancer.port < balancer.statisticsPort || balancer.port > lastStatisticsPort,
    at("statistics.port"),
    `ports ${balancer.statisticsPort} to ${lastStatisticsPort} (one per replica) meet the registry's own port ${balancer.port}: choose others`,
  );
  problems.require(
    lastStatisticsPort <= 65535 || !isPort(balancer.statisticsPort),
    at("statistics.port"),
    `there is no port ${lastStatisticsPort} for the last of ${balancer.replicas.length} replicas: choose a lower one`,
  );
  for (const [field, value] of [
    ["bindAddress", balancer.bindAddress],
    ["statistics.bindAddress", balancer.statisticsBindAddress],
  ] as const) {
    problems.require(ipVersion(value) !== 0, at(field), `"${value}" is not an IP address of this host`);
  }
  for (const [index, range] of balancer.allowedAddressRanges.entries()) {
    problems.require(
      isAddressRange(range),
      at(`allowedAddressRanges[${index}]`),
      `"${range}" is not an address or a network as 10.0.0.0/8`,
    );
  }
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

function resolveCertificates(shape: CertificatesShape, problems: Problems): CertificatesTopology {
  const validityDays = shape.validityDays ?? 397;
  const earlyRenewalDays = shape.earlyRenewalDays ?? Math.min(60, Math.floor(validityDays / 3));
  const caValidityDays = shape.caValidityDays ?? 3650;
  checkNumber(problems, "certificates.validityDays", validityDays, { from: 1, to: 3650, whole: true });
  checkNumber(problems, "certificates.caValidityDays", caValidityDays, { from: 1, to: 36_500, whole: true });
  problems.require(
    Number.isInteger(earlyRenewalDays) && earlyRenewalDays >= 0 && earlyRenewalDays < validityDays,
    "certificates.earlyRenewalDays",
    `${earlyRenewalDays} days before the end of ${validityDays} would renew at every run: give fewer days than validityDays`,
  );
  problems.require(
    caValidityDays >= validityDays,
    "certificates.caValidityDays",
    `a CA of ${caValidityDays} days ends before the certificates of ${validityDays} days that it signs`,
  );
  return { validityHours: validityDays * 24, earlyRenewalHours: earlyRenewalDays * 24, caValidityHours: caValidityDays * 24 };
}

function resolveLogs(shape: LogsShape, problems: Problems): LogsTopology {
  const logs = { maxSizeMiB: shape.maxSizeMiB ?? 50, maxFiles: shape.maxFiles ?? 5 };
  checkNumber(problems, "logs.maxSizeMiB", logs.maxSizeMiB, { from: 1, to: 10_240, whole: true });
  checkNumber(problems, "logs.maxFiles", logs.maxFiles, { from: 1, to: 100, whole: true });
  return logs;
}
