import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import type { Client } from "./clients";
import { RawClient, type ClientOptions } from "./http-client";
import { makeImage } from "./images";

/** A push or pull by a client that people use. */
export interface ClientOperation {
  client: string;
  operation: "push" | "pull";
  /** `repository:tag`. */
  name: string;
  /** When it began, milliseconds since 1970. */
  startedAt: number;
  /** When it ended, milliseconds since 1970. */
  endedAt: number;
  /** Digest of the manifest, when it succeeded. */
  digest?: string;
  /** What the client said, when it failed. */
  error?: string;
}

/** What a load is like. */
export interface ClientLoadOptions {
  /** Size of the layer of each image, bytes. @default - 6 MiB: half of an operation, which takes about a second, is then the transfer */
  layerBytes?: number;
  /** How often each image that was pushed is pulled. @default 1 */
  pullsPerPush?: number;
}

/** Clients that push an image and pull it again, without pause, each image with a layer that the registry has never seen. */
export class ClientLoad {
  readonly #operations: ClientOperation[] = [];
  readonly #loops: Promise<void>[];
  #stopping = false;
  #pause: Promise<void> | undefined;
  #endPause: () => void = () => undefined;

  /**
   * @param clients Clients that are logged in.
   * @param directory Where images are put.
   */
  constructor(
    readonly clients: readonly Client[],
    private readonly directory: string,
    private readonly options: ClientLoadOptions = {},
  ) {
    this.#loops = clients.map((client, index) => this.#loop(client, index));
  }

  /** The operations that ended so far. */
  get operations(): readonly ClientOperation[] {
    return this.#operations;
  }

  /** Operations that began at `time` (milliseconds since 1970) or later and succeeded, by client. */
  succeededSince(time: number): Record<string, number> {
    const counts = Object.fromEntries(this.clients.map(({ name }) => [name, 0]));
    for (const { client, startedAt, error } of this.#operations) {
      if (startedAt >= time && error === undefined) counts[client] = (counts[client] ?? 0) + 1;
    }
    return counts;
  }

  /** Lets no client begin anything until {@link resume}; what has begun goes on. */
  pause(): void {
    this.#pause ??= new Promise((resolve) => (this.#endPause = resolve));
  }

  /** Ends a pause. */
  resume(): void {
    this.#endPause();
    this.#pause = undefined;
  }

  /** Lets every client finish what it has begun. */
  async stop(): Promise<readonly ClientOperation[]> {
    this.#stopping = true;
    this.resume();
    await Promise.all(this.#loops);
    return this.#operations;
  }

  async #loop(client: Client, index: number): Promise<void> {
    const { layerBytes = 6 * 2 ** 20, pullsPerPush = 1 } = this.options;
    for (let round = 0; !this.#stopping; round++) {
      await this.#pause;
      const place = await mkdtemp(path.join(this.directory, `${client.name}-`));
      const image = await makeImage(path.join(place, "image"), layerBytes, 1000 + index + round * this.clients.length);
      const name = `clients/${client.name}-${index}-${round}:1`;
      const digest = await this.#try({ client: client.name, operation: "push", name }, () => client.push(image, name));
      for (let pull = 0; pull < pullsPerPush && digest !== undefined && !this.#stopping; pull++)
        await this.#try({ client: client.name, operation: "pull", name }, () => pulled(client, name, digest));
      await rm(place, { recursive: true, force: true });
    }
  }

  async #try(what: Pick<ClientOperation, "client" | "operation" | "name">, work: () => Promise<string>): Promise<string | undefined> {
    const startedAt = Date.now();
    try {
      const digest = await work();
      this.#operations.push({ ...what, startedAt, endedAt: Date.now(), digest });
      return digest;
    } catch (error) {
      this.#operations.push({ ...what, startedAt, endedAt: Date.now(), error: String(error) });
      return undefined;
    }
  }
}

/** Clients that look pushes up at a time. */
const VERIFYING_CLIENTS = 4;

/**
 * Fetches every image whose push was acknowledged, by its digest.
 *
 * @param options How a raw client reaches the registry.
 * @returns how many there are.
 * @throws {RequestFailure} when one is not there, or not what was pushed.
 */
export async function pullPushes(options: ClientOptions, operations: readonly ClientOperation[]): Promise<number> {
  const pushes = operations.filter(({ operation, digest }) => operation === "push" && digest !== undefined);
  const queue = pushes.values();
  const work = async (): Promise<void> => {
    const client = new RawClient(options);
    for (const { name, digest = "" } of queue) {
      const [repository = ""] = name.split(":");
      const { layer } = await client.pullManifest(repository, digest);
      await client.pullBlob(repository, layer);
    }
    client.close();
  };
  await Promise.all(Array.from({ length: VERIFYING_CLIENTS }, work));
  return pushes.length;
}

/** Operations in lines: the message of a failed assertion. */
export function describeOperations(operations: readonly ClientOperation[]): string {
  const time = (at: number): string => new Date(at).toISOString().slice(11, 23);
  return operations
    .map(
      ({ client, operation, startedAt, endedAt, error }) =>
        `${client} ${operation} ${time(startedAt)} to ${time(endedAt)}: ${error ?? "succeeded"}`,
    )
    .join("\n");
}

async function pulled(client: Client, name: string, pushed: string): Promise<string> {
  const digest = await client.pull(name);
  if (digest !== pushed) throw new Error(`${name} was pushed as ${pushed} and pulled as ${digest}`);
  return digest;
}
