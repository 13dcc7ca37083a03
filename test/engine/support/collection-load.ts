import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Collection } from "ha-registry/dist/cli/gc";
import { BodyFamily, type Body } from "./bodies";
import type { Collections } from "./collections";
import { RawClient, RequestFailure, type ClientOptions } from "./http-client";

/** Workers of each kind. */
const WORKERS = 3;

/** Layers are shared: so many different ones there are at a time for so many images. */
const LAYERS = 40;

/** Images that are there at a time; beyond them, old ones are deleted. */
const IMAGES = 60;

/** How long a client rests between two pulls, milliseconds: without it, pulls alone take every core, and hardly a push gets through. */
const PULL_PAUSE_MILLISECONDS = 20;

/** What came of collections under load. */
export interface CollectionsUnderLoad {
  counts: CollectionCounts;
  /** What failed that should not have. */
  failures: string[];
  /** Blobs that were removed. */
  removed: number;
  /** How long pushes were put off each time, seconds. */
  fences: number[];
  /** What was said by collections that gave up, as they do when a balancer is late to say that it puts pushes off. */
  givenUp: string[];
  /** Images that could not be pulled after one more collection, at rest. */
  lost: string[];
}

/** How collections are run under load. */
export interface CollectionPlan {
  /** So many have to succeed. */
  cycles: number;
  /** How long pushes have between two collections, milliseconds. */
  restMilliseconds: number;
  /** How many may give up. @default 0 */
  mayGiveUp?: number;
  /** Is told after each that succeeded how many have. @default - nobody is told */
  report?: (done: number) => void;
}

/**
 * Collects again and again while clients push, pull and delete, then once more, and pulls everything.
 *
 * @throws {Error} with what was said, when more collections give up than may.
 */
export async function collectUnderLoad(
  collections: Pick<Collections, "run">,
  options: ClientOptions,
  { cycles, restMilliseconds, mayGiveUp = 0, report }: CollectionPlan,
): Promise<CollectionsUnderLoad> {
  const load = new CollectionLoad(options);
  const done: Collection[] = [];
  const givenUp: string[] = [];
  try {
    while (done.length < cycles) {
      await collections.run().then(
        (collection) => {
          done.push(collection);
          report?.(done.length);
        },
        (error: unknown) => {
          givenUp.push(String(error));
          if (givenUp.length > mayGiveUp) throw error;
        },
      );
      await sleep(restMilliseconds);
    }
  } finally {
    await load.stop(); // it would go on for ever
  }
  await collections.run();
  return {
    counts: load.counts,
    failures: load.failures,
    removed: done.reduce((sum, { blobs }) => sum + blobs, 0),
    fences: done.map(({ fenceSeconds }) => fenceSeconds),
    givenUp,
    lost: await load.verify(),
  };
}

/** What was done. */
export interface CollectionCounts {
  pushes: number;
  pulls: number;
  deletions: number;
  /** Deletions of manifests that were called unknown although they were there, and that were repeated. */
  deletionsRepeated: number;
  /** Requests that were told to come again. */
  putOff: number;
  /** Pushes whose manifest named a blob that had gone, and that were repeated. */
  repeated: number;
}

/** An image that is there. */
interface Image {
  repository: string;
  tag: string;
  digest: string;
  /** What tells it from images of other manifests. */
  key: string;
}

/**
 * Clients that push images with shared layers, pull what is there, and delete what is old, while garbage is collected. They do what real clients
 * do: come again when they are told to, and push again when a blob has gone under way. Everything else that fails is a failure.
 */
class CollectionLoad {
  readonly counts: CollectionCounts = { pushes: 0, pulls: 0, deletions: 0, deletionsRepeated: 0, putOff: 0, repeated: 0 };
  readonly failures: string[] = [];
  readonly #layers = new BodyFamily(16 * 1024, 72);
  readonly #images: Image[] = [];
  /** Keys of images that are pushed or deleted at the moment: nobody does both at a time to one. */
  readonly #busy = new Set<string>();
  readonly #workers: Promise<void>[];
  #next = 0;
  #stopping = false;

  constructor(private readonly options: ClientOptions) {
    this.#workers = Array.from({ length: WORKERS }, () => [
      this.#loop((client) => this.#push(client)),
      this.#loop((client) => this.#pull(client)),
    ]).flat();
  }

  /** Lets every worker finish what it has begun. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#workers);
  }

  /** Pulls every image that is there; returns what could not be pulled. */
  async verify(): Promise<string[]> {
    const client = new RawClient(this.options);
    const lost: string[] = [];
    for (const image of this.#images) await pullImage(client, image).catch((error: unknown) => lost.push(String(error)));
    client.close();
    return lost;
  }

  async #loop(work: (client: RawClient) => Promise<void>): Promise<void> {
    const client = new RawClient(this.options);
    while (!this.#stopping) await work(client).catch((error: unknown) => this.failures.push(String(error)));
    client.close();
  }

  async #push(client: RawClient): Promise<void> {
    const number = this.#next++;
    const repository = `collected/${number % 4}`;
    const tag = `v${number}`;
    const layer = this.#layers.body(randomInt(LAYERS) + LAYERS * Math.floor(number / (4 * IMAGES)));
    await this.#alone(`${repository} ${layer.digest}`, async (key) => {
      const digest = await this.#pushImage(client, repository, tag, layer);
      this.counts.pushes++;
      // Two tags of one manifest go together when it is deleted, so that only the newer is kept in mind.
      const index = this.#images.findIndex((image) => image.key === key);
      if (index >= 0) this.#images.splice(index, 1);
      this.#images.push({ repository, tag, digest, key });
    });
    if (this.#images.length > IMAGES) await this.#delete(client);
  }

  async #delete(client: RawClient): Promise<void> {
    const [image] = this.#images;
    if (image === undefined) return;
    await this.#alone(image.key, async () => {
      this.#images.splice(this.#images.indexOf(image), 1);
      await pullImage(client, image); // every push that was acknowledged has to be there until it goes
      await this.#politely(() => this.#deleteImage(client, image));
      this.counts.deletions++;
    });
  }

  /**
   * Asks again when a manifest that is there is called unknown: the registry does so when it did not hear of Redis in time, and so nothing was cached that it could
   * drop (`Clear` of its cachedBlobStatter).
   */
  async #deleteImage(client: RawClient, image: Image): Promise<void> {
    for (let attempt = 1; attempt <= 10; attempt++) {
      const { status } = await client.request("DELETE", `/v2/${image.repository}/manifests/${image.digest}`, { expect: [202, 404] });
      if (status === 202) return;
      this.counts.deletionsRepeated++;
      await pullImage(client, image); // it is there
    }
    throw new Error(`${image.repository}@${image.digest} is there and cannot be deleted`);
  }

  /** Does nothing when the image is busy. */
  async #alone(key: string, work: (key: string) => Promise<void>): Promise<void> {
    if (this.#busy.has(key)) return;
    this.#busy.add(key);
    await work(key).finally(() => this.#busy.delete(key));
  }

  async #pushImage(client: RawClient, repository: string, tag: string, layer: Body): Promise<string> {
    for (;;) {
      await this.#politely(() => this.#pushBlob(client, repository, layer));
      await this.#politely(() => client.pushConfig(repository));
      try {
        return await this.#politely(() => client.pushManifest(repository, tag, layer));
      } catch (error) {
        if (!(error instanceof RequestFailure) || !error.reason.includes("BLOB_UNKNOWN")) throw error;
        this.counts.repeated++;
      }
    }
  }

  /** As real clients do it: what the registry says it has is not sent. */
  async #pushBlob(client: RawClient, repository: string, layer: Body): Promise<void> {
    const { status } = await client.request("HEAD", `/v2/${repository}/blobs/${layer.digest}`, { expect: [200, 404] });
    if (status === 404) await client.pushBlob(repository, layer);
  }

  async #pull(client: RawClient): Promise<void> {
    // The newest half: the oldest may be deleted while it is pulled.
    const from = Math.floor(this.#images.length / 2);
    const image = this.#images[from + randomInt(Math.max(this.#images.length - from, 1))];
    if (image === undefined) return sleep(50);
    await pullImage(client, image);
    this.counts.pulls++;
    await sleep(PULL_PAUSE_MILLISECONDS);
  }

  /** Comes again when it is told to. */
  async #politely<T>(request: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await request();
      } catch (error) {
        if (!(error instanceof RequestFailure) || !error.reason.startsWith("status 429")) throw error;
        this.counts.putOff++;
        await sleep(500);
      }
    }
  }
}

async function pullImage(client: RawClient, { repository, tag, digest }: Image): Promise<void> {
  const pulled = await client.pullManifest(repository, tag);
  if (pulled.digest !== digest) throw new Error(`${repository}:${tag} is ${pulled.digest}, not ${digest}`);
  await client.pullBlob(repository, pulled.layer);
}
