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
  "maxmemory",
  "maxmemory-policy",
  "port",
  "protected-mode",
  "save",
  "tcp-keepalive",
  "timeout",
  "tls-auth-clients",
  "tls-ca-cert-file",
  "tls-cert-file",
  "tls-key-file",
  "tls-port",
  "tls-protocols",
  "user",
];

/** What redis.conf says: arguments by directive, and the rules of each user. */
export interface RedisConfig {
  values: ReadonlyMap<string, readonly string[]>;
  users: ReadonlyMap<string, readonly string[]>;
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
  for (const line of text.split("\n").filter((line) => line !== "")) {
    const [name = "", ...args] = words(line);
    if (!directives.includes(name)) throw new Error(`unknown directive ${name}`);
    const [key, target] = name === "user" ? [args.shift() ?? "", users] : [name, values];
    if (target.has(key)) throw new Error(`${name} ${key} stands twice`);
    target.set(key, args);
  }
  return { values, users };
}

function words(line: string): string[] {
  const found = [...line.matchAll(/"([^"\\]*)"(?= |$)|([^"\s]+)(?= |$)/g)];
  if (found.map(([word]) => word).join(" ") !== line) throw new Error(`cannot be split into words: ${line}`);
  return found.map(([, quoted, bare]) => quoted ?? bare ?? "");
}
