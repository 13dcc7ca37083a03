import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { auditDirectory, RegistryError, resolveTopology } from "ha-registry-core";
import type { Report } from "ha-registry-tools";
import type { Environment } from "./environment";
import { ExitCode, Failure } from "./exit";
import { followChain, plainName, verifyFile, type Finding } from "./audit-chain";
import { hostsOf, onHost, type Host } from "./hosts";

/** Options of `audit`. */
export interface AuditOptions {
  /** From when on: a time, or how long ago. */
  since: string;
  /** Name of the user. */
  user?: string;
  /** Name of the repository; `*` stands for any characters. */
  repository?: string;
  /** Action. */
  action?: string;
  /** Looks whether the log is as it was written. */
  verify?: boolean;
  /** Prints lines of JSON. */
  json?: boolean;
}

/** An event, as far as it is looked at here; README.md names all fields. */
export interface AuditEvent {
  time: string;
  action: string;
  result: string;
  repository: string;
  reference: string;
  user: string;
  client: string;
  status: number;
}

/** A host's container that keeps the log. */
export interface Collector {
  host: Pick<Host, "name" | "docker">;
  container: string;
}

/** Which events are wanted. */
type Filter = Pick<AuditOptions, "since" | "user" | "repository" | "action">;

/**
 * Prints events of all hosts in the order of their times, or verifies the log of each.
 *
 * @throws {RegistryError} when the environment has no audit log.
 * @throws {Failure} when a log cannot be read, or something is wrong with it.
 */
export async function audit(environment: Environment, options: AuditOptions, report: Report): Promise<void> {
  const collectors = collectorsOf(environment);
  if (options.verify === true) await verifyAll(environment.name, collectors, options, report);
  else
    for (const { line, event } of await readEvents(collectors, options))
      process.stdout.write(`${options.json === true ? line : forPeople(event)}\n`);
}

function collectorsOf({ name, config }: Environment): Collector[] {
  const { audit: log } = resolveTopology(name, config.registry);
  const hosts = hostsOf(name, config);
  const found = (log?.collectors ?? []).flatMap(({ host, name: container }) =>
    hosts.filter((each) => each.name === host).map((each) => ({ host: each, container })),
  );
  if (found.length > 0) return found;
  const message = "there is no audit log: set it (`audit: {}` has defaults for everything), then run up";
  throw new RegistryError(name, [{ path: "registry.audit", message }]);
}

/** Events of several hosts in the order of their times, with the lines that they stand in. */
export async function readEvents(collectors: readonly Collector[], filter: Filter): Promise<{ line: string; event: AuditEvent }[]> {
  const since = parseSince(filter.since, Date.now());
  const wanted = filterOf(filter, since);
  const found: { line: string; event: AuditEvent }[] = [];
  for (const collector of collectors) {
    const files = (await list(collector, "events")).filter((file) => file.slice(0, 10) >= since.slice(0, 10));
    for (const file of files) {
      for await (const line of createInterface({ input: Readable.from(contentOf(collector, file)) })) {
        const event = parseEvent(line);
        if (event !== undefined && wanted(event)) found.push({ line, event });
      }
    }
  }
  return found.sort(({ event: a }, { event: b }) => (a.time < b.time ? -1 : Number(a.time > b.time)));
}

function filterOf({ user, repository, action }: Filter, since: string): (event: AuditEvent) => boolean {
  const words = repository?.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  const pattern = words && new RegExp(`^${words.join(".*")}$`);
  return (event) =>
    event.time >= since &&
    (user === undefined || event.user === user) &&
    (action === undefined || event.action === action) &&
    (pattern === undefined || pattern.test(event.repository));
}

function parseEvent(line: string): AuditEvent | undefined {
  try {
    const event = JSON.parse(line) as Partial<AuditEvent>;
    return { time: "", action: "", result: "", repository: "", reference: "", user: "", client: "", status: 0, ...event };
  } catch {
    return undefined;
  }
}

function forPeople({ time, action, result, repository, reference, user, client, status }: AuditEvent): string {
  const object = reference === "" ? repository : `${repository}${reference.includes(":") ? "@" : ":"}${reference}`;
  return [time, action.padEnd(13), result.padEnd(8), status, user || "-", client, object].join(" ").trimEnd();
}

/**
 * The time that `--since` means, as events have it.
 *
 * @throws {Failure} when it is none.
 */
export function parseSince(text: string, now: number): string {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const minutes = { m: 1, h: 60, d: 1440 }[unit ?? ""];
  const time = minutes === undefined ? Date.parse(text) : now - Number(count) * minutes * 60_000;
  if (Number.isNaN(time)) throw new Failure(`--since ${text} is no time: give 90m, 24h, 7d, or 2026-11-27T12:00:00Z`, ExitCode.WrongUse);
  return new Date(time).toISOString();
}

async function verifyAll(name: string, collectors: readonly Collector[], { json }: AuditOptions, report: Report): Promise<void> {
  let wrong = 0;
  for (const collector of collectors) {
    report(`${name}: verifying the audit log${onHost(collector.host)}`);
    const { findings, seals, files } = await verifyLog(collector);
    wrong += findings.length;
    const where = collector.host.name === "" ? {} : { host: collector.host.name };
    for (const finding of findings)
      process.stdout.write(`${json === true ? JSON.stringify({ ...where, ...finding }) : sentence(finding)}\n`);
    report(`${name}: ${seals} seals and ${files} files of events${onHost(collector.host)}, ${findings.length} findings`);
  }
  if (wrong > 0) throw new Failure(`${name}: the audit log is not as it was written.`, ExitCode.NotWell);
}

function sentence({ file, from, to, message }: Finding): string {
  return `${file}${from === undefined ? "" : `, bytes ${from} to ${to}`}: ${message}`;
}

/** Has sealed what came since, and holds all of the log against its seals. */
export async function verifyLog(collector: Collector): Promise<{ findings: Finding[]; seals: number; files: number }> {
  await inContainer(collector, `touch /tmp/seal; for i in $(seq 1 30); do [ -e /tmp/seal ] || exit 0; sleep 1; done; exit 1`);
  const names = await list(collector, "seals");
  const texts = await Promise.all(
    names.map(async (name) => ({ name, text: await inContainer(collector, `cat ${auditDirectory}/seals/${name}`) })),
  );
  const { segments, count, findings } = followChain(texts);
  const files = new Map((await list(collector, "events")).map((file) => [plainName(file), file]));
  const all = [...new Set([...files.keys(), ...segments.keys()])].sort();
  const last = all.at(-1);
  for (const file of all) {
    const stored = files.get(file);
    const content = stored === undefined ? undefined : contentOf(collector, stored);
    const found = verifyFile(file, segments.get(file) ?? [], content, file === last);
    findings.push(...(await found.catch((error: Error) => [{ file: `events/${file}`, message: `cannot be read: ${error.message}` }])));
  }
  return { findings, seals: count, files: all.length };
}

/** Names of files in a directory of the log, oldest first. */
async function list(collector: Collector, directory: "events" | "seals"): Promise<string[]> {
  const names = (await inContainer(collector, `ls ${auditDirectory}/${directory}`)).split("\n");
  return names.filter((name) => /^\d{4}-\d\d-\d\d[.\w]*$/.test(name)).sort();
}

function contentOf({ host, container }: Collector, file: string): AsyncGenerator<Buffer, void> {
  const path = `${auditDirectory}/events/${file}`;
  return host.docker.stream("exec", container, ...(file.endsWith(".gz") ? ["gzip", "-dc", path] : ["cat", path]));
}

async function inContainer({ host, container }: Collector, script: string): Promise<string> {
  const { code, stdout, stderr } = await host.docker.finish("exec", container, "sh", "-c", script);
  if (code !== 0) throw new Failure(`${container} does not answer${onHost(host)}: ${stderr.trim() || "is its disk full?"}`);
  return stdout;
}
