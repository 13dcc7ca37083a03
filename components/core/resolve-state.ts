import { isHost, isHostPort, isHttpUrl } from "./addresses";
import { isRegion } from "./aws-regions";
import { checkBucketName, checkNumber, checkText, isText } from "./checks";
import type { Problems } from "./errors";
import { hosts, ports, publishedPorts } from "./layout";
import { announcedEndpoint, hostPort, isSeveral, place } from "./placement";
import type { Ground } from "./placement";
import { resolveGarage, s3OfGarage } from "./resolve-garage";
import type { CommonRedisShape, ExternalRedisShape, NfsShape, ObjectStoreShape, RedisShape, S3Shape } from "./shape";
import { filesystemTeamLimit, sizeFor } from "./sizing";
import { ObjectStoreKind } from "./topology";
import type { CacheSettings, ObjectStoreTopology, Placed, RedisTopology, ResolvedS3, SentinelTopology } from "./topology";

/** Fills in and checks where blobs and manifests are kept. */
export function resolveObjectStore(
  name: string,
  ground: Ground,
  teamSize: number,
  shape: ObjectStoreShape,
  problems: Problems,
): ObjectStoreTopology {
  const kinds = Object.values(ObjectStoreKind).filter((kind) => shape[kind] !== undefined);
  problems.require(kinds.length <= 1, "objectStore", `${kinds.join(" and ")} are given, and a registry has one store: keep one of them`);
  problems.require(
    kinds.length > 0 || !(teamSize >= filesystemTeamLimit),
    "objectStore",
    `a team of ${teamSize} outgrows a volume on one host: give objectStore.nfs, objectStore.garage or objectStore.s3 (or objectStore.filesystem: {} if a volume is wanted all the same)`,
  );
  problems.require(
    !isSeveral(ground.hosts) || (kinds[0] ?? ObjectStoreKind.Filesystem) !== ObjectStoreKind.Filesystem,
    "objectStore",
    "a volume is on one host, and goes with it: several hosts need objectStore.garage, objectStore.s3 or objectStore.nfs",
  );
  if (shape.nfs !== undefined) checkNfs(shape.nfs, problems);
  const existingVolume = shape.filesystem?.existingVolume;
  if (existingVolume !== undefined) {
    const fits = isText(existingVolume, /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/);
    problems.require(fits, "objectStore.filesystem.existingVolume", `"${existingVolume}" is not the name of a Docker volume`);
  }
  const garage = shape.garage && resolveGarage(name, ground, teamSize, shape.garage, problems);
  return {
    kind: kinds[0] ?? ObjectStoreKind.Filesystem,
    volumeName: existingVolume ?? `${name}-store`,
    existingVolume: existingVolume !== undefined,
    nfsServer: shape.nfs?.server,
    nfsPath: shape.nfs?.path,
    nfsOptions: shape.nfs && (shape.nfs.options ?? "nfsvers=4.2,hard,noatime"),
    s3: garage ? s3OfGarage(garage) : shape.s3 && resolveS3(shape.s3, problems),
    garage,
  };
}

function checkNfs(nfs: NfsShape, problems: Problems): void {
  problems.require(isHost(nfs.server ?? ""), "objectStore.nfs.server", `"${nfs.server}" is neither a DNS name nor an IP address`);
  checkText(problems, "objectStore.nfs.path", nfs.path ?? "", "path");
  checkText(problems, "objectStore.nfs.options", nfs.options, "word");
}

/** Fills in and checks a bucket. */
export function resolveS3(s3: S3Shape, problems: Problems): ResolvedS3 {
  checkBucketName(problems, "objectStore.s3.bucket", s3.bucket);
  checkText(problems, "objectStore.s3.region", s3.region, "word");
  checkText(problems, "objectStore.s3.endpoint", s3.endpoint, "url");
  checkText(problems, "objectStore.s3.redirectEndpoint", s3.redirectEndpoint, "url");
  checkText(problems, "objectStore.s3.rootDirectory", s3.rootDirectory, "word");
  checkText(problems, "objectStore.s3.keyId", s3.keyId, "word");
  const storageClass = s3.storageClass ?? "STANDARD";
  problems.require(
    storageClasses.includes(storageClass),
    "objectStore.s3.storageClass",
    `"${storageClass}" is not one of ${storageClasses.join(", ")}: the registry has to read at once`,
  );
  checkNumber(problems, "objectStore.s3.chunkSizeMiB", s3.chunkSizeMiB, { from: 5, to: 5120, whole: true });
  problems.require(
    s3.redirectEndpoint === undefined || s3.redirect !== false,
    "objectStore.s3.redirectEndpoint",
    "has no effect with redirect: false: leave one of them out",
  );
  const onAws = s3.endpoint === undefined;
  checkAgainstDriver(s3, problems);
  return {
    ...s3,
    region: s3.region ?? "us-east-1",
    forcePathStyle: s3.forcePathStyle ?? !onAws,
    encrypt: s3.encrypt ?? onAws,
    storageClass,
    redirect: s3.redirect ?? (onAws || s3.redirectEndpoint !== undefined),
    chunkSizeMiB: s3.chunkSizeMiB ?? 10,
    verifyCertificate: s3.verifyCertificate ?? true,
  };
}

/** What distribution's S3 driver refuses when it starts (registry/storage/driver/s3-aws/s3.go), or silently does without. */
function checkAgainstDriver(s3: S3Shape, problems: Problems): void {
  const { region, endpoint, redirectEndpoint, encrypt, keyId } = s3;
  const known = endpoint !== undefined || region === undefined || isRegion(region);
  problems.require(
    known,
    "objectStore.s3.region",
    `"${region}" is not a region of AWS, as eu-central-1: name one, or the endpoint of another store`,
  );
  if (redirectEndpoint !== undefined && isHttpUrl(redirectEndpoint)) {
    const bare = /^https?:\/\/[^/?#]+\/?$/i.test(redirectEndpoint);
    problems.require(
      bare,
      "objectStore.s3.redirectEndpoint",
      `"${redirectEndpoint}" has more than a host and a port: signed URLs allow nothing else`,
    );
  }
  const encrypted = encrypt ?? endpoint === undefined;
  problems.require(
    keyId === undefined || encrypted,
    "objectStore.s3.keyId",
    "has no effect without encryption: set encrypt to true, or leave the key out",
  );
}

/** Classes that can be read at once, as the driver lists them. */
const storageClasses = [
  "NONE",
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "OUTPOSTS",
  "GLACIER_IR",
  "EXPRESS_ONEZONE",
];

/** Fills in and checks the cache of blob descriptors. */
export function resolveRedis(name: string, ground: Ground, teamSize: number, shape: RedisShape, problems: Problems): RedisTopology {
  const { external } = shape;
  const cache = resolveCache(teamSize, shape, problems);
  const sentinel = resolveSentinel(shape, ground.hosts.length >= 3, problems);
  const own = external === undefined && cache.enabled;
  const servers = own ? placeServers(name, ground, sentinel) : [];
  const sentinels = own && sentinel ? placeSentinels(name, ground) : [];
  return {
    ...cache,
    name: `${name}-redis`,
    servers,
    sentinels,
    ...(own && sentinel ? { sentinel } : {}),
    addresses: external?.addresses ?? (sentinel ? sentinels : servers).map((asked) => hostPort(announcedEndpoint(asked))),
    masterName: external ? external.masterName : sentinel && name,
    sentinelUsername: external ? external.sentinelUsername : sentinel && sentinelUser,
  };
}

/** What nodes are told of the cache wherever it runs, beside who is asked. */
type CacheBasics = Omit<CacheSettings, "name" | "addresses" | "masterName" | "sentinelUsername">;

/** Fills in and checks what nodes are told of the cache wherever it runs. */
export function resolveCache(teamSize: number, shape: CommonRedisShape, problems: Problems): CacheBasics {
  const { external } = shape;
  const enabled = shape.enabled ?? true;
  if (external !== undefined) {
    checkExternalRedis(external, problems);
    problems.require(enabled, "redis.external", "has no effect with redis.enabled: false: leave one of them out");
  }
  const memoryMiB = shape.memoryMiB ?? sizeFor(teamSize).redisMemoryMiB;
  checkNumber(problems, "redis.memoryMiB", memoryMiB, { from: 32, to: 1_048_576, whole: true });
  checkNumber(problems, "redis.cpus", shape.cpus, { from: 0.1, to: 1024 });
  return {
    enabled,
    external: external !== undefined,
    username: external ? external.username : "registry",
    database: external?.database ?? 0,
    tls: external?.tls ?? true,
    memoryMiB,
    cpus: shape.cpus,
  };
}

/** Servers and sentinels: three each, so that most are left when one is lost. */
export const replicated = [1, 2, 3];

/** User of the nodes at the sentinels. */
export const sentinelUser = "registry";

/** Fills in and checks fail-over of Redis; `byDefault` is whether there is any where nothing is said. */
export function resolveSentinel(shape: RedisShape, byDefault: boolean, problems: Problems): SentinelTopology | undefined {
  const { external, sentinel } = shape;
  const downAfterMilliseconds = sentinel?.downAfterMilliseconds ?? 2000;
  checkNumber(problems, "redis.sentinel.downAfterMilliseconds", downAfterMilliseconds, { from: 500, to: 600_000, whole: true });
  const wanted = sentinel === undefined ? byDefault : (sentinel.enabled ?? true);
  problems.require(
    sentinel === undefined || !wanted || (external === undefined && shape.enabled !== false),
    "redis.sentinel",
    `has no effect ${external === undefined ? "with redis.enabled: false" : "on redis.external, which has sentinels of its own"}: leave one of them out`,
  );
  if (!wanted) return undefined;
  // A fail-over is done within seconds; what is undecided after this time is tried again. Twice it is the least time between two of them.
  return { downAfterMilliseconds, failoverTimeoutMilliseconds: downAfterMilliseconds + 4000, memoryMiB: 32 };
}

/** One server alone has no number in its name. */
function placeServers(name: string, ground: Ground, sentinel: SentinelTopology | undefined): Placed[] {
  const plan = { prefix: `${name}-redis-`, beforeFirst: hosts.beforeFirstRedis, port: ports.redis, published: publishedPorts.redis };
  if (sentinel === undefined) return [{ ...place(ground, 1, plan), name: `${name}-redis` }];
  return replicated.map((number) => place(ground, number, plan));
}

function placeSentinels(name: string, ground: Ground): Placed[] {
  const plan = {
    prefix: `${name}-sentinel-`,
    beforeFirst: hosts.beforeFirstSentinel,
    port: ports.sentinel,
    published: publishedPorts.sentinel,
  };
  return replicated.map((number) => place(ground, number, plan));
}

function checkExternalRedis(external: ExternalRedisShape, problems: Problems): void {
  const addresses = external.addresses ?? [];
  problems.require(addresses.length > 0, "redis.external.addresses", "name at least one host:port");
  for (const [index, address] of addresses.entries()) {
    problems.require(isHostPort(address), `redis.external.addresses[${index}]`, `"${address}" is not host:port`);
  }
  checkText(problems, "redis.external.masterName", external.masterName, "word");
  checkText(problems, "redis.external.username", external.username, "word");
  checkText(problems, "redis.external.sentinelUsername", external.sentinelUsername, "word");
  checkNumber(problems, "redis.external.database", external.database, { from: 0, to: 1_000_000, whole: true });
  problems.require(
    external.sentinelUsername === undefined || external.masterName !== undefined,
    "redis.external.sentinelUsername",
    "has no effect without masterName: leave it out, or name the primary that the sentinels watch",
  );
  const cluster = external.masterName === undefined && addresses.length > 1;
  problems.require(
    !cluster || !external.database,
    "redis.external.database",
    "several addresses without masterName are a cluster, and a cluster has database 0 only",
  );
}
