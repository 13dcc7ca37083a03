import { BlobFlag, digestOf, hasFlag, setFlag, sizeOf, type Inventory } from "./inventory";
import { blobPath, type StoreReader } from "./store-reader";
import type { VerifyProgress } from "./walk";

/** How many blobs are hashed at a time. */
const batchBlobs = 10_000;

/** Which blobs an earlier run, or this one, found right. */
export interface HashedBlobs {
  /** Whether an earlier run did. */
  has(digest: Buffer): boolean;
  /** Notes that this run did. */
  add(digest: Buffer): void;
}

/** Which blobs are looked at. */
export interface HashOptions {
  /** Share of them, percent. */
  samplePercent: number;
  /** Says which ones of them, 0 to 2^32 - 1: digests are as good as drawn by lot, so that an offset makes another choice. */
  seed: number;
  /** Whether blobs that no manifest refers to are left out. */
  referencedOnly: boolean;
  /** What was done already. */
  hashed: HashedBlobs;
}

/**
 * Looks at the bytes of blobs. Manifests have been read already.
 *
 * @returns digests of those whose bytes did not come, or are others.
 */
export async function hashBlobs(
  reader: StoreReader,
  inventory: Inventory,
  options: HashOptions,
  progress: VerifyProgress,
): Promise<Set<string>> {
  const bad = new Set<string>();
  for (const row of chosen(inventory, options)) {
    progress.allBlobs++;
    progress.allBytes += sizeOf(row);
  }
  let batch: string[] = [];
  const hashBatch = async (): Promise<void> => {
    if (batch.length > 0) await hash(reader, inventory, options.hashed, batch, progress, bad);
    batch = [];
  };
  for (const row of chosen(inventory, options)) {
    if (options.hashed.has(row.subarray(0, 32))) found(row, progress);
    else batch.push(digestOf(row));
    if (batch.length >= batchBlobs) await hashBatch();
  }
  await hashBatch();
  return bad;
}

function* chosen(inventory: Inventory, { samplePercent, seed, referencedOnly }: HashOptions): Generator<Buffer> {
  const limit = (samplePercent / 100) * 2 ** 32;
  for (const row of inventory.blobs.all()) {
    if (hasFlag(row, BlobFlag.Manifest) || (referencedOnly && !hasFlag(row, BlobFlag.Referenced))) continue;
    if ((row.readUInt32BE(0) + seed) % 2 ** 32 < limit) yield row;
  }
}

async function hash(
  reader: StoreReader,
  inventory: Inventory,
  hashed: HashedBlobs,
  digests: readonly string[],
  progress: VerifyProgress,
  bad: Set<string>,
): Promise<void> {
  const unseen = new Set(digests);
  for await (const { path, digest } of reader.digests(digests.map(blobPath))) {
    if (path !== blobPath(digest) || !unseen.delete(digest)) continue;
    const row = inventory.blob(digest);
    if (row === undefined) continue;
    found(row, progress);
    hashed.add(row.subarray(0, 32));
  }
  for (const digest of unseen) bad.add(digest);
}

function found(row: Buffer, progress: VerifyProgress): void {
  setFlag(row, BlobFlag.Verified);
  progress.blobs++;
  progress.bytes += sizeOf(row);
}
