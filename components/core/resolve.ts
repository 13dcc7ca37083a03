import { addressIn, authority, defaultSubnet, ipVersion, isHost, isHostname, isSubnet } from "./addresses";
import { Problems } from "./errors";
import { resolveImages } from "./images";
import { checkNumber, checkText, isText } from "./checks";
import { resolveAccess } from "./resolve-access";
import { resolveBackup } from "./resolve-backup";
import { resolveMonitoring } from "./resolve-monitoring";
import { resolveAudit } from "./resolve-audit";
import { resolveGarbageCollection } from "./resolve-garbage-collection";
import { resolveNaming } from "./resolve-naming";
import { resolveObjectStore, resolveRedis } from "./resolve-state";
import { LogLevel } from "./shape";
import type { CertificatesShape, LogsShape, NodesShape, RegistryShape } from "./shape";
import type { LoadBalancerShape } from "./shape-load-balancer";
import { sizeFor, withOwnStore } from "./sizing";
import type { CertificatesTopology, LogsTopology, NetworkTopology, NodeSettings, NodeTopology, Topology } from "./topology";
import { hosts, ports, publishedPorts } from "./layout";
import { checkInternalPorts, isSeveral, place, resolveHosts } from "./placement";
import type { Ground } from "./placement";
import { resolveLoadBalancer } from "./resolve-load-balancer";

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
  const ground: Ground = {
    hosts: resolveHosts(shape.hosts, problems),
    network: resolveNetwork(name, shape.subnet, problems),
    internalPortBase: shape.internalPortBase ?? 21_000,
  };
  const access = resolveAccess(shape.access ?? {}, problems);
  const sized = sizeFor(teamSize);
  const size = shape.objectStore?.garage === undefined ? sized : withOwnStore(sized);
  const loadBalancer = resolveLoadBalancer(name, ground, size, shape.loadBalancer ?? {}, problems);
  checkInternalPorts(ground, loadBalancer.port, problems);
  const alternativeNames = resolveAlternativeNames(hostname, shape.alternativeNames, ground, shape.loadBalancer, problems);
  const topology = {
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
    hosts: ground.hosts,
    network: ground.network,
    nodes: resolveNodes(name, ground, teamSize, shape.nodes ?? {}, problems),
    node: { ...resolveNodeSettings(teamSize, shape.nodes ?? {}, problems), tls: isSeveral(ground.hosts) },
    loadBalancer: { ...loadBalancer, catalogUsers: access.catalogUsers },
    objectStore: resolveObjectStore(name, ground, teamSize, shape.objectStore ?? {}, problems),
    redis: resolveRedis(name, ground, teamSize, shape.redis ?? {}, problems),
    access: access.topology,
    certificates: resolveCertificates(shape.certificates ?? {}, problems),
    logs: resolveLogs(shape.logs ?? {}, problems),
    ...(shape.garbageCollection === undefined
      ? {}
      : { garbageCollection: resolveGarbageCollection(name, ground, shape.redis ?? {}, shape.garbageCollection, problems) }),
    ...(shape.backup === undefined ? {} : { backup: resolveBackup(name, ground, shape.backup, problems) }),
    ...(shape.audit === undefined ? {} : { audit: resolveAudit(name, ground, shape.audit, problems) }),
    ...(shape.naming === undefined ? {} : { naming: resolveNaming(shape.naming, problems) }),
  };
  if (shape.monitoring === undefined) return topology;
  return { ...topology, monitoring: resolveMonitoring(topology, ground, shape.monitoring, problems) };
}

/** With several hosts clients may be sent to any of them, and to the address that moves between them. */
function resolveAlternativeNames(
  hostname: string,
  given: string[] | undefined,
  { hosts: machines }: Ground,
  { virtualAddress }: LoadBalancerShape = {},
  problems: Problems,
): string[] {
  for (const [index, host] of (given ?? []).entries()) {
    const valid = isHost(host) || (typeof host === "string" && host.startsWith("*.") && isHostname(host.slice(2)));
    problems.require(valid, `alternativeNames[${index}]`, `"${host}" is neither a DNS name nor an IP address`);
  }
  const addresses = [virtualAddress?.address, ...machines.map(({ address }) => address)].filter((address) => address !== undefined);
  return [...new Set([hostname, ...(given ?? ["localhost", "127.0.0.1"]), ...addresses])];
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

function resolveNodes(name: string, ground: Ground, teamSize: number, shape: NodesShape, problems: Problems): NodeTopology[] {
  const count = shape.count ?? Math.max(sizeFor(teamSize).nodes, ground.hosts.length);
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
  const plan = { prefix: `${name}-node-`, beforeFirst: hosts.beforeFirstNode, port: ports.registry, published: publishedPorts.registry };
  return Array.from({ length: count }, (_, index) => ({
    ...place(ground, index + 1, plan),
    ...(isSeveral(ground.hosts) ? { publishedAgentPort: ground.internalPortBase + publishedPorts.agent + index + 1 } : {}),
    backup: index >= count - backups,
  }));
}

function resolveNodeSettings(teamSize: number, shape: NodesShape, problems: Problems): Omit<NodeSettings, "tls"> {
  const settings: Omit<NodeSettings, "tls"> = {
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
