import { createHash } from "node:crypto";
import {
  blobPath,
  layerLinkPath,
  manifestLinkPath,
  tagIndexPath,
  tagLinkPath,
  type StoredBlob,
  type StoredLink,
  type StoreReader,
} from "ha-registry-core";

/** A store in memory, laid out as the registry does it. */
export class MemoryStore implements StoreReader {
  /** Bytes by path. */
  readonly files = new Map<string, Buffer>();
  /** Times of writing by path, seconds since 1970; 0 for what is not in it. */
  readonly times = new Map<string, number>();
  /** Paths whose digests were asked for. */
  readonly hashed: string[] = [];
  /** Whether lists tell MD5s. */
  md5 = true;
  /** Called when the store was listed. */
  afterList: () => void = () => undefined;

  /** Has a blob; returns its digest. */
  blob(bytes: Buffer): string {
    const digest = sha256(bytes);
    this.files.set(blobPath(digest), bytes);
    return digest;
  }

  /** Pushes an image; returns the digest of its manifest. */
  image(repository: string, tag: string | undefined, config: string, ...layers: string[]): string {
    const descriptors = [config, ...layers].map((text) => this.#layer(repository, Buffer.from(text)));
    return this.manifest(repository, tag, { schemaVersion: 2, config: descriptors[0], layers: descriptors.slice(1) });
  }

  /** Pushes an index of manifests. */
  index(repository: string, tag: string | undefined, ...manifests: string[]): string {
    const descriptors = manifests.map((digest) => ({ digest: `sha256:${digest}`, size: this.files.get(blobPath(digest))?.length }));
    return this.manifest(repository, tag, { schemaVersion: 2, manifests: descriptors });
  }

  /** Pushes a manifest. */
  manifest(repository: string, tag: string | undefined, content: object): string {
    const digest = this.blob(Buffer.from(JSON.stringify(content)));
    const link = Buffer.from(`sha256:${digest}`);
    this.files.set(manifestLinkPath(repository, digest), link);
    if (tag === undefined) return digest;
    this.files.set(tagLinkPath(repository, tag), link);
    this.files.set(tagIndexPath(repository, tag, digest), link);
    return digest;
  }

  async *listBlobs(): AsyncGenerator<StoredBlob> {
    for (const [path, bytes] of this.files) {
      const digest = /^blobs\/sha256\/..\/([0-9a-f]{64})\/data$/.exec(path)?.[1];
      if (digest !== undefined) yield { digest, size: bytes.length, modified: this.times.get(path) ?? 0 };
    }
    this.afterList();
  }

  async *listLinks(): AsyncGenerator<StoredLink> {
    for (const [path, bytes] of this.files) {
      const md5 = this.md5 ? createHash("md5").update(bytes).digest("hex") : "";
      if (path.startsWith("repositories/")) yield { path: path.slice("repositories/".length), size: bytes.length, md5 };
    }
  }

  async sizes(paths: readonly string[]): Promise<Map<string, number>> {
    return new Map(this.#there(paths).map(([path, bytes]) => [path, bytes.length]));
  }

  async texts(paths: readonly string[]): Promise<Map<string, string>> {
    return new Map(this.#there(paths).map(([path, bytes]) => [path, bytes.toString("utf8")]));
  }

  async *contents(paths: readonly string[]): AsyncGenerator<Buffer> {
    for (const [, bytes] of this.#there(paths).reverse()) yield bytes;
  }

  async *digests(paths: readonly string[]): AsyncGenerator<{ path: string; digest: string }> {
    for (const [path, bytes] of this.#there(paths).reverse()) {
      this.hashed.push(path);
      yield { path, digest: sha256(bytes) };
    }
  }

  #layer(repository: string, bytes: Buffer): { digest: string; size: number } {
    const digest = this.blob(bytes);
    this.files.set(layerLinkPath(repository, digest), Buffer.from(`sha256:${digest}`));
    return { digest: `sha256:${digest}`, size: bytes.length };
  }

  #there(paths: readonly string[]): [string, Buffer][] {
    return paths.flatMap((path): [string, Buffer][] => {
      const bytes = this.files.get(path);
      return bytes === undefined ? [] : [[path, bytes]];
    });
  }
}

/** SHA-256, 64 hexadecimal digits. */
export function sha256(bytes: Buffer | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}
