import { Suspicions, type Fault } from "./fault";
import { hashBlobs, type HashedBlobs } from "./hash";
import { BlobFlag, digestOf, hasFlag, modifiedOf, sizeOf, takeInventory, type Inventory } from "./inventory";
import { lookAgain } from "./second-look";
import type { StoreReader } from "./store-reader";
import { followManifests, nameReferrers, type VerifyProgress } from "./walk";

/** Age from which a blob that nothing refers to is an orphan, seconds: a push may have sent it. */
export const orphanAgeSeconds = 86_400;

/** What is verified. */
export interface VerifyOptions {
  /** Repositories; `*` stands for any characters. @default "*" */
  repositories?: string;
  /** Share of the blobs whose bytes are looked at, percent; existence and sizes are of all. @default 100 */
  samplePercent?: number;
  /** Which blobs are in the sample, 0 to 2^32 - 1. @default 0 */
  seed?: number;
  /** Blobs that were found right by a run that this one goes on with. @default - none */
  hashed?: HashedBlobs;
  /** The time, seconds since 1970. */
  now: number;
  /** Is kept up to date. @default - nobody looks */
  progress?: VerifyProgress;
}

/** A blob that no manifest refers to. */
export interface Orphan {
  /** `sha256:` and 64 hexadecimal digits. */
  digest: string;
  /** Bytes. */
  size: number;
  /** When it was written, seconds since 1970. */
  modified: number;
}

/** What a verification found. */
export interface Verification {
  /** Repositories that were looked at. */
  repositories: number;
  /** Their tags. */
  tags: number;
  /** Their manifests, each counted once. */
  manifests: number;
  /** References of their manifests that were followed, in every repository. */
  references: number;
  /** Blobs in the whole store. */
  blobs: number;
  /** Bytes of them. */
  bytes: number;
  /** Blobs whose bytes were looked at and found right, manifests too. */
  verifiedBlobs: number;
  /** Bytes of them. */
  verifiedBytes: number;
  /** What is wrong. */
  faults: Fault[];
  /** Blobs that nothing refers to, older than a day. Not looked for where only some repositories are. */
  orphans: Orphan[];
}

/** A verification that has not begun. */
export function noProgress(): VerifyProgress {
  return { manifests: 0, allManifests: 0, references: 0, blobs: 0, allBlobs: 0, bytes: 0, allBytes: 0 };
}

/**
 * Verifies a store while it is in use: every tag, every manifest (also without a tag: it can be pulled by its digest), everything that manifests
 * refer to, and the bytes of all blobs, or of some of them. It reads only.
 */
export async function verifyStore(reader: StoreReader, options: VerifyOptions): Promise<Verification> {
  const { repositories = "*", samplePercent = 100, seed = 0, hashed = noHashedBlobs, now, progress = noProgress() } = options;
  const suspicions = new Suspicions();
  const inventory = await takeInventory(reader, matcher(repositories), suspicions);
  const parents = await followManifests(reader, inventory, suspicions, progress);
  const referencedOnly = repositories !== "*";
  const bad = await hashBlobs(reader, inventory, { samplePercent, seed, referencedOnly, hashed }, progress);
  if (bad.size > 0) await nameReferrers(reader, inventory, suspicions, bad);
  const faults = await lookAgain(reader, inventory, parents, suspicions.all());
  return {
    repositories: inventory.repositoryCount,
    tags: inventory.tags.length,
    manifests: progress.allManifests,
    references: progress.references,
    ...totals(inventory),
    faults,
    orphans: referencedOnly ? [] : [...orphans(inventory, now - orphanAgeSeconds)],
  };
}

const noHashedBlobs: HashedBlobs = { has: () => false, add: () => undefined };

/** Whether a name fits a pattern in which `*` stands for any characters. */
export function matcher(pattern: string): (name: string) => boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const expression = new RegExp(`^${parts.join(".*")}$`);
  return (name) => expression.test(name);
}

function totals(inventory: Inventory): Pick<Verification, "blobs" | "bytes" | "verifiedBlobs" | "verifiedBytes"> {
  const sums = { blobs: 0, bytes: 0, verifiedBlobs: 0, verifiedBytes: 0 };
  for (const row of inventory.blobs.all()) {
    sums.blobs++;
    sums.bytes += sizeOf(row);
    if (!hasFlag(row, BlobFlag.Verified)) continue;
    sums.verifiedBlobs++;
    sums.verifiedBytes += sizeOf(row);
  }
  return sums;
}

function* orphans(inventory: Inventory, before: number): Generator<Orphan> {
  for (const row of inventory.blobs.all()) {
    if (hasFlag(row, BlobFlag.Referenced) || modifiedOf(row) >= before) continue;
    yield { digest: `sha256:${digestOf(row)}`, size: sizeOf(row), modified: modifiedOf(row) };
  }
}
