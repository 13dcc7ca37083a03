import { existsSync, readFileSync, readdirSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** One lock on a stack. */
export interface Lock {
  /** Who took it, as `ann@workshop`. */
  owner: string;
  /** Machine that the process runs on. */
  host: string;
  /** Number of the process. */
  pid: number;
  /** When it was taken, ISO 8601. */
  since: string;
}

/** The locks that Pulumi's refusal ("the stack is currently locked by …") tells of. */
export function parseLocks(message: string): Lock[] {
  const lines = new Map([...message.matchAll(/created by (\S+)@(\S+) \(pid (\d+)\) at (\S+)/g)].map((line) => [line[0], line])); // told twice
  return [...lines.values()].flatMap(([, user, host, pid, since]) =>
    host === undefined || since === undefined ? [] : [{ owner: `${user}@${host}`, host, pid: Number(pid), since }],
  );
}

/** The locks of a stack whose state is in files of this machine; empty for any other backend. */
export function readLocks(backendUrl: string, project: string, stack: string): Lock[] {
  if (!backendUrl.startsWith("file://")) return [];
  const directory = join(fileURLToPath(backendUrl.split("?")[0] ?? backendUrl), ".pulumi", "locks", "organization", project, stack);
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith(".json"))
    .map((name) => {
      const content = JSON.parse(readFileSync(join(directory, name), "utf8")) as LockFile;
      return { owner: `${content.username}@${content.hostname}`, host: content.hostname, pid: content.pid, since: content.timestamp };
    });
}

/** What Pulumi writes into a lock. */
interface LockFile {
  username: string;
  hostname: string;
  pid: number;
  timestamp: string;
}

/** Whether the process that took the lock still runs; undefined for one on another machine. */
export function isAlive({ host, pid }: Lock): boolean | undefined {
  if (host !== hostname()) return undefined;
  const name = `/proc/${pid}/comm`; // the number may belong to another program by now
  if (existsSync("/proc/self/comm")) return existsSync(name) && readFileSync(name, "utf8").trim() === "pulumi";
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Who holds a stack, since when, and whether that can still be true; with what to do. */
export function explainLocks(name: string, locks: readonly Lock[]): string {
  const lines = locks.map((lock) => {
    const alive = isAlive(lock);
    const verdict = alive === undefined ? "on another machine" : alive ? "it still runs" : "it does not run any more";
    return `  ${lock.owner}, process ${lock.pid}, since ${lock.since}: ${verdict}`;
  });
  const running = locks.some((lock) => isAlive(lock) === true);
  const advice = running
    ? "Wait until it has ended."
    : `If that run is over (a crash leaves its lock behind), clear it: \`npx ha-registry unlock ${name}\`, or \`npx ha-registry up ${name} --clear-lock\`.`;
  return [`${name} is locked by another run:`, ...lines, advice].join("\n");
}
