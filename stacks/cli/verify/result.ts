import type { Fault, Orphan, Verification, VerifyProgress } from "ha-registry-core";

/** How many orphans are listed for people. */
const listedOrphans = 10;

/** How a verification ended, with when it began. */
export interface Result extends Verification {
  /** Name of the environment. */
  environment: string;
  /** `sound` or `faulty`. */
  result: "sound" | "faulty";
  /** When it began, as `2026-11-27T02:30:00.000Z`; that of the first run, when it was gone on with. */
  started: string;
  /** How long this run took. */
  seconds: number;
}

/** The result for people: faults first, one line each. */
export function describe(result: Result): string {
  const { environment, faults, orphans, repositories, tags, manifests, references, blobs, verifiedBlobs, verifiedBytes, seconds } = result;
  const looked = `${count(repositories, "repository", "repositories")}, ${count(tags, "tag")}, ${count(manifests, "manifest")}, ${count(references, "reference")}`;
  const bytes = `the bytes of ${verifiedBlobs} of ${count(blobs, "blob")} (${size(verifiedBytes)}) are right`;
  const verdict = faults.length === 0 ? "sound" : count(faults.length, "fault");
  return [
    ...faults.map((fault) => `${placeOf(fault)}: ${fault.message}`),
    ...(faults.some(({ digest, path, kind }) => digest !== undefined && path.startsWith("blobs/") && kind !== "size") && orphans.length > 0
      ? ["orphans may belong to a manifest that cannot be read"]
      : []),
    ...describeOrphans(orphans),
    `${environment}: ${verdict}: ${looked}; ${bytes}; ${seconds} s`,
    "",
  ].join("\n");
}

/** How far it is, for people. */
export function describeProgress({ manifests, allManifests, blobs, allBlobs, bytes, allBytes }: VerifyProgress): string {
  if (allManifests === 0) return "listing the store";
  if (allBlobs === 0) return `${manifests} of ${count(allManifests, "manifest")}`;
  return `${blobs} of ${count(allBlobs, "blob")}, ${size(bytes)} of ${size(allBytes)}`;
}

/** What cannot be pulled because of it. */
function placeOf({ repository, tags, manifests }: Fault): string {
  if (repository === undefined) return "no repository";
  if (tags.length > 0) return `${repository}:${tags.join(", ")}`;
  return manifests[0] === undefined ? repository : `${repository}@${manifests[0]}`;
}

function describeOrphans(orphans: readonly Orphan[]): string[] {
  if (orphans.length === 0) return [];
  const bytes = orphans.reduce((sum, each) => sum + each.size, 0);
  const listed = orphans.slice(0, listedOrphans).map(({ digest, size: each }) => `  ${digest} ${size(each)}`);
  const more = orphans.length > listedOrphans ? ["  … (--json lists all of them)"] : [];
  return [
    `${count(orphans.length, "orphan")}, which no manifest refers to, ${size(bytes)}; garbage collection removes them:`,
    ...listed,
    ...more,
  ];
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, bytes === 0 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
