import { addressIn, authority, defaultSubnet, isSubnet } from "./addresses";
import { Problems } from "./errors";
import { resolveImages } from "./images";
import { checkNumber } from "./checks";
import { resolveAccess } from "./resolve-access";
import { resolveBackup } from "./resolve-backup";
import { resolveMonitoring } from "./resolve-monitoring";
import { resolveAudit } from "./resolve-audit";
import { resolveGarbageCollection } from "./resolve-garbage-collection";
import {
  checkAlternativeNames,
  checkNodeCount,
  namesByKind,
  resolveCertificates,
  resolveIdentity,
  resolveNodeSettings,
} from "./resolve-common";
import { resolveNaming } from "./resolve-naming";
import { resolveObjectStore, resolveRedis } from "./resolve-state";
import type { LogsShape, NodesShape, RegistryShape } from "./shape";
import type { LoadBalancerShape } from "./shape-load-balancer";
import { sizeFor, withOwnStore } from "./sizing";
import type { LogsTopology, NetworkTopology, NodeTopology, Topology } from "./topology";
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
  const { teamSize, hostname } = resolveIdentity(name, "Docker", shape, problems);
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
    ...namesByKind(alternativeNames),
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
  checkAlternativeNames(given, problems);
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
  const counted = checkNodeCount(count, problems);
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

function resolveLogs(shape: LogsShape, problems: Problems): LogsTopology {
  const logs = { maxSizeMiB: shape.maxSizeMiB ?? 50, maxFiles: shape.maxFiles ?? 5 };
  checkNumber(problems, "logs.maxSizeMiB", logs.maxSizeMiB, { from: 1, to: 10_240, whole: true });
  checkNumber(problems, "logs.maxFiles", logs.maxFiles, { from: 1, to: 100, whole: true });
  return logs;
}
