import { authority, isHostname } from "./addresses";
import { partitionOf } from "./aws-regions";
import { Problems } from "./errors";
import { ImageName, resolveImages } from "./images";
import { resolveAccess } from "./resolve-access";
import { checkRegion, checkTags, isArn } from "./resolve-aws-checks";
import { resolveAwsMonitoring } from "./resolve-aws-monitoring";
import { resolveNetwork } from "./resolve-aws-network";
import { resolveAwsNodes } from "./resolve-aws-nodes";
import { resolveAwsBalancer, resolveAwsRedis, resolveAwsStore, resolveCertificateSource, resolveDns } from "./resolve-aws-parts";
import { checkAlternativeNames, namesByKind, resolveCertificates, resolveIdentity, resolveNodeSettings } from "./resolve-common";
import { resolveNaming } from "./resolve-naming";
import type { AwsRegistryShape } from "./shape-aws";
import { sizeFor } from "./sizing";
import type { AwsTopology } from "./topology-aws";

/**
 * Fills in defaults and checks everything that is plain, for AWS.
 *
 * @param name Name of the registry: lower-case letters, digits and hyphens, 40 at the most, since names of resources are made of it.
 * @param shape What the user asks for.
 * @throws {RegistryError} with every problem found, before anything is created.
 */
export function resolveAwsTopology(name: string, shape: AwsRegistryShape): AwsTopology {
  const problems = new Problems();
  const topology = resolveRegion(name, shape, problems);
  problems.throwIfAny(name === "" ? "registry" : name);
  return topology;
}

/** Fills in defaults and notes every problem; {@link resolveAwsTopology} throws them. */
export function resolveRegion(name: string, shape: AwsRegistryShape, problems: Problems): AwsTopology {
  const { region, existingKeyArn } = { region: shape.region, ...shape.encryption };
  checkRegion(region, problems);
  const { teamSize, hostname } = resolveIdentity(name, "AWS", shape, problems);
  problems.require(
    shape.hostname !== undefined && isHostname(hostname) && hostname !== "localhost",
    "hostname",
    "is missing: give the DNS name under which clients reach the registry",
  );
  checkAlternativeNames(shape.alternativeNames, problems);
  const access = resolveAccess(shape.access ?? {}, problems);
  checkUsers(access.topology.users, problems);
  const size = sizeFor(teamSize);
  const images = resolveImages(shape.images, problems);
  const network = resolveNetwork(
    region,
    shape.network ?? {},
    { internetFacing: shape.loadBalancer?.internetFacing ?? false, images: [images[ImageName.Registry], images[ImageName.Haproxy]] },
    problems,
  );
  const loadBalancer = resolveAwsBalancer(network.cidrs, size, shape.loadBalancer ?? {}, problems);
  // HAProxy and the registry behind it are one task, with a network of its own.
  const node = { ...resolveNodeSettings(teamSize, shape.nodes ?? {}, problems), tls: false };
  problems.require(
    !(node.drainSeconds > longestDrainSeconds),
    "nodes.drainSeconds",
    `a load balancer of AWS waits for ${longestDrainSeconds} seconds at the most, not ${node.drainSeconds}: give fewer`,
  );
  const nodes = resolveAwsNodes(teamSize, node.memoryMiB + loadBalancer.memoryMiB, shape.nodes ?? {}, problems);
  checkCpus(nodes.cpuUnits / 1024, node.cpus, loadBalancer.cpus, problems);
  problems.require(
    existingKeyArn === undefined || isArn(existingKeyArn, "kms"),
    "encryption.existingKeyArn",
    `"${existingKeyArn}" is not the ARN of a KMS key`,
  );
  return {
    name,
    hostname,
    ...namesByKind([...new Set([hostname, ...(shape.alternativeNames ?? [])])]),
    endpoint: `https://${authority(hostname, loadBalancer.port)}`,
    authority: authority(hostname, loadBalancer.port),
    teamSize,
    labels: checkTags(shape.tags ?? {}, problems),
    dataProtection: shape.dataProtection ?? true,
    images,
    region,
    partition: partitionOf(region),
    network,
    node,
    nodes,
    loadBalancer: { ...loadBalancer, catalogUsers: access.catalogUsers },
    objectStore: resolveAwsStore(region, shape.objectStore ?? {}, problems),
    redis: resolveAwsRedis(name, teamSize, shape.redis ?? {}, problems),
    access: access.topology,
    certificates: resolveCertificates(shape.certificates ?? {}, problems),
    ...resolveCertificateSource(shape, problems),
    ...(shape.dns === undefined ? {} : { dns: resolveDns(hostname, shape.dns, problems) }),
    ...(shape.naming === undefined ? {} : { naming: resolveNaming(shape.naming, problems) }),
    ...(shape.monitoring === undefined ? {} : { monitoring: resolveAwsMonitoring(shape.monitoring, problems) }),
    ...(existingKeyArn === undefined ? {} : { existingKeyArn }),
    logRetentionDays: resolveRetention(shape.logs?.retentionDays ?? 180, problems),
  };
}

/** Longest that a target group waits for connections of a task that is to go, seconds (Elastic Load Balancing, "Deregistration delay"). */
const longestDrainSeconds = 3600;

/** Containers of a task cannot be promised more than it has. */
function checkCpus(task: number, registry = 0, haproxy = 0, problems: Problems): void {
  problems.require(
    !(registry + haproxy > task),
    "nodes.taskCpus",
    `nodes.cpus and loadBalancer.cpus come to ${registry + haproxy}, and the task has ${task}: give it more, or them less`,
  );
}

/** A secret of Secrets Manager, in which the password file gets to nodes, holds 64 KiB; a line of it takes 128 bytes at the most. */
const mostUsers = 500;

function checkUsers(users: readonly string[], problems: Problems): void {
  problems.require(
    users.length <= mostUsers,
    "access.users",
    `${users.length} users: a password file for AWS holds ${mostUsers}; use access.mode "token" for more`,
  );
}

/** What CloudWatch Logs has to offer (API reference, PutRetentionPolicy). */
const retentions = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

function resolveRetention(days: number, problems: Problems): number {
  problems.require(
    retentions.includes(days),
    "logs.retentionDays",
    `CloudWatch keeps nothing for ${days} days: give one of ${retentions.join(", ")}`,
  );
  return days;
}
