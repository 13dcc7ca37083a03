import { createHash } from "node:crypto";
import { FaultKind, type Suspicions } from "./fault";
import { PackedTable, PackedTexts } from "./packed-table";
import { manifestLinkPath, tagLinkPath, type StoredLink, type StoreReader } from "./store-reader";

/** Bytes of a digest. */
const digestWidth = 32;

/** What is known of a blob beside its path: flags of a row in {@link Inventory.blobs}. */
export enum BlobFlag {
  /** A manifest that was looked at needs it. */
  Referenced = 1,
  /** It is a manifest or an index. */
  Manifest = 2,
  /** Its bytes were found right. */
  Verified = 4,
}

/** How many files are asked for at a time. */
export const batchSize = 2000;

/** What a store has, in tables of some fifty bytes for each blob, link and tag. */
export class Inventory {
  /** Digest, size in six bytes, time of writing in four, flags. */
  readonly blobs = new PackedTable(digestWidth + 11, digestWidth);
  /** Digest and repository of every manifest. */
  readonly manifests = new PackedTable(digestWidth + 4);
  /** Digest and repository of every layer and configuration. */
  readonly layers = new PackedTable(digestWidth + 4);
  /** Digest, repository, and where the name is, of every tag. */
  readonly tags = new PackedTable(digestWidth + 8, digestWidth + 4);
  /** Names of tags. */
  readonly tagNames = new PackedTexts();
  readonly #numbers = new Map<string, number>();
  readonly #repositories: string[] = [];

  /** Number of a repository, by which tables name it. */
  numberOf(repository: string): number {
    const known = this.#numbers.get(repository);
    if (known !== undefined) return known;
    this.#numbers.set(repository, this.#repositories.length);
    return this.#repositories.push(repository) - 1;
  }

  /** Name of the repository with a number. */
  nameOf(number: number): string {
    return this.#repositories[number] ?? "";
  }

  /** Name of the repository that a row of a table is of. */
  repositoryOf(row: Buffer): string {
    return this.nameOf(row.readUInt32BE(digestWidth));
  }

  /** How many repositories there are. */
  get repositoryCount(): number {
    return this.#repositories.length;
  }

  /** Row of a blob; undefined when the store did not list it. */
  blob(digest: string): Buffer | undefined {
    const index = this.blobs.find(Buffer.from(digest, "hex"));
    return index < 0 ? undefined : this.blobs.row(index);
  }
}

/** Digest of a row of any table. */
export function digestOf(row: Buffer): string {
  return row.toString("hex", 0, digestWidth);
}

/** Size of a blob, by its row. */
export function sizeOf(row: Buffer): number {
  return row.readUIntBE(digestWidth, 6);
}

/** When a blob was written, by its row, seconds since 1970. */
export function modifiedOf(row: Buffer): number {
  return row.readUInt32BE(digestWidth + 6);
}

/** Whether a flag is set in a blob's row. */
export function hasFlag(row: Buffer, flag: BlobFlag): boolean {
  return (row.readUInt8(digestWidth + 10) & flag) !== 0;
}

/** Sets a flag in a blob's row. */
export function setFlag(row: Buffer, flag: BlobFlag): void {
  row.writeUInt8(row.readUInt8(digestWidth + 10) | flag, digestWidth + 10);
}

/** Key of the tables of manifests and layers. */
export function inRepository(digest: string, repository: number): Buffer {
  const key = Buffer.alloc(digestWidth + 4);
  key.write(digest, "hex");
  key.writeUInt32BE(repository, digestWidth);
  return key;
}

/**
 * Lists what is in a store.
 *
 * @param wanted Which repositories are looked at.
 * @param suspicions Get what is wrong with tags, and with links to manifests.
 */
export async function takeInventory(
  reader: StoreReader,
  wanted: (repository: string) => boolean,
  suspicions: Suspicions,
): Promise<Inventory> {
  const inventory = new Inventory();
  // Links first: of what is pushed meanwhile, the blobs are there before the links.
  await new LinkList(reader, inventory, suspicions).read(wanted);
  for await (const { digest, size, modified } of reader.listBlobs()) {
    const row = inventory.blobs.add();
    row.write(digest, "hex");
    row.writeUIntBE(size, digestWidth, 6);
    row.writeUInt32BE(Math.max(0, Math.floor(modified)), digestWidth + 6);
  }
  inventory.blobs.sort();
  return inventory;
}

/**
 * Takes in links. Which digest a link holds is known by its MD5, which object stores tell in their lists: only what does not fit is read. A store that
 * tells other MD5s, as with encryption by a key management service, has every link read.
 */
class LinkList {
  /** Digests of manifests by the MD5 of links to them. */
  readonly #byMd5 = new PackedTable(16 + digestWidth, 16);
  /** MD5, repository and name of every tag. */
  readonly #current = new PackedTable(16 + 8, 16);
  /** Hashes of repository and tag, of tags that have a link. */
  readonly #whole = new PackedTable(16);
  /** The same with repository, name and digest, of every manifest that a tag is or was. */
  readonly #index = new PackedTable(16 + 8 + digestWidth, 16);
  #unsure: { path: string; repository: string; digest: string; layer: boolean }[] = [];

  constructor(
    private readonly reader: StoreReader,
    private readonly inventory: Inventory,
    private readonly suspicions: Suspicions,
  ) {}

  async read(wanted: (repository: string) => boolean): Promise<void> {
    for await (const link of this.reader.listLinks()) {
      const place = placeOf(link.path);
      if (place === undefined || !wanted(place.repository)) continue;
      if (place.tag === undefined) this.#takeLink(link, place.repository, place.digest, place.layer);
      else this.#takeTag(link, place.repository, place.tag, place.digest);
      if (this.#unsure.length >= batchSize) await this.#readUnsure();
    }
    await this.#readUnsure();
    for (const table of [this.#byMd5, this.#whole, this.inventory.manifests, this.inventory.layers]) table.sort();
    await this.#resolveTags();
    this.inventory.tags.sort();
    this.#noteTagsWithoutLink();
  }

  #takeLink(link: StoredLink, repository: string, digest: string, layer: boolean): void {
    const md5 = md5Of(`sha256:${digest}`);
    if (!layer) {
      this.#keep(this.inventory.manifests, repository, digest); // also with a broken link: it is named as such
      const row = this.#byMd5.add();
      md5.copy(row);
      row.write(digest, 16, "hex");
    }
    if (link.md5 !== md5.toString("hex")) this.#unsure.push({ path: `repositories/${link.path}`, repository, digest, layer });
    else if (layer) this.#keep(this.inventory.layers, repository, digest);
  }

  #takeTag(link: StoredLink, repository: string, tag: string, indexed: string): void {
    const row = indexed === "" ? this.#current.add() : this.#index.add();
    if (indexed === "") row.write(link.md5.padEnd(32, "0"), "hex");
    else md5Of(`${repository}:${tag}`).copy(row);
    row.writeUInt32BE(this.inventory.numberOf(repository), 16);
    row.writeUInt32BE(this.inventory.tagNames.add(tag), 20);
    row.write(indexed, 24, "hex");
    if (indexed === "") md5Of(`${repository}:${tag}`).copy(this.#whole.add());
  }

  async #readUnsure(): Promise<void> {
    const texts = await this.reader.texts(this.#unsure.map(({ path }) => path));
    for (const { path, repository, digest, layer } of this.#unsure) {
      const isRight = texts.get(path) === `sha256:${digest}`;
      if (isRight && layer) this.#keep(this.inventory.layers, repository, digest);
      // A broken link to a layer is noted when a manifest is found that needs it.
      if (isRight || layer) continue;
      this.suspicions.note({ kind: FaultKind.ManifestLink, path, repository, digest, size: undefined, manifest: true });
    }
    this.#unsure = [];
  }

  #keep(table: PackedTable, repository: string, digest: string): void {
    inRepository(digest, this.inventory.numberOf(repository)).copy(table.add());
  }

  async #resolveTags(): Promise<void> {
    let unsure: { repository: string; tag: string }[] = [];
    for (const row of this.#current.all()) {
      const tag = this.inventory.tagNames.get(row.readUInt32BE(20));
      const index = this.#byMd5.find(row.subarray(0, 16));
      const repository = this.#repositoryOf(row);
      if (index >= 0) this.#keepTag(repository, tag, this.#byMd5.row(index).toString("hex", 16));
      else unsure.push({ repository, tag });
      if (unsure.length < batchSize) continue;
      await this.#readTags(unsure);
      unsure = [];
    }
    await this.#readTags(unsure);
  }

  async #readTags(tags: readonly { repository: string; tag: string }[]): Promise<void> {
    const texts = await this.reader.texts(tags.map(({ repository, tag }) => tagLinkPath(repository, tag)));
    for (const { repository, tag } of tags) {
      const path = tagLinkPath(repository, tag);
      const digest = digestIn(texts.get(path));
      if (digest !== undefined) this.#keepTag(repository, tag, digest);
      else this.suspicions.note({ kind: FaultKind.TagLink, path, repository, tag, digest: undefined, size: undefined, manifest: false });
    }
  }

  #keepTag(repository: string, tag: string, digest: string): void {
    const number = this.inventory.numberOf(repository);
    const row = this.inventory.tags.add();
    inRepository(digest, number).copy(row);
    row.writeUInt32BE(this.inventory.tagNames.add(tag), digestWidth + 4);
    if (this.inventory.manifests.has(inRepository(digest, number))) return;
    const path = manifestLinkPath(repository, digest);
    this.suspicions.note({ kind: FaultKind.ManifestLink, path, repository, tag, digest, size: undefined, manifest: true });
  }

  /** Who pushes to a tag writes what it was, and then what it is: the registry lists a tag that has the one alone, and cannot pull it. */
  #noteTagsWithoutLink(): void {
    for (const row of this.#index.all()) {
      if (this.#whole.has(row.subarray(0, 16))) continue;
      const tag = this.inventory.tagNames.get(row.readUInt32BE(20));
      const repository = this.#repositoryOf(row);
      const path = tagLinkPath(repository, tag);
      const manifest = row.toString("hex", 24);
      this.suspicions.note({
        kind: FaultKind.TagLink,
        path,
        repository,
        tag,
        referrer: manifest,
        digest: undefined,
        size: undefined,
        manifest: false,
      });
    }
  }

  #repositoryOf(row: Buffer): string {
    return this.inventory.nameOf(row.readUInt32BE(16));
  }
}

type Place = { repository: string; tag?: undefined; digest: string; layer: boolean } | { repository: string; tag: string; digest: string };

/** What a path below `repositories/` is; undefined for uploads and the like. The digest is empty for what a tag is now. */
function placeOf(path: string): Place | undefined {
  const link = /^(.+)\/(_layers|_manifests\/revisions)\/sha256\/([0-9a-f]{64})\/link$/.exec(path);
  if (link !== null) return { repository: link[1] ?? "", digest: link[3] ?? "", layer: link[2] === "_layers" };
  const tag = /^(.+)\/_manifests\/tags\/([^/]+)\/(?:current|index\/sha256\/([0-9a-f]{64}))\/link$/.exec(path);
  return tag === null ? undefined : { repository: tag[1] ?? "", tag: tag[2] ?? "", digest: tag[3] ?? "" };
}

/** The digest that a link holds; undefined when it holds none. */
export function digestIn(text: string | undefined): string | undefined {
  return /^sha256:([0-9a-f]{64})$/.exec(text ?? "")?.[1];
}

function md5Of(text: string): Buffer {
  return createHash("md5").update(text).digest();
}
