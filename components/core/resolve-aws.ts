import { authority, isHostname } from "./addresses";
import { isKnownRegion, isRegion, partitionOf } from "./aws-regions";
import { isText } from "./checks";
import { Problems } from "./errors";
import { ImageName, resolveImages } from "./images";
import { resolveAccess } from "./resolve-access";
import { resolveNetwork } from "./resolve-aws-network";
import { isArn, resolveAwsNodes } from "./resolve-aws-nodes";
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
    partition: partitionOf(region ?? ""),
    network,
    node,
    nodes: resolveAwsNodes(teamSize, node.memoryMiB + loadBalancer.memoryMiB, shape.nodes ?? {}, problems),
    loadBalancer: { ...loadBalancer, catalogUsers: access.catalogUsers },
    objectStore: resolveAwsStore(region, shape.objectStore ?? {}, problems),
    redis: resolveAwsRedis(name, teamSize, shape.redis ?? {}, problems),
    access: access.topology,
    certificates: resolveCertificates(shape.certificates ?? {}, problems),
    ...resolveCertificateSource(shape, problems),
    ...(shape.dns === undefined ? {} : { dns: resolveDns(hostname, shape.dns, problems) }),
    ...(shape.naming === undefined ? {} : { naming: resolveNaming(shape.naming, problems) }),
    ...(existingKeyArn === undefined ? {} : { existingKeyArn }),
    logRetentionDays: resolveRetention(shape.logs?.retentionDays ?? 180, problems),
  };
}

/** Checks that a region is one that this release knows. */
export function checkRegion(region: string, problems: Problems, path = "region"): void {
  if (problems.require(isRegion(region), path, `"${region}" is not a region of AWS, as eu-central-1`))
    problems.require(
      isKnownRegion(region),
      path,
      `there is no region "${region}" of AWS that this release knows of: look for a misspelling`,
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

/** AWS's own bounds of tags; those that begin with `aws:` are its own. */
function checkTags(tags: Record<string, string>, problems: Problems): Record<string, string> {
  problems.require(
    Object.keys(tags).length <= 40,
    "tags",
    `${Object.keys(tags).length} tags: AWS has room for 50, some of which are the registry's`,
  );
  const character = "[\\p{L}\\p{Z}\\p{N}_.:/=+@-]";
  for (const [key, value] of Object.entries(tags)) {
    problems.require(
      isText(key, new RegExp(`^(?!aws:)(?!ha-registry(:|$))${character}{1,128}$`, "iu")),
      `tags.${key}`,
      `"${key}" cannot be the key of a tag: 1 to 128 letters, digits, spaces and _ . : / = + - @, not beginning with aws: or ha-registry`,
    );
    problems.require(
      isText(value, new RegExp(`^${character}{0,256}$`, "u")),
      `tags.${key}`,
      `"${value}" cannot be the value of a tag: up to 256 letters, digits, spaces and _ . : / = + - @`,
    );
  }
  return tags;
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
