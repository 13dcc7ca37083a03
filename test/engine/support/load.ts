import assert from "node:assert/strict";
import { once } from "node:events";
import path from "node:path";
import { Worker } from "node:worker_threads";
import type { ClientOptions } from "./http-client";
import { until } from "./waiting";

/** What one kind of worker does, over and over, without a pause. */
export interface WorkerPlan {
  /** `push` sends a new blob and a manifest; `pull` fetches a manifest and its blob, of what was pushed before. */
  role: "push" | "pull";
  /** Blobs of 64 KiB, of 32 MiB or of 200 MiB. */
  size: "small" | "medium" | "large";
  /** Workers of this kind, each with a connection of its own. */
  count: number;
}

/** A load: who sends what, where. */
export interface LoadPlan {
  client: ClientOptions;
  workers: WorkerPlan[];
  /** The load ends by itself after this time, seconds. */
  maxSeconds: number;
  /** How long each worker rests after each operation, milliseconds. @default - not at all */
  pauseMilliseconds?: number;
}

/** A request of the load that failed. */
export interface Failure {
  /** Which worker, as `push small 1`. */
  worker: string;
  /** Method and path of the request. */
  step: string;
  /** What happened. */
  reason: string;
  /** Whether its connection had served requests before. */
  reusedSocket: boolean;
  /** When its connection was made, milliseconds since 1970; undefined if it never was. */
  connectedAt: number | undefined;
  /** When the operation (a push or a pull, of several requests) began, milliseconds since 1970. */
  operationStartedAt: number;
  /** When the request was sent, milliseconds since 1970. */
  startedAt: number;
  /** When it failed, milliseconds since 1970. */
  failedAt: number;
}

/** What a load did. */
export interface LoadReport {
  /** Operations that succeeded, by kind, as `push small`. */
  succeeded: Record<string, number>;
  /** Every operation that failed; after 20,000 they are only counted. */
  failures: Failure[];
  /** How many operations failed. */
  failed: number;
  /** Reads that returned what no honest registry returns (see history.ts). */
  staleReads: string[];
  /** Longest operation, by kind, milliseconds. */
  longest: Record<string, number>;
  /** How long the load ran, seconds. */
  seconds: number;
}

/** What the load's thread is told. */
export type LoadCommand = "peek" | "stop" | "verify";

/** What the load's thread tells. */
export type LoadMessage = { kind: "warm" } | { kind: "report"; report: LoadReport } | { kind: "verified"; count: number; lost: string[] };

/**
 * Clients that push and pull without pause, in a thread of their own, so that Pulumi in this one does not hold them up. It remembers
 * what the registry acknowledged.
 */
export class Load {
  readonly #worker: Worker;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Starts a load, and returns when each of its workers has succeeded once. */
  static async start(plan: LoadPlan): Promise<Load> {
    const load = new Load(new Worker(path.join(__dirname, "load-worker.js"), { workerData: plan }));
    await load.#next("warm");
    return load;
  }

  /** Tells what happened so far, while the load goes on. */
  async peek(): Promise<LoadReport> {
    this.#worker.postMessage("peek" satisfies LoadCommand);
    return (await this.#next("report")).report;
  }

  /** Lets every worker finish what it has begun, and tells what happened. */
  async stop(): Promise<LoadReport> {
    this.#worker.postMessage("stop" satisfies LoadCommand);
    return (await this.#next("report")).report;
  }

  /** After `stop`: fetches everything whose push was acknowledged, and ends the thread. */
  async verify(): Promise<{ count: number; lost: string[] }> {
    this.#worker.postMessage("verify" satisfies LoadCommand);
    const verified = await this.#next("verified");
    await this.end();
    return verified;
  }

  /** Ends the thread, whatever it does. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  async #next<K extends LoadMessage["kind"]>(kind: K): Promise<Extract<LoadMessage, { kind: K }>> {
    const [message] = (await once(this.#worker, "message")) as [LoadMessage];
    if (isKind(message, kind)) return message;
    throw new Error(`the load said ${message.kind} when it was asked for ${kind}`);
  }
}

/** How long the slowest operation (200 MiB on a busy machine) may take to succeed. */
const SUCCESS_SECONDS = 600;

/**
 * Waits until each kind of operation has succeeded since `before`, since a load that stands still proves nothing.
 *
 * @returns what happened by then.
 */
export async function untilAllSucceed(load: Load, before: LoadReport): Promise<LoadReport> {
  let after = before;
  await until("each kind of operation succeeds", SUCCESS_SECONDS, async () => {
    after = await load.peek();
    return Object.keys(after.succeeded).every((kind) => (after.succeeded[kind] ?? 0) > (before.succeeded[kind] ?? 0));
  });
  return after;
}

/**
 * Does `work` while a load goes on, of which nothing may fail, until everyone has succeeded with something begun afterwards.
 *
 * @throws {AssertionError} with every operation that failed.
 */
export async function assertNothingFails(load: Load, work: () => Promise<unknown>): Promise<void> {
  const before = await load.peek();
  await work();
  const after = await untilAllSucceed(load, before);
  const failed = after.failed - before.failed;
  assert.equal(failed, 0, describeFailures({ failures: after.failures.slice(before.failures.length), failed }));
}

/** Those that cannot be laid to what was lost at `time`: neither was their request sent before, nor was their connection made. */
export function begunAfter(failures: readonly Failure[], time: number): Failure[] {
  return failures.filter(({ startedAt, connectedAt = Infinity }) => Math.min(startedAt, connectedAt) > time);
}

/** The failures of a load, the first twenty with all that is known of them: the message of a failed assertion. */
export function describeFailures({ failures, failed }: Pick<LoadReport, "failures" | "failed">): string {
  const time = (at: number): string => new Date(at).toISOString().slice(11, 23);
  const lines = failures
    .slice(0, 20)
    .map(
      ({ worker, step, reason, reusedSocket, connectedAt, startedAt, failedAt }) =>
        `  ${worker}: ${step} sent ${time(startedAt)}, failed ${time(failedAt)}, ` +
        `${connectedAt === undefined ? "never connected" : `connected ${time(connectedAt)}`}${reusedSocket ? ", kept-alive" : ""}: ${reason}`,
    );
  return [`${failed} operations failed`, ...lines].join("\n");
}

function isKind<K extends LoadMessage["kind"]>(message: LoadMessage, kind: K): message is Extract<LoadMessage, { kind: K }> {
  return message.kind === kind;
}
