import { createHash, randomBytes } from "node:crypto";
import { Agent as HttpsAgent } from "node:https";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
  type ListObjectsV2CommandOutput,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { Problems, type Problem } from "ha-registry-core";

/** A bucket, and how to get at it. */
export interface StoreAccess {
  /** Name of the bucket. */
  bucket: string;
  /** Region. */
  region: string;
  /** URLs of the endpoint; several, where a store has several nodes. @default - AWS's */
  endpoints?: readonly string[];
  /** Path-style requests. */
  forcePathStyle: boolean;
  /** Keys. @default - the AWS SDK's default chain */
  keys?: { accessKeyId: string; secretAccessKey: string };
  /** CA of the endpoint. @default - the system's */
  caPem?: string;
  /** Whether the endpoint's certificate is checked. @default true */
  verifyCertificate?: boolean;
}

/** What a probe found. */
export interface StoreVerdict {
  /** Properties that the registry relies on, and that the store lacks. */
  problems: readonly Problem[];
  /** Whether the bucket removes parts of uploads that nobody finished. */
  abandonedUploadsRemoved: boolean;
}

const MIB = 1024 * 1024;

/** Least size of every part but the last, in S3. */
const PART_BYTES = 5 * MIB;

/** How often an object is written and read again: a store that is consistent only in the end rarely shows it at once. */
const ROUNDS = 5;

/**
 * Tries what the registry's S3 driver does on a bucket, and removes what it wrote. Nothing else in the bucket is touched.
 *
 * It shows that a store can do it, not that it still can under load or when a node dies.
 *
 * @throws {Error} the SDK's, when the endpoint does not answer at all.
 */
export async function probeStore(access: StoreAccess): Promise<StoreVerdict> {
  const clients = connect(access);
  const probe = new Probe(clients, access.bucket, `ha-registry-probe-${randomBytes(8).toString("hex")}`);
  try {
    const problems = await probe.run();
    return { problems, abandonedUploadsRemoved: await probe.removesAbandonedUploads() };
  } finally {
    await probe.clean();
    for (const client of clients) client.destroy();
  }
}

/**
 * The size of all objects below a prefix of a bucket.
 *
 * @throws {Error} the SDK's, when the endpoint does not answer.
 */
export async function listedBytes(access: StoreAccess, prefix: string): Promise<number> {
  const [client, ...others] = connect(access);
  if (client === undefined) throw new TypeError("there is no endpoint");
  const where = { Bucket: access.bucket, Prefix: prefix.replace(/^\/+/, "") };
  try {
    let [sum, next]: [number, string | undefined] = [0, undefined];
    do {
      const page: ListObjectsV2CommandOutput = await client.send(new ListObjectsV2Command({ ...where, ContinuationToken: next }));
      sum += (page.Contents ?? []).reduce((size, { Size = 0 }) => size + Size, 0);
      next = page.NextContinuationToken;
    } while (next !== undefined);
    return sum;
  } finally {
    for (const each of [client, ...others]) each.destroy();
  }
}

function connect({ region, endpoints = [], forcePathStyle, keys, caPem, verifyCertificate = true }: StoreAccess): S3Client[] {
  const common: S3ClientConfig = {
    region,
    forcePathStyle,
    maxAttempts: 2,
    // The registry sends no checksums of its own, and not every store takes them.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: {
      connectionTimeout: 5000,
      requestTimeout: 60_000,
      httpsAgent: new HttpsAgent({ ...(caPem === undefined ? {} : { ca: caPem }), rejectUnauthorized: verifyCertificate }),
    },
    ...(keys === undefined ? {} : { credentials: keys }),
  };
  return endpoints.length === 0 ? [new S3Client(common)] : endpoints.map((endpoint) => new S3Client({ ...common, endpoint }));
}

class Probe {
  readonly #first: S3Client;
  readonly #problems = new Problems();

  constructor(
    private readonly clients: readonly S3Client[],
    private readonly bucket: string,
    private readonly prefix: string,
  ) {
    const [first] = clients;
    if (first === undefined) throw new TypeError("there is no endpoint");
    this.#first = first;
  }

  async run(): Promise<readonly Problem[]> {
    await this.#first.send(new PutObjectCommand({ ...this.#at("reach"), Body: "there" })); // what fails here is no property of the store
    await this.#check("read after write, through every node", () => this.#readsWhatWasWritten());
    await this.#check("list after write", () => this.#lists());
    await this.#check("ranges", () => this.#readsRanges());
    await this.#check("multipart uploads", () => this.#uploadsInParts());
    await this.#check("ListMultipartUploads", () => this.#listsUploads());
    await this.#check("copies", () => this.#copies());
    await this.#check("deletion of several objects", () => this.#deletes());
    return this.#problems.all;
  }

  async removesAbandonedUploads(): Promise<boolean> {
    try {
      const { Rules = [] } = await this.#first.send(new GetBucketLifecycleConfigurationCommand({ Bucket: this.bucket }));
      return Rules.some(({ Status, AbortIncompleteMultipartUpload: abort }) => Status === "Enabled" && abort !== undefined);
    } catch {
      return false; // none is set, or the store knows no rules
    }
  }

  async clean(): Promise<void> {
    const there = { Bucket: this.bucket, Prefix: `${this.prefix}/` };
    try {
      const { Uploads = [] } = await this.#first.send(new ListMultipartUploadsCommand(there));
      for (const { Key, UploadId } of Uploads) {
        await this.#first.send(new AbortMultipartUploadCommand({ Bucket: this.bucket, Key, UploadId }));
      }
      const { Contents = [] } = await this.#first.send(new ListObjectsV2Command(there));
      await this.#delete(Contents.flatMap(({ Key }) => Key ?? []));
    } catch {
      // The store has just been found wanting, or gone.
    }
  }

  async #check(property: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#problems.add(property, error instanceof Error ? error.message || error.name : String(error));
    }
  }

  #at(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.bucket, Key: `${this.prefix}/${name}` };
  }

  async #read(client: S3Client, name: string, range?: string): Promise<Buffer> {
    const { Body } = await client.send(new GetObjectCommand({ ...this.#at(name), ...(range === undefined ? {} : { Range: range }) }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  }

  async #readsWhatWasWritten(): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) {
      for (const writer of this.clients) {
        const text = randomBytes(16).toString("hex");
        await writer.send(new PutObjectCommand({ ...this.#at("written"), Body: text }));
        for (const reader of this.clients) {
          expect((await this.#read(reader, "written")).toString() === text, "an object that was overwritten is read as it was before");
          const { ContentLength } = await reader.send(new HeadObjectCommand(this.#at("written")));
          expect(ContentLength === text.length, `an object of ${text.length} bytes is said to have ${ContentLength}`);
        }
      }
    }
  }

  async #lists(): Promise<void> {
    for (const name of ["list/a/1", "list/a/2", "list/b/1", "list/c"])
      await this.#first.send(new PutObjectCommand({ ...this.#at(name), Body: name }));
    const there = { Bucket: this.bucket, Prefix: `${this.prefix}/list/` };
    for (const client of this.clients) {
      const { Contents = [], CommonPrefixes = [] } = await client.send(new ListObjectsV2Command({ ...there, Delimiter: "/" }));
      const found = [...CommonPrefixes.map(({ Prefix }) => Prefix), ...Contents.map(({ Key }) => Key)];
      const wanted = ["list/a/", "list/b/", "list/c"].map((name) => `${this.prefix}/${name}`);
      expect(same(found, wanted), `with a delimiter it lists ${found.join(", ")} instead of ${wanted.join(", ")}`);
      const after = await client.send(new ListObjectsV2Command({ ...there, StartAfter: `${this.prefix}/list/a/2` }));
      expect((after.Contents ?? []).length === 2, "StartAfter is not obeyed");
    }
  }

  async #readsRanges(): Promise<void> {
    await this.#first.send(new PutObjectCommand({ ...this.#at("range"), Body: "0123456789" }));
    for (const [range, wanted] of [
      ["bytes=3-", "3456789"],
      ["bytes=2-4", "234"],
    ] as const) {
      const got = (await this.#read(this.#first, "range", range)).toString();
      expect(got === wanted, `the range ${range} of 0123456789 is "${got}"`);
    }
  }

  /** Begun through one node, continued through the others. */
  async #uploadsInParts(): Promise<void> {
    const parts = [randomBytes(PART_BYTES), randomBytes(PART_BYTES), randomBytes(1000)];
    const { UploadId } = await this.#first.send(new CreateMultipartUploadCommand(this.#at("parts")));
    const upload = { ...this.#at("parts"), UploadId };
    const tags: (string | undefined)[] = [];
    for (const [index, Body] of parts.entries()) {
      const client = this.clients[index % this.clients.length] ?? this.#first;
      tags.push((await client.send(new UploadPartCommand({ ...upload, PartNumber: index + 1, Body }))).ETag);
    }
    const { Parts: listed = [] } = await this.#first.send(new ListPartsCommand(upload));
    expect(
      same(
        listed.map(({ Size }) => Size),
        parts.map(({ length }) => length),
      ),
      "ListParts does not list what was uploaded",
    );
    const Parts = tags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
    await this.#first.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    for (const client of this.clients) {
      expect(
        digest(await this.#read(client, "parts")) === digest(Buffer.concat(parts)),
        "an object that was uploaded in parts is not their sum",
      );
    }
  }

  /** The registry finds an upload that it goes on with in this list alone. */
  async #listsUploads(): Promise<void> {
    const { UploadId } = await this.#first.send(new CreateMultipartUploadCommand(this.#at("upload")));
    const list = async (client: S3Client): Promise<(string | undefined)[]> => {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: this.bucket, Prefix: `${this.prefix}/upload` }));
      return Uploads.map((upload) => upload.UploadId);
    };
    for (const client of this.clients) expect(same(await list(client), [UploadId]), "an upload that was begun is not listed");
    await this.#first.send(new AbortMultipartUploadCommand({ ...this.#at("upload"), UploadId }));
    for (const client of this.clients) expect((await list(client)).length === 0, "an upload that was aborted is still listed");
  }

  async #copies(): Promise<void> {
    const body = randomBytes(PART_BYTES);
    const CopySource = `${this.bucket}/${this.prefix}/source`;
    await this.#first.send(new PutObjectCommand({ ...this.#at("source"), Body: body }));
    await this.#first.send(new CopyObjectCommand({ ...this.#at("copy"), CopySource }));
    const { UploadId } = await this.#first.send(new CreateMultipartUploadCommand(this.#at("part-copy")));
    const upload = { ...this.#at("part-copy"), UploadId };
    const ranged = { CopySource, CopySourceRange: `bytes=0-${PART_BYTES - 1}` };
    const { CopyPartResult } = await this.#first.send(new UploadPartCopyCommand({ ...upload, PartNumber: 1, ...ranged }));
    const Parts = [{ PartNumber: 1, ETag: CopyPartResult?.ETag }];
    await this.#first.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    for (const client of this.clients) {
      for (const name of ["copy", "part-copy"]) {
        expect(digest(await this.#read(client, name)) === digest(body), `${name}: a copy is not what it was made from`);
      }
    }
  }

  async #deletes(): Promise<void> {
    const names = ["delete/a", "delete/b"];
    for (const name of names) await this.#first.send(new PutObjectCommand({ ...this.#at(name), Body: name }));
    await this.#delete(names.map((name) => this.#at(name).Key));
    for (const client of this.clients) {
      for (const name of names) {
        const gone = await client.send(new HeadObjectCommand(this.#at(name))).then(
          () => false,
          (error: unknown) => error instanceof Error && error.name === "NotFound",
        );
        expect(gone, "an object that was deleted can still be read");
      }
    }
  }

  async #delete(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const Objects = keys.map((Key) => ({ Key }));
    const { Errors = [] } = await this.#first.send(new DeleteObjectsCommand({ Bucket: this.bucket, Delete: { Objects, Quiet: true } }));
    expect(Errors.length === 0, `${Errors[0]?.Code}: ${Errors[0]?.Message}`);
  }
}

function expect(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}

function same(found: readonly unknown[], wanted: readonly unknown[]): boolean {
  return JSON.stringify(found) === JSON.stringify(wanted);
}

function digest(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
