import { createHash } from "node:crypto";
import { ipVersion } from "../addresses";
import { RegistryError } from "../errors";
import { announcedEndpoint } from "../placement";
import type { Member, ReplicatedTopology, SentinelTopology } from "../topology-common";
import { allowed, lines, monitorUser, network, password, sha256 } from "./redis";
import type { Directive, RedisFiles, RedisPasswords } from "./redis";

/** What sentinels send to each other (sentinel.c of Valkey 8.1), and the script that starts one to the others. */
const sentinelCommands = [
  "ping",
  "publish",
  "client|setname",
  "sentinel|is-master-down-by-addr",
  "sentinel|get-master-addr-by-name",
  "sentinel|master",
];

/** What go-redis v9.7.3 sends to a sentinel (sentinel.go), HELLO and PING for every connection. */
const registryCommands = ["hello", "auth", "ping", "subscribe", "unsubscribe", "sentinel|get-master-addr-by-name", "sentinel|sentinels"];

/** What the script that starts and stops a server asks of a sentinel. */
const controlCommands = ["ping", "sentinel|get-master-addr-by-name", "sentinel|master", "sentinel|failover"];

/** What redis_exporter asks a sentinel (exporter/sentinels.go of v1.86). */
const monitorCommands = [
  "ping",
  "info",
  "sentinel|masters",
  "sentinel|sentinels",
  "sentinel|slaves",
  "sentinel|replicas",
  "sentinel|ckquorum",
];

/**
 * Configuration of a sentinel, for Valkey 7.2 or later and Redis 7.2 or later, as it is when nobody knows better: the first server is the
 * primary. Servers and sentinels are all named, so that sentinels that start while the primary is away still find each other and its
 * replicas.
 *
 * @param topology Its `redis` has servers and sentinels.
 * @param sentinel Which sentinel.
 * @param files Paths inside the container.
 * @param passwords Of all users.
 * @throws {TypeError} when a path or a password cannot stand in the file.
 */
export function renderSentinel(topology: ReplicatedTopology, sentinel: Member, files: RedisFiles, passwords: RedisPasswords): string {
  const { name } = topology;
  const { servers, sentinels } = topology.redis;
  const { downAfterMilliseconds, failoverTimeoutMilliseconds } = sentinelOf(topology);
  const self = announcedEndpoint(sentinel);
  const others = sentinels.filter(({ number }) => number !== sentinel.number);
  const names = ipVersion(self.address) === 0 ? "yes" : "no";
  return lines([
    ...network(sentinel.port, files),
    ["tls-replication", "yes"],
    ["user", "default off"],
    ["user", `sentinel on #${sha256(passwords.sentinel)} resetkeys resetchannels &__sentinel__:hello -@all ${allowed(sentinelCommands)}`],
    [
      "user",
      `registry on #${sha256(passwords.registry)} resetkeys resetchannels &+switch-master &+replica-reconf-done -@all ${allowed(registryCommands)}`,
    ],
    ["user", `control on #${sha256(passwords.control)} resetkeys resetchannels -@all ${allowed(controlCommands)}`],
    ...monitorUser(passwords.monitor, monitorCommands),
    ["sentinel", "sentinel-user sentinel"],
    ["sentinel", `sentinel-pass ${password(passwords.sentinel)}`],
    // Where addresses change, names are what servers and sentinels are known by.
    ["sentinel", `resolve-hostnames ${names}`],
    ["sentinel", `announce-hostnames ${names}`],
    ["sentinel", `announce-ip ${self.address}`],
    ["sentinel", `announce-port ${self.port}`],
    ["sentinel", "deny-scripts-reconfig yes"],
    ["sentinel", `myid ${sentinelId(sentinel.name)}`],
    ...monitored(name, servers),
    ["sentinel", `down-after-milliseconds ${name} ${downAfterMilliseconds}`],
    ["sentinel", `failover-timeout ${name} ${failoverTimeoutMilliseconds}`],
    ["sentinel", `parallel-syncs ${name} 1`],
    ["sentinel", `auth-user ${name} sentinel`],
    ["sentinel", `auth-pass ${name} ${password(passwords.sentinel)}`],
    ...others.map((other): Directive => {
      const { address, port } = announcedEndpoint(other);
      return ["sentinel", `known-sentinel ${name} ${address} ${port} ${sentinelId(other.name)}`];
    }),
    ["dir", "/data"],
    ["daemonize", "no"],
    ["logfile", `""`],
  ]);
}

function monitored(name: string, servers: readonly Member[]): Directive[] {
  const [primary, ...replicas] = servers.map(announcedEndpoint);
  if (primary === undefined) return [];
  return [
    ["sentinel", `monitor ${name} ${primary.address} ${primary.port} ${quorum}`],
    ...replicas.map(({ address, port }): Directive => ["sentinel", `known-replica ${name} ${address} ${port}`]),
  ];
}

/** Sentinels that have to agree that the primary is down: most of three. */
export const quorum = 2;

/** A sentinel that is replaced by a new one stays the same to the others, who would count it twice otherwise, and wait for two that are gone. */
export function sentinelId(name: string): string {
  return createHash("sha1").update(`sentinel ${name}`).digest("hex");
}

/** @throws {RegistryError} for a registry without sentinels. */
export function sentinelOf({ name, redis }: ReplicatedTopology): SentinelTopology {
  if (redis.sentinel === undefined) throw new RegistryError(name, [{ path: "redis.sentinel", message: "this registry has no sentinels" }]);
  return redis.sentinel;
}
