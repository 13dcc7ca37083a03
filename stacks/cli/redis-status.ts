import type { Placed, Topology } from "ha-registry-core";
import type { FoundHost } from "./observe";

/** A Redis server of the registry's own. */
export interface RedisStatus {
  /** Name of its container. */
  name: string;
  /** `primary`, `replica`, or `unknown` when it does not say. */
  role: string;
  /** How much it lacks of what the primary wrote, bytes; of replicas. */
  lagBytes?: number;
  /** What is wrong; absent when nothing is. */
  problem?: string;
}

/** What a server answers to ROLE. */
export interface Role {
  name: string;
  role: string;
  /** How much it has written or got, bytes. */
  offset: number;
  /** State of a replica's link to its primary. */
  link?: string;
}

/**
 * Asks each server for its role, inside its container, with the login that its own scripts have: no password leaves it. A server without
 * sentinels is the primary, and has no such login.
 */
export async function redisStatus({ redis }: Topology, hosts: readonly FoundHost[]): Promise<RedisStatus[]> {
  const running = (server: Placed) => runs(hosts, server.name);
  if (redis.sentinel === undefined) {
    return redis.servers.map((server) => (running(server) ? { name: server.name, role: "primary" } : silent(server.name)));
  }
  return judgeRoles(await Promise.all(redis.servers.map((server) => ask(hosts, server))));
}

async function ask(hosts: readonly FoundHost[], { name, port }: Placed): Promise<Role> {
  const found = runs(hosts, name);
  if (found === undefined) return { name, role: "unknown", offset: 0 };
  const [, , ca = "", login = ""] = found.command; // render/redis-scripts.ts
  const script = `{ cat "$2"; echo ROLE; } | redis-cli --tls --cacert "$1" -h 127.0.0.1 -p ${port}`;
  const { stdout } = await found.docker.attempt("exec", name, "sh", "-c", script, "sh", ca, login);
  return parseRole(name, stdout);
}

/** A container that runs, with its Docker Engine. */
function runs(hosts: readonly FoundHost[], name: string) {
  return hosts
    .flatMap(({ docker, containers }) => containers.map((container) => ({ ...container, docker })))
    .find((container) => container.name === name && container.state === "running");
}

/** The answers to AUTH and ROLE, line by line. */
export function parseRole(name: string, text: string): Role {
  const [, role, ...rest] = text.split("\n").map((line) => line.trim());
  if (role === "master") return { name, role: "primary", offset: Number(rest[0]) };
  if (role === "slave") return { name, role: "replica", offset: Number(rest[3]), link: rest[2] ?? "" };
  return { name, role: "unknown", offset: 0 };
}

/** What the servers' answers mean together. */
export function judgeRoles(roles: readonly Role[]): RedisStatus[] {
  const primaries = roles.filter(({ role }) => role === "primary");
  const [primary] = primaries;
  return roles.map(({ name, role, offset, link }) => {
    if (role === "unknown") return silent(name);
    if (role === "primary") return { name, role, ...(primaries.length > 1 ? { problem: "is not the only primary" } : {}) };
    const lag = primary === undefined ? {} : { lagBytes: Math.max(0, primary.offset - offset) };
    const problem = primary === undefined ? "there is no primary" : link === "connected" ? undefined : `its link to the primary is ${link}`;
    return { name, role, ...lag, ...(problem === undefined ? {} : { problem }) };
  });
}

function silent(name: string): RedisStatus {
  return { name, role: "unknown", problem: "does not say what it is" };
}
