import { createHash } from "node:crypto";
import { ports } from "../layout";
import { announcedEndpoint } from "../placement";
import type { CommonTopology, Member, PartsOfTopology } from "../topology-common";

/** Absolute paths of the files that the server's configuration names. */
export interface RedisFiles {
  /** Certificate, with the server's IP address in it. */
  certificate: string;
  /** Key of the certificate. */
  key: string;
  /** CA of the certificate. */
  ca: string;
}

/** Passwords of the users of servers and sentinels, in plain text: 16 letters, digits, _ and - at the least. */
export interface RedisPasswords {
  /** User `registry`: the nodes. */
  registry: string;
  /** User `replica`: replicas at their primary. */
  replica: string;
  /** User `sentinel`: sentinels at servers and at each other. */
  sentinel: string;
  /** User `control`: the script that starts and stops a server (see redis-scripts.ts). */
  control: string;
  /** User `monitor`: what tells Prometheus of servers and sentinels. @default - there is no such user */
  monitor?: string;
}

/**
 * All that distribution's descriptor cache sends (registry/storage/cache/redis/redis.go), and go-redis to open a connection:
 * HELLO with AUTH, and PING. Nothing here lists keys, reads configuration or runs scripts.
 */
const commands = [
  "hello",
  "auth",
  "ping",
  "sismember",
  "sadd",
  "srem",
  "hget",
  "hmget",
  "hset",
  "hmset",
  "hsetnx",
  "hdel",
  "del",
  "multi",
  "exec",
];

/** What a replica sends to its primary (valkey.io/topics/acl, "ACL rules for Sentinel and Replicas"). */
const replicaCommands = ["ping", "psync", "replconf"];

/** What a sentinel sends to a server (the same page), SLAVEOF under both of its names. */
const sentinelCommands = [
  "multi",
  "exec",
  "slaveof",
  "replicaof",
  "ping",
  "info",
  "role",
  "publish",
  "subscribe",
  "config|rewrite",
  "client|setname",
  "client|kill",
  "script|kill",
];

/** What the script that starts and stops a server sends to it. */
const controlCommands = ["ping", "role", "client|pause"];

/** What redis_exporter asks a server (exporter/exporter.go of v1.86), which does without all else. */
const monitorCommands = ["ping", "info", "latency|latest"];

/**
 * Configuration of the descriptor cache, for Valkey 7.2 or later and Redis 7.2 or later.
 *
 * @param topology Its `redis` is ours, not an external one, and a single server.
 * @param files Paths inside the container.
 * @param passwordSha256Hex SHA-256 of the password of user `registry`, 64 hexadecimal digits.
 * @param monitorPassword Password of user `monitor`. @default - there is no such user
 * @throws {TypeError} when a path or the hash cannot stand in the file.
 */
export function renderRedis(
  { redis, garbageCollection }: CommonTopology & PartsOfTopology,
  files: RedisFiles,
  passwordSha256Hex: string,
  monitorPassword?: string,
): string {
  if (!/^[0-9a-f]{64}$/.test(passwordSha256Hex)) throw new TypeError("the password's hash has to be 64 hexadecimal digits");
  return lines([
    ...network(ports.redis, files),
    ["user", "default off"],
    registryUser(passwordSha256Hex, garbageCollection !== undefined),
    ...monitorUser(monitorPassword, monitorCommands),
    // A quarter of the memory is left for connections and fragmentation.
    ...cache(Math.floor(redis.memoryMiB * 0.75)),
  ]);
}

/**
 * Configuration of one of several servers that sentinels watch. It does not say who is the primary: that is for the script that starts
 * the server to find out (see redis-scripts.ts).
 *
 * What fail-over can do to a cache of what may be read: an entry that is too few costs a look into the storage; one that is too many lets a
 * client read what was deleted, or tells a pushing client that a blob is there which is gone. So only lost deletions matter, and a
 * deletion counts when the primary has acknowledged it. It is lost
 *
 * - when the primary dies before the replicas have what it acknowledged: it sends both in one turn, so this takes a death within microseconds.
 *   A planned stop loses nothing, since writes are held until another one is the primary;
 * - when a primary is cut off from the sentinels and not from its nodes, and goes on while another one is chosen. It takes no writes once
 *   no replica has confirmed for `min-replicas-max-lag`; the registry then answers a deletion with an error and does not do it. Its nodes go
 *   on reading what it holds until the cut is mended; then it becomes a replica, which drops all that is its own;
 * - when a replica that had fallen behind is chosen. Sentinel takes the one that has got furthest, and one of two is near by the same rule.
 *
 * A replica whose primary is away answers nothing rather than something old, and a server that starts is empty, never old.
 *
 * @param topology Its `redis` has servers and sentinels.
 * @param server Which server.
 * @param files Paths inside the container.
 * @param passwords Of all users.
 * @throws {TypeError} when a path or a password cannot stand in the file.
 */
export function renderReplicatedRedis(
  { redis, garbageCollection }: CommonTopology & PartsOfTopology,
  server: Member,
  files: RedisFiles,
  passwords: RedisPasswords,
): string {
  const self = announcedEndpoint(server);
  return lines([
    ...network(ports.redis, files),
    ["user", "default off"],
    registryUser(sha256(passwords.registry), garbageCollection !== undefined),
    ["user", `replica on #${sha256(passwords.replica)} resetkeys resetchannels -@all ${allowed(replicaCommands)}`],
    // Sentinels speak to each other over a channel of every server.
    ["user", `sentinel on #${sha256(passwords.sentinel)} resetkeys resetchannels &__sentinel__:hello -@all ${allowed(sentinelCommands)}`],
    ["user", `control on #${sha256(passwords.control)} resetkeys resetchannels -@all ${allowed(controlCommands)}`],
    ...monitorUser(passwords.monitor, monitorCommands),
    ["tls-replication", "yes"],
    ["masteruser", "replica"],
    ["masterauth", password(passwords.replica)],
    ["replica-announce-ip", self.address],
    ["replica-announce-port", String(self.port)],
    ["replica-serve-stale-data", "no"],
    ["min-replicas-to-write", "1"],
    ["min-replicas-max-lag", "5"],
    // A replica that starts is empty and reads straight from the network. One that was a primary keeps what it has until it has the file of the new
    // one, in memory as all of /data: half of the memory for the data leaves room for both.
    ["repl-diskless-sync", "yes"],
    ["repl-diskless-sync-delay", "0"],
    ["repl-diskless-load", "on-empty-db"],
    // As long as a sentinel waits: until then, what a replica missed is not worth a new copy.
    ["repl-timeout", "10"],
    ["shutdown-timeout", "2"],
    ...cache(Math.floor(redis.memoryMiB * 0.5)),
  ]);
}

/** Where a server or sentinel listens: TLS only, and a password always, so that protected-mode has nothing to add. */
export function network(port: number, files: RedisFiles): Directive[] {
  return [
    ["bind", "*"],
    ["port", "0"],
    ["tls-port", String(port)],
    ...certificates(files),
    ["protected-mode", "no"],
    ["tcp-keepalive", "60"],
    // Idle clients stay: the registry drops what it does not need after a minute, and a dead one falls to keepalive.
    ["timeout", "0"],
  ];
}

/** The certificate, which also servers and sentinels show that ask each other, and the CA that they trust. */
export function certificates(files: RedisFiles): Directive[] {
  return [
    ["tls-cert-file", path(files.certificate)],
    ["tls-key-file", path(files.key)],
    ["tls-ca-cert-file", path(files.ca)],
    ["tls-auth-clients", "no"],
    ["tls-protocols", `"TLSv1.2 TLSv1.3"`],
  ];
}

/** Garbage collection drops everything, as the same user. */
function registryUser(passwordSha256Hex: string, flushes: boolean): Directive {
  const all = allowed(flushes ? [...commands, "flushdb"] : commands);
  return ["user", `registry on #${passwordSha256Hex} resetkeys ~blobs::* ~repository::* resetchannels -@all ${all}`];
}

/** Whoever asks for metrics reads no key. */
export function monitorUser(monitorPassword: string | undefined, names: readonly string[]): Directive[] {
  if (monitorPassword === undefined) return [];
  return [["user", `monitor on #${sha256(monitorPassword)} resetkeys resetchannels -@all ${allowed(names)}`]];
}

/** The oldest entries give way, and nothing is written to disk. */
function cache(maxmemoryMiB: number): Directive[] {
  return [
    ["maxmemory", `${maxmemoryMiB}mb`],
    ["maxmemory-policy", "allkeys-lru"],
    ["save", `""`],
    ["appendonly", "no"],
    ["databases", "1"],
    ["dir", "/data"],
    ["enable-debug-command", "no"],
    ["enable-module-command", "no"],
    ["enable-protected-configs", "no"],
    ["daemonize", "no"],
    ["logfile", `""`],
  ];
}

/** A directive and its arguments. */
export type Directive = readonly [name: string, value: string];

/** Directives, one a line. */
export function lines(directives: readonly Directive[]): string {
  return directives.map(([name, value]) => `${name} ${value}\n`).join("");
}

/** Rights to commands. */
export function allowed(names: readonly string[]): string {
  return names.map((name) => `+${name}`).join(" ");
}

/** SHA-256 in hexadecimal, as users' passwords are kept. */
export function sha256(text: string): string {
  return createHash("sha256").update(password(text)).digest("hex");
}

/** Quotes are not needed for what is let through. */
export function password(text: string): string {
  if (!/^[A-Za-z0-9_-]{16,}$/.test(text)) throw new TypeError("a password has to be 16 letters, digits, _ and - at the least");
  return text;
}

/** Quotes are not needed for what is let through. */
function path(text: string): string {
  if (!/^\/[A-Za-z0-9_./@-]+$/.test(text)) throw new TypeError(`${JSON.stringify(text)} is not a path for Redis's configuration`);
  return text;
}
