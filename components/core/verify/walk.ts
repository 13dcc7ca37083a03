import { createHash } from "node:crypto";
import { FaultKind, type Suspicions } from "./fault";
import { batchSize, BlobFlag, digestOf, hasFlag, inRepository, setFlag, sizeOf, type Inventory } from "./inventory";
import { referencesOf, type Reference } from "./manifest";
import { PackedTable } from "./packed-table";
import { blobPath, layerLinkPath, manifestLinkPath, type StoreReader } from "./store-reader";

/** What is no manifest for sure, bytes: the registry takes none above 4 MiB. */
const longestManifest = 8 * 2 ** 20;

/** How many bytes of manifests are asked for at a time. */
const batchBytes = 64 * 2 ** 20;

/** How far a verification is. */
export interface VerifyProgress {
  /** Manifests that were read. */
  manifests: number;
  /** Manifests that there are. */
  allManifests: number;
  /** References of manifests that were followed. */
  references: number;
  /** Blobs whose bytes were looked at, by this run or one that it goes on with. */
  blobs: number;
  /** Blobs whose bytes are to be looked at. */
  allBlobs: number;
  /** Bytes of them. */
  bytes: number;
  /** Bytes that there are to look at. */
  allBytes: number;
}

/** Takes one manifest, and what it refers to. */
type Visit = (digest: string, references: readonly Reference[]) => void;

/** Reads every manifest once, however many repositories have it; `bad` gets those whose bytes did not come, or are not theirs. */
async function readManifests(
  reader: StoreReader,
  inventory: Inventory,
  visit: Visit,
  bad: (digest: string) => void,
  progress?: VerifyProgress,
): Promise<void> {
  const pending = new Set<string>();
  let bytes = 0;
  const readPending = async (): Promise<void> => {
    if (pending.size > 0) {
      for await (const content of reader.contents([...pending].map(blobPath))) {
        const digest = createHash("sha256").update(content).digest("hex");
        if (!pending.delete(digest)) continue;
        visit(digest, referencesOf(content));
        if (progress !== undefined) progress.manifests++;
      }
    }
    pending.forEach(bad);
    pending.clear();
    bytes = 0;
  };
  for (const digest of distinct(inventory.manifests)) {
    const blob = inventory.blob(digest);
    if (blob === undefined || sizeOf(blob) > longestManifest) {
      bad(digest);
      continue;
    }
    pending.add(digest);
    bytes += sizeOf(blob);
    if (pending.size >= batchSize || bytes >= batchBytes) await readPending();
  }
  await readPending();
}

/** Digests of a table, each once. */
function* distinct(table: PackedTable): Generator<string> {
  let last = "";
  for (const row of table.all()) {
    const digest = digestOf(row);
    if (digest !== last) yield digest;
    last = digest;
  }
}

/**
 * Follows every manifest to what it refers to.
 *
 * @returns which index names which manifest: the digest of the manifest, then that of the index.
 */
export async function followManifests(
  reader: StoreReader,
  inventory: Inventory,
  suspicions: Suspicions,
  progress: VerifyProgress,
): Promise<PackedTable> {
  const parents = new PackedTable(64, 32);
  for (const digest of distinct(inventory.manifests)) {
    mark(inventory, digest, BlobFlag.Manifest, BlobFlag.Referenced);
    progress.allManifests++;
  }
  const visit: Visit = (digest, references) => {
    mark(inventory, digest, BlobFlag.Verified);
    for (const reference of references) {
      mark(inventory, reference.digest, BlobFlag.Referenced);
      if (reference.manifest) parents.add().write(reference.digest + digest, "hex");
    }
    for (const row of inventory.manifests.matching(Buffer.from(digest, "hex"))) {
      for (const reference of references) follow(inventory, suspicions, inventory.repositoryOf(row), digest, reference);
      progress.references += references.length;
    }
  };
  const bad = (digest: string): void => {
    for (const row of inventory.manifests.matching(Buffer.from(digest, "hex"))) {
      const repository = inventory.repositoryOf(row);
      suspicions.note({ kind: FaultKind.Digest, path: blobPath(digest), repository, digest, size: undefined, manifest: true });
    }
  };
  await readManifests(reader, inventory, visit, bad, progress);
  parents.sort();
  return parents;
}

/** One reference of a manifest in one repository. */
function follow(inventory: Inventory, suspicions: Suspicions, repository: string, referrer: string, reference: Reference): void {
  const { digest, size, manifest, foreign } = reference;
  const blob = inventory.blob(digest);
  if (blob === undefined && foreign) return;
  const about = { repository, digest, manifest, referrer };
  if (blob === undefined || (size !== undefined && sizeOf(blob) !== size)) {
    suspicions.note({ ...about, kind: FaultKind.Missing, path: blobPath(digest), size });
  }
  const key = inRepository(digest, inventory.numberOf(repository));
  if (manifest && !inventory.manifests.has(key)) {
    suspicions.note({ ...about, kind: FaultKind.ManifestLink, path: manifestLinkPath(repository, digest), size: undefined });
  }
  if (!manifest && !foreign && !inventory.layers.has(key)) {
    suspicions.note({ ...about, kind: FaultKind.LayerLink, path: layerLinkPath(repository, digest), size: undefined });
  }
}

function mark(inventory: Inventory, digest: string, ...flags: BlobFlag[]): void {
  const row = inventory.blob(digest);
  if (row !== undefined) for (const flag of flags) setFlag(row, flag);
}

/** Says for which manifests of which repositories bytes are not right. */
export async function nameReferrers(
  reader: StoreReader,
  inventory: Inventory,
  suspicions: Suspicions,
  bad: ReadonlySet<string>,
): Promise<void> {
  const visit: Visit = (referrer, references) => {
    for (const { digest, size, manifest } of references.filter((each) => bad.has(each.digest))) {
      for (const row of inventory.manifests.matching(Buffer.from(referrer, "hex"))) {
        const repository = inventory.repositoryOf(row);
        suspicions.note({ kind: FaultKind.Digest, path: blobPath(digest), repository, digest, referrer, size, manifest });
      }
    }
  };
  const referenced = [...bad].filter((digest) => hasFlag(inventory.blob(digest) ?? Buffer.alloc(43), BlobFlag.Referenced));
  if (referenced.length > 0) await readManifests(reader, inventory, visit, () => undefined);
  for (const digest of bad) {
    if (referenced.includes(digest)) continue;
    suspicions.note({ kind: FaultKind.Digest, path: blobPath(digest), repository: undefined, digest, size: undefined, manifest: false });
  }
}
