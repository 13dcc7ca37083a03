import { readFile } from "node:fs/promises";
import path from "node:path";
import type { ClientOptions } from "../../../test/dist/engine/support/http-client";
import type { ClientNamespace } from "../setup/client-namespace";
import type { Target } from "./curl";

/** What is pushed. */
export interface PushPlan {
  repository: string;
  /** Size of each blob. */
  bytes: number;
  /** Number of the first blob: blobs of one number and size are equal, of others not. */
  first: number;
  /** How many blobs. */
  count: number;
}

/** What the client's process is told. */
export interface PushOrder extends PushPlan {
  client: ClientOptions;
}

/** What the client's process tells. */
export interface PushReport {
  /** Time of each blob (POST, PATCH, PUT), seconds. */
  seconds: number[];
  /** Digest of the last blob; the tag `latest` names a manifest with it. */
  digest: string;
}

/**
 * Pushes random blobs one after the other over one connection that is open already.
 *
 * @returns the speed in MB/s (10^6 bytes) of all of them together, and the last one's digest.
 */
export async function push(client: ClientNamespace, target: Target, plan: PushPlan): Promise<{ speed: number; digest: string }> {
  const { endpoint, caFile, credentials } = target;
  const options: ClientOptions = { endpoint, ...credentials, ...(caFile !== undefined && { caPem: await readFile(caFile, "utf8") }) };
  const order: PushOrder = { ...plan, client: options };
  const { stdout } = await client.run(process.execPath, [path.join(__dirname, "pusher.js")], { input: JSON.stringify(order) });
  const { seconds, digest } = JSON.parse(stdout) as PushReport;
  return { speed: (plan.bytes * plan.count) / seconds.reduce((sum, time) => sum + time, 0) / 1e6, digest };
}
