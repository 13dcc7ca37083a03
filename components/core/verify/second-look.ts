import { FaultKind, isLink, type Fault, type Suspicion } from "./fault";
import { batchSize, digestIn, inRepository, type Inventory } from "./inventory";
import type { PackedTable } from "./packed-table";
import { manifestLinkPath, tagIndexPath, tagLinkPath, type StoreReader } from "./store-reader";

/**
 * Looks again at what looks wrong: what was pushed or deleted meanwhile is no fault.
 *
 * @param parents Which index names which manifest.
 */
export async function lookAgain(
  reader: StoreReader,
  inventory: Inventory,
  parents: PackedTable,
  suspicions: readonly Suspicion[],
): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (let from = 0; from < suspicions.length; from += batchSize / 4) {
    const batch = suspicions.slice(from, from + batchSize / 4);
    const look = await SecondLook.at(reader, batch);
    for (const suspicion of batch) {
      const finding = look.find(suspicion);
      if (finding !== undefined) faults.push(named(inventory, parents, suspicion, finding));
    }
  }
  return faults.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

interface Finding {
  kind: FaultKind;
  /** What is wrong, for people, as `is missing`. */
  words: string;
}

/** How things are now. */
class SecondLook {
  private constructor(
    private readonly sizes: Map<string, number>,
    private readonly texts: Map<string, string>,
    private readonly digests: Map<string, string>,
  ) {}

  static async at(reader: StoreReader, suspicions: readonly Suspicion[]): Promise<SecondLook> {
    const bytes = suspicions.filter(({ kind }) => !isLink(kind)).map(({ path }) => path);
    const links = suspicions.filter(({ kind }) => isLink(kind)).map(({ path }) => path);
    const tags = suspicions.flatMap((suspicion) => tagsNeeding(suspicion));
    const texts = await reader.texts([...new Set([...links, ...tags])]);
    const digests = new Map<string, string>();
    for await (const { path, digest } of reader.digests([...new Set(bytes)])) digests.set(path, digest);
    // Last: what goes between two looks must not seem to be needed still.
    const sizes = await reader.sizes([...new Set([...bytes, ...suspicions.flatMap((suspicion) => filesNeeding(suspicion))])]);
    return new SecondLook(sizes, texts, digests);
  }

  /** What is wrong still; undefined when nothing is, or when nothing needs it any more. */
  find(suspicion: Suspicion): Finding | undefined {
    const isNeeded =
      filesNeeding(suspicion).some((path) => this.sizes.has(path)) ||
      tagsNeeding(suspicion).some((path) => this.texts.get(path) === `sha256:${suspicion.digest}`);
    if (!isNeeded) return undefined;
    return isLink(suspicion.kind) ? this.#findLink(suspicion) : this.#findBytes(suspicion);
  }

  #findLink({ kind, path, digest }: Suspicion): Finding | undefined {
    const text = this.texts.get(path);
    const isRight = digest === undefined ? digestIn(text) !== undefined : text === `sha256:${digest}`;
    if (isRight) return undefined;
    if (text === undefined) return { kind, words: "is missing" };
    return { kind, words: text === "" ? "is empty" : `holds ${JSON.stringify(text.slice(0, 80))}` };
  }

  #findBytes({ path, digest, size: wanted }: Suspicion): Finding | undefined {
    const size = this.sizes.get(path);
    if (size === undefined) return { kind: FaultKind.Missing, words: "is missing" };
    if (wanted !== undefined && size !== wanted) {
      return { kind: FaultKind.Size, words: `has ${size} bytes instead of ${wanted}` };
    }
    const found = this.digests.get(path);
    if (found === digest) return undefined;
    if (found === undefined) return { kind: FaultKind.Unreadable, words: `cannot be read, all ${size} bytes of it` };
    return { kind: FaultKind.Digest, words: `is altered: its ${size} bytes have the digest sha256:${found}` };
  }
}

/** Files that are there as long as anybody may ask for it. */
function filesNeeding({ kind, path, repository, digest, tags, manifests, manifest }: Suspicion): string[] {
  if (repository === undefined) return [path];
  if (kind === FaultKind.TagLink) {
    const past = [...manifests].flatMap((each) => [...tags].map((tag) => tagIndexPath(repository, tag, each)));
    return [path, ...past];
  }
  const own = manifest && digest !== undefined ? [manifestLinkPath(repository, digest)] : [];
  return [...own, ...[...manifests].map((each) => manifestLinkPath(repository, each))];
}

/** Links of tags by which somebody may ask for it, as long as they hold its digest. */
function tagsNeeding({ kind, repository, tags }: Suspicion): string[] {
  return repository === undefined || kind === FaultKind.TagLink ? [] : [...tags].map((tag) => tagLinkPath(repository, tag));
}

/** The fault, with every tag by which somebody may meet it. */
function named(inventory: Inventory, parents: PackedTable, suspicion: Suspicion, { kind, words }: Finding): Fault {
  const { repository, digest, path, manifest } = suspicion;
  const tags = [...suspicion.tags];
  const manifests = kind === FaultKind.TagLink ? [] : [...suspicion.manifests];
  if (repository !== undefined) {
    const from = [...manifests, ...(manifest && digest !== undefined ? [digest] : [])];
    for (const each of withParents(parents, from)) {
      const key = inRepository(each, inventory.numberOf(repository));
      for (const row of inventory.tags.matching(key)) tags.push(inventory.tagNames.get(row.readUInt32BE(36)));
    }
  }
  return {
    kind,
    ...(repository === undefined ? {} : { repository }),
    tags: [...new Set(tags)].sort(),
    manifests: manifests.map((each) => `sha256:${each}`).sort(),
    ...(digest === undefined ? {} : { digest: `sha256:${digest}` }),
    path,
    message: `${subjectOf(kind, manifest, digest, [...suspicion.tags])} ${words}`,
  };
}

function subjectOf(kind: FaultKind, manifest: boolean, digest = "", [tag = ""]: readonly string[]): string {
  const what = manifest ? "manifest" : "blob";
  if (kind === FaultKind.TagLink) return `the link of tag ${tag}`;
  return isLink(kind) ? `the link to ${what} sha256:${digest}` : `${what} sha256:${digest}`;
}

/** The digests, and those of every index above them. */
function withParents(parents: PackedTable, digests: readonly string[]): Set<string> {
  const all = new Set(digests);
  for (const digest of all) {
    for (const row of parents.matching(Buffer.from(digest, "hex"))) all.add(row.toString("hex", 32)); // what is added is come to
  }
  return all;
}

function sortKey({ repository = "", tags, path }: Fault): string {
  return `${repository} ${tags[0] ?? ""} ${path}`;
}
