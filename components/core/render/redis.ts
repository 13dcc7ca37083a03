import { ports } from "../layout";
import type { Topology } from "../topology";

/** Absolute paths of the files that the server's configuration names. */
export interface RedisFiles {
  /** Certificate, with the server's IP address in it. */
  certificate: string;
  /** Key of the certificate. */
  key: string;
  /** CA of the certificate. */
  ca: string;
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

/**
 * Configuration of the descriptor cache, for Valkey 7.2 or later and Redis 7.2 or later.
 *
 * @param topology Its `redis` is ours, not an external one.
 * @param files Paths inside the container.
 * @param passwordSha256Hex SHA-256 of the password of user `registry`, 64 hexadecimal digits.
 * @throws {TypeError} when a path or the hash cannot stand in the file.
 */
export function renderRedis({ redis }: Topology, files: RedisFiles, passwordSha256Hex: string): string {
  if (!/^[0-9a-f]{64}$/.test(passwordSha256Hex)) throw new TypeError("the password's hash has to be 64 hexadecimal digits");
  return lines([
    // Network: TLS only, and a password always, so that protected-mode has nothing to add.
    ["bind", "*"],
    ["port", "0"],
    ["tls-port", String(ports.redis)],
    ["tls-cert-file", path(files.certificate)],
    ["tls-key-file", path(files.key)],
    ["tls-ca-cert-file", path(files.ca)],
    ["tls-auth-clients", "no"],
    ["tls-protocols", `"TLSv1.2 TLSv1.3"`],
    ["protected-mode", "no"],
    ["tcp-keepalive", "60"],
    // Idle clients stay: the registry drops what it does not need after a minute, and a dead one falls to keepalive.
    ["timeout", "0"],
    ["user", "default off"],
    [
      "user",
      `registry on #${passwordSha256Hex} resetkeys ~blobs::* ~repository::* resetchannels -@all ${commands.map((name) => `+${name}`).join(" ")}`,
    ],
    // A cache: a quarter of the memory is left for connections and fragmentation, the oldest entries give way, nothing is written to disk.
    ["maxmemory", `${Math.floor(redis.memoryMiB * 0.75)}mb`],
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
  ]);
}

function lines(directives: readonly (readonly [string, string])[]): string {
  return directives.map(([name, value]) => `${name} ${value}\n`).join("");
}

/** Quotes are not needed for what is let through. */
function path(text: string): string {
  if (!/^\/[A-Za-z0-9_./@-]+$/.test(text)) throw new TypeError(`${JSON.stringify(text)} is not a path for Redis's configuration`);
  return text;
}
