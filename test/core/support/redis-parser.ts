/** Directives that the library writes. */
const directives = [
  "appendonly",
  "bind",
  "daemonize",
  "databases",
  "dir",
  "enable-debug-command",
  "enable-module-command",
  "enable-protected-configs",
  "logfile",
  "masterauth",
  "masteruser",
  "maxmemory",
  "maxmemory-policy",
  "min-replicas-max-lag",
  "min-replicas-to-write",
  "port",
  "protected-mode",
  "repl-diskless-load",
  "repl-diskless-sync",
  "repl-diskless-sync-delay",
  "repl-timeout",
  "replica-announce-ip",
  "replica-announce-port",
  "replica-serve-stale-data",
  "save",
  "sentinel",
  "shutdown-timeout",
  "tcp-keepalive",
  "timeout",
  "tls-auth-clients",
  "tls-ca-cert-file",
  "tls-cert-file",
  "tls-key-file",
  "tls-port",
  "tls-protocols",
  "tls-replication",
  "user",
];

/** What redis.conf or sentinel.conf says: arguments by directive, the rules of each user, and what `sentinel` is told, line by line. */
export interface RedisConfig {
  values: ReadonlyMap<string, readonly string[]>;
  users: ReadonlyMap<string, readonly string[]>;
  sentinel: readonly (readonly string[])[];
}

/**
 * Reads redis.conf as Redis does (words, double quotes) and checks that nothing is unknown or said twice.
 *
 * @throws {Error} at the first thing that is wrong.
 */
export function parseRedis(text: string): RedisConfig {
  if (/[^\P{Cc}\n]/u.test(text)) throw new Error("a control character");
  const values = new Map<string, readonly string[]>();
  const users = new Map<string, readonly string[]>();
  const sentinel: string[][] = [];
  for (const line of text.split("\n").filter((line) => line !== "")) {
    const [name = "", ...args] = words(line);
    if (!directives.includes(name)) throw new Error(`unknown directive ${name}`);
    if (name === "sentinel") {
      sentinel.push(args);
      continue;
    }
    const [key, target] = name === "user" ? [args.shift() ?? "", users] : [name, values];
    if (target.has(key)) throw new Error(`${name} ${key} stands twice`);
    target.set(key, args);
  }
  return { values, users, sentinel };
}

function words(line: string): string[] {
  const found = [...line.matchAll(/"([^"\\]*)"(?= |$)|([^"\s]+)(?= |$)/g)];
  if (found.map(([word]) => word).join(" ") !== line) throw new Error(`cannot be split into words: ${line}`);
  return found.map(([, quoted, bare]) => quoted ?? bare ?? "");
}
