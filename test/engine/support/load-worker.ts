import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { BodyFamily, largeBytes, mediumBytes, smallBytes } from "./bodies";
import { staleReads, type TagRead, type TagWrite } from "./history";
import { RawClient, RequestFailure } from "./http-client";
import type { Failure, LoadCommand, LoadMessage, LoadPlan, WorkerPlan } from "./load";

/** A push that the registry acknowledged. */
interface Acknowledged {
  repository: string;
  tag: string;
  manifest: string;
  blob: string;
}

const plan = workerData as LoadPlan;
const sizes = { small: smallBytes, medium: mediumBytes, large: largeBytes };
const families = new Map(plan.workers.map(({ size }) => [size, new BodyFamily(sizes[size])]));

/** Different blobs that are not small: several, few enough for the disk. Each push names its own repository all the same. */
const DISTINCT_LARGE = 4;
/** Tags of a repository that small pushes move round and round. */
const MOVING_TAGS = 3;
const KEPT_FAILURES = 20_000;
/** Pause after a failure: a registry that refuses everything for minutes shall not use that up. */
const AFTER_FAILURE_MILLISECONDS = 200;
const VERIFYING_CLIENTS = 4;

const acknowledged: Record<WorkerPlan["size"], Acknowledged[]> = { small: [], medium: [], large: [] };
const writes: TagWrite[] = [];
const reads: TagRead[] = [];
const succeeded: Record<string, number> = {};
const longest: Record<string, number> = {};
const failures: Failure[] = [];
let failed = 0;
let stopping = false;

/** One push or pull, of several requests. `round` counts the operations of the worker. */
type Operation = (client: RawClient, round: number) => Promise<void>;

function pusher({ size }: WorkerPlan, number: number): Operation {
  const configured = new Set<string>();
  const family = families.get(size) ?? new BodyFamily(sizes[size]);
  return async (client, round) => {
    const repository = size === "small" ? `load/small-${number}` : `load/${size}-${number}-${round}`;
    const tag = `v${round % MOVING_TAGS}`;
    const body = family.body(size === "small" ? number * 1_000_000 + round : round % DISTINCT_LARGE);
    if (!configured.has(repository)) await client.pushConfig(repository);
    configured.add(repository);
    await client.pushBlob(repository, body);
    const write: TagWrite = { tag: `${repository}:${tag}`, digest: client.manifestDigest(body), start: performance.now(), end: Infinity };
    writes.push(write);
    const manifest = await client.pushManifest(repository, tag, body);
    write.end = performance.now();
    acknowledged[size].push({ repository, tag, manifest, blob: body.digest });
  };
}

function puller({ size }: WorkerPlan, number: number): Operation {
  return async (client, round) => {
    const known = acknowledged[size];
    const chosen = known[(round * 7919 + number) % known.length];
    if (chosen === undefined) return;
    const byTag = round % 2 === 0;
    const start = performance.now();
    const { digest, layer } = await client.pullManifest(chosen.repository, byTag ? chosen.tag : chosen.manifest);
    if (byTag) reads.push({ tag: `${chosen.repository}:${chosen.tag}`, digest, start, end: performance.now() });
    await client.pullBlob(chosen.repository, layer);
  };
}

/** Repeats an operation until the load stops; `warm` is called after its first success. */
async function keepOn(kind: string, number: number, operation: Operation, warm: () => void): Promise<void> {
  const client = new RawClient(plan.client);
  for (let round = 0; !stopping; round++) {
    const startedAt = Date.now();
    try {
      await operation(client, round);
      succeeded[kind] = (succeeded[kind] ?? 0) + 1;
      longest[kind] = Math.max(longest[kind] ?? 0, Date.now() - startedAt);
      warm();
    } catch (error) {
      note(`${kind} ${number}`, startedAt, error);
      await sleep(AFTER_FAILURE_MILLISECONDS);
    }
    if (plan.pauseMilliseconds !== undefined) await sleep(plan.pauseMilliseconds);
  }
  client.close();
  warm(); // so that a load that never succeeds ends with a report of why
}

function note(worker: string, operationStartedAt: number, error: unknown): void {
  if (!(error instanceof RequestFailure)) throw error;
  failed += 1;
  if (failures.length >= KEPT_FAILURES) return;
  const { step, reason, reusedSocket, connectedAt, startedAt, failedAt } = error;
  failures.push({ worker, step, reason, reusedSocket, connectedAt, operationStartedAt, startedAt, failedAt });
}

/**
 * Looks everything up that was acknowledged, under the digests that it was pushed with. A blob that several repositories share is fetched
 * from one; the others have to say that they have it.
 */
async function verify(): Promise<{ count: number; lost: string[] }> {
  const all = Object.values(acknowledged).flat();
  const lost: string[] = [];
  const queue = all.values();
  const fetched = new Set<string>();
  const work = async (): Promise<void> => {
    const client = new RawClient(plan.client);
    for (const { repository, manifest, blob } of queue) {
      try {
        const found = await client.pullManifest(repository, manifest);
        if (found.layer !== blob) lost.push(`${repository}@${manifest} names ${found.layer}, not ${blob}`);
        if (fetched.has(blob)) await client.request("HEAD", `/v2/${repository}/blobs/${blob}`, { expect: [200] });
        else await client.pullBlob(repository, blob);
        fetched.add(blob);
      } catch (error) {
        lost.push(`${repository}@${manifest}: ${String(error)}`);
      }
    }
    client.close();
  };
  await Promise.all(Array.from({ length: VERIFYING_CLIENTS }, work));
  return { count: all.length, lost };
}

function say(message: LoadMessage): void {
  parentPort?.postMessage(message);
}

function main(): void {
  const begun = Date.now();
  setTimeout(() => (stopping = true), plan.maxSeconds * 1000).unref();
  const everyone: Promise<void>[] = [];
  const warmed: Promise<void>[] = [];
  const start = async (role: WorkerPlan["role"]): Promise<void> => {
    for (const kind of plan.workers.filter((worker) => worker.role === role)) {
      for (let number = 1; number <= kind.count; number++) {
        const operation = role === "push" ? pusher(kind, number) : puller(kind, number);
        warmed.push(new Promise((warm) => everyone.push(keepOn(`${role} ${kind.size}`, number, operation, warm))));
      }
    }
    await Promise.all(warmed);
  };
  // What is pulled has to be pushed first.
  const warming = start("push").then(() => start("pull"));
  warming.then(() => say({ kind: "warm" }), fail);

  const report = (): void => {
    const seconds = (Date.now() - begun) / 1000;
    say({ kind: "report", report: { succeeded, failures, failed, staleReads: staleReads(writes, reads), longest, seconds } });
  };
  const commands: Record<LoadCommand, () => void> = {
    peek: report,
    stop: () => {
      stopping = true;
      Promise.all(everyone).then(report, fail);
    },
    verify: () => {
      verify().then((verified) => say({ kind: "verified", ...verified }), fail);
    },
  };
  parentPort?.on("message", (command: LoadCommand) => commands[command]());
}

function fail(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}

main();
