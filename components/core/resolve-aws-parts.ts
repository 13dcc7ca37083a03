import { checkBucketName, checkNumber, isText } from "./checks";
import type { Problems } from "./errors";
import { isArn } from "./resolve-aws-checks";
import { isNetwork, privateNetworks } from "./resolve-aws-network";
import { checkBalancerSettings, resolveBalancerSettings } from "./resolve-load-balancer";
import { resolveCache } from "./resolve-state";
import type { AwsLoadBalancerShape, AwsObjectStoreShape, AwsRedisShape, AwsRegistryShape, DnsShape } from "./shape-aws";
import type { Sizing } from "./sizing";
import { AwsCertificateSource } from "./topology-aws";
import type { AwsBalancerTopology, AwsRedisTopology, AwsStoreTopology, DnsTopology } from "./topology-aws";
import { isAddressRange, isHostname } from "./addresses";

/** Fills in and checks the load balancer; who may list the catalog is told by `access`. */
export function resolveAwsBalancer(
  networkCidrs: readonly string[],
  size: Sizing,
  shape: AwsLoadBalancerShape,
  problems: Problems,
): Omit<AwsBalancerTopology, "catalogUsers"> {
  const internetFacing = shape.internetFacing ?? false;
  const settings = resolveBalancerSettings(size, shape);
  const port = shape.port ?? 443;
  const given = [...new Set(settings.allowedAddressRanges.map(asNetwork))];
  for (const [index, range] of settings.allowedAddressRanges.entries())
    problems.require(
      !isAddressRange(range) || isBaseOf(asNetwork(range)),
      `loadBalancer.allowedAddressRanges[${index}]`,
      `security groups take networks at their own base address only, and "${range}" is none, as 10.0.0.0/8 is`,
    );
  checkNumber(problems, "loadBalancer.port", port, { from: 1, to: 65_535, whole: true });
  problems.require(
    !internetFacing || given.length > 0,
    "loadBalancer.allowedAddressRanges",
    "is missing: the load balancer has public addresses, so say who may connect, as 203.0.113.0/24, or 0.0.0.0/0 if that is everybody",
  );
  problems.require(
    shape.clientCertificates === undefined,
    "loadBalancer.clientCertificates",
    "cannot be asked for, since it is the Network Load Balancer that ends TLS: leave it out",
  );
  checkBalancerSettings(settings, problems);
  const securityPolicy = shape.securityPolicy ?? "ELBSecurityPolicy-TLS13-1-2-Res-2021-06";
  problems.require(
    isText(securityPolicy, /^ELBSecurityPolicy-(TLS13-1-[23]|TLS-1-2|FS-1-2)-[A-Za-z0-9-]+$/),
    "loadBalancer.securityPolicy",
    `"${securityPolicy}" is not a policy with TLS 1.2 as its least, as ELBSecurityPolicy-TLS13-1-2-2021-06`,
  );
  const { accessLogsBucket } = shape;
  if (accessLogsBucket !== undefined) checkBucketName(problems, "loadBalancer.accessLogsBucket", accessLogsBucket);
  return {
    ...settings,
    port,
    internetFacing,
    admittedRanges: given.length > 0 ? given : [...new Set([...privateNetworks, ...networkCidrs])],
    securityPolicy,
    ...(accessLogsBucket === undefined ? {} : { accessLogsBucket }),
  };
}

/** Whether a network begins where its prefix says. Of IPv6 that is for AWS to say. */
function isBaseOf(network: string): boolean {
  return network.includes(":") || isNetwork(network);
}

/** Security groups want a prefix behind every address. */
function asNetwork(range: string): string {
  if (typeof range !== "string" || range.includes("/")) return range;
  return `${range}/${range.includes(":") ? 128 : 32}`;
}

/** Fills in and checks the bucket. Where nodes find it is known when it is made. */
export function resolveAwsStore(region: string, shape: AwsObjectStoreShape, problems: Problems): AwsStoreTopology {
  const { existingBucket, rootDirectory } = shape;
  const chunkSizeMiB = shape.chunkSizeMiB ?? 10;
  const days = {
    abortUploadDays: shape.abortUploadDays ?? 7,
    keepRemovedDays: shape.keepRemovedDays ?? 30,
    tieringDays: shape.tieringDays ?? 30,
  };
  if (existingBucket !== undefined) checkBucketName(problems, "objectStore.existingBucket", existingBucket);
  problems.require(
    rootDirectory === undefined || isText(rootDirectory, /^[A-Za-z0-9!_.'()/-]+$/),
    "objectStore.rootDirectory",
    `${JSON.stringify(rootDirectory)} is not a prefix of letters, digits and ! - _ . ' ( ) /, to which the nodes' rights can be bounded`,
  );
  checkNumber(problems, "objectStore.chunkSizeMiB", chunkSizeMiB, { from: 5, to: 5120, whole: true });
  checkNumber(problems, "objectStore.abortUploadDays", days.abortUploadDays, { from: 1, to: 365, whole: true });
  checkNumber(problems, "objectStore.keepRemovedDays", days.keepRemovedDays, { from: 1, to: 3650, whole: true });
  checkNumber(problems, "objectStore.tieringDays", days.tieringDays, { from: 0, to: 3650, whole: true });
  for (const field of ["abortUploadDays", "keepRemovedDays", "tieringDays"] as const)
    problems.require(
      existingBucket === undefined || shape[field] === undefined,
      `objectStore.${field}`,
      "has no effect on objectStore.existingBucket, whose rules stay as they are: leave one of them out",
    );
  return {
    s3: {
      bucket: existingBucket ?? "",
      region,
      forcePathStyle: false,
      ...(rootDirectory === undefined ? {} : { rootDirectory }),
      encrypt: true,
      storageClass: "STANDARD",
      redirect: shape.redirect ?? true,
      chunkSizeMiB,
      verifyCertificate: true,
    },
    ...(existingBucket === undefined ? {} : { existingBucket }),
    ...days,
  };
}

/** Burstable Graviton servers and what they hold, MiB (ElastiCache user guide, "Supported node types"); three quarters hold data, as everywhere. */
const nodeTypes: readonly (readonly [type: string, memoryMiB: number])[] = [
  ["cache.t4g.micro", 512],
  ["cache.t4g.small", 1400],
  ["cache.t4g.medium", 3160],
  ["cache.m7g.large", 6500],
  ["cache.m7g.xlarge", 13_300],
  ["cache.r7g.xlarge", 27_000],
  ["cache.r7g.2xlarge", 54_000],
];

/** Fills in and checks the cache of blob descriptors. */
export function resolveAwsRedis(name: string, teamSize: number, shape: AwsRedisShape, problems: Problems): AwsRedisTopology {
  const { external } = shape;
  const cache = resolveCache(teamSize, shape, problems);
  const count = shape.count ?? 2;
  checkNumber(problems, "redis.count", count, { from: 1, to: 6, whole: true });
  const nodeType = shape.nodeType ?? nodeTypes.find(([, memoryMiB]) => memoryMiB >= cache.memoryMiB)?.[0];
  problems.require(
    nodeType !== undefined,
    "redis.memoryMiB",
    `${cache.memoryMiB} MiB are more than a server of ElastiCache that is chosen by itself holds: give redis.nodeType, or less`,
  );
  problems.require(
    nodeType === undefined || isText(nodeType, /^cache\.[a-z0-9]+\.[a-z0-9]+$/),
    "redis.nodeType",
    `"${nodeType}" is not a type of ElastiCache's servers, as cache.t4g.small`,
  );
  problems.require(
    shape.cpus === undefined,
    "redis.cpus",
    "has no effect, since a server of ElastiCache has the CPUs of its type: give redis.nodeType",
  );
  const own = cache.enabled && external === undefined;
  return {
    ...cache,
    // ElastiCache's AUTH is the password of the default user.
    ...(own ? { username: undefined } : {}),
    name: `${name}-redis`,
    addresses: external?.addresses ?? [],
    ...(external?.masterName === undefined ? {} : { masterName: external.masterName, sentinelUsername: external.sentinelUsername }),
    own,
    count,
    nodeType: nodeType ?? "",
  };
}

/** Fills in and checks where the host name is told. */
export function resolveDns(hostname: string, shape: DnsShape, problems: Problems): DnsTopology {
  const { zoneName, hostedZoneId } = shape;
  const named = problems.require(isHostname(zoneName), "dns.zoneName", `"${zoneName}" is not a domain, as corp.example`);
  const domain = named ? zoneName.toLowerCase() : "";
  problems.require(
    !named || isIn(domain, hostname),
    "dns.zoneName",
    `the zone ${zoneName} does not own the name ${hostname}: name the zone that does, or another hostname`,
  );
  problems.require(
    hostedZoneId === undefined || isText(hostedZoneId, /^Z[A-Z0-9]{1,31}$/),
    "dns.hostedZoneId",
    `"${hostedZoneId}" is not the ID of a hosted zone, as Z0123456789ABCDEFGHIJ`,
  );
  return { zoneName: domain, ...(hostedZoneId === undefined ? {} : { hostedZoneId }), privateZone: shape.privateZone ?? false };
}

/** Whether a name is the domain, or below it. */
function isIn(domain: string, name: string): boolean {
  return typeof name === "string" && `.${name.toLowerCase()}`.endsWith(`.${domain}`);
}

/** Where the certificate that clients see comes from. */
export function resolveCertificateSource(
  { certificates, dns, hostname, alternativeNames = [] }: AwsRegistryShape,
  problems: Problems,
): { certificateSource: AwsCertificateSource; existingCertificateArn?: string } {
  const existingCertificateArn = certificates?.existingCertificateArn;
  if (existingCertificateArn !== undefined) {
    problems.require(
      isArn(existingCertificateArn, "acm"),
      "certificates.existingCertificateArn",
      `"${existingCertificateArn}" is not the ARN of a certificate in ACM`,
    );
    return { certificateSource: AwsCertificateSource.Existing, existingCertificateArn };
  }
  const validated = dns !== undefined && dns.privateZone !== true;
  if (validated && isHostname(dns.zoneName))
    for (const [index, name] of alternativeNames.entries())
      problems.require(
        isIn(dns.zoneName.toLowerCase(), name),
        `alternativeNames[${index}]`,
        `"${name}" is not in the zone ${dns.zoneName}, in which ${hostname} is proven to ACM: leave it out, or give a certificate of your own`,
      );
  return { certificateSource: validated ? AwsCertificateSource.Acm : AwsCertificateSource.Imported };
}
