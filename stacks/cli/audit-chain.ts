import { createHash } from "node:crypto";

/** What is wrong with an audit log, and where. */
export interface Finding {
  /** File of events or of seals. */
  file: string;
  /** First byte that is concerned. @default - the whole file */
  from?: number;
  /** The byte after the last. @default - the end of the file */
  to?: number;
  message: string;
}

/** A file of seals. */
export interface SealFile {
  /** Name, as `2026-11-27.jsonl`. */
  name: string;
  text: string;
}

/** Bytes of a file of events that one seal stands for. */
export interface Segment {
  from: number;
  to: number;
  sha256: string;
}

/** What seals say. */
export interface Chain {
  /** Segments of each file of events, in order. */
  segments: Map<string, Segment[]>;
  /** Seals that are there. */
  count: number;
  findings: Finding[];
}

/** A seal as it is written: of bytes, or of the removal of a day that was kept for long enough. */
interface Seal {
  seal: number;
  previous: string;
  file?: string;
  from?: number;
  to?: number;
  sha256?: string;
  removed?: string;
  through?: number;
  head?: string;
}

const beginning = "0".repeat(64);

/** Follows the chain of seals, in the order of their files. What comes after a break is followed again, so that all breaks are found. */
export function followChain(files: readonly SealFile[]): Chain {
  const lines = files.flatMap(({ name, text }) =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => ({ file: name, line, seal: parseSeal(line) })),
  );
  const chain: Chain = { segments: new Map(), count: lines.length, findings: [] };
  const removals = lines.flatMap(({ seal }) => (seal?.removed === undefined ? [] : [seal]));
  let expected: { number: number; head: string } | undefined;
  for (const { file, line, seal } of lines) {
    const find = (message: string): void => void chain.findings.push({ file: `seals/${file}`, message });
    if (seal === undefined) {
      find(`is no seal: ${line.slice(0, 80)}`);
      continue;
    }
    if (expected === undefined) {
      const begins = seal.seal === 1 && seal.previous === beginning;
      const rest = removals.some(({ through, head }) => through === seal.seal - 1 && head === seal.previous);
      if (!begins && !rest) find(`seals before number ${seal.seal} were taken out`);
    } else if (seal.seal !== expected.number) {
      find(
        seal.seal > expected.number ? `seals ${expected.number} to ${seal.seal - 1} were taken out` : `seal ${seal.seal} is out of place`,
      );
    } else if (seal.previous !== expected.head) {
      find(`seal ${seal.seal - 1}, or what came before it, was altered`);
    }
    expected = { number: seal.seal + 1, head: createHash("sha256").update(`${line}\n`).digest("hex") };
    if (seal.file !== undefined) addSegment(chain, seal, find);
  }
  return chain;
}

function addSegment({ segments }: Chain, { seal, file = "", from = 0, to = 0, sha256 = "" }: Seal, find: (message: string) => void): void {
  const known = segments.get(file) ?? [];
  segments.set(file, [...known, { from, to, sha256 }]);
  const reached = known.at(-1)?.to ?? 0;
  if (from !== reached) find(`seal ${seal} begins at byte ${from} of ${file}, and the one before it ended at ${reached}`);
}

function parseSeal(line: string): Seal | undefined {
  try {
    const seal = JSON.parse(line) as Partial<Seal>;
    return typeof seal.seal === "number" && typeof seal.previous === "string"
      ? { ...seal, seal: seal.seal, previous: seal.previous }
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Holds the bytes of a file of events against its seals. What is altered is named by segment, a minute's events.
 *
 * @param name Name of the file.
 * @param content Its bytes; undefined when it is not there.
 * @param grows Whether it is the file that is written to, so that its end may not be sealed yet.
 */
export async function verifyFile(
  name: string,
  segments: readonly Segment[],
  content: AsyncIterable<Buffer> | undefined,
  grows: boolean,
): Promise<Finding[]> {
  const file = `events/${name}`;
  const sealed = segments.at(-1)?.to ?? 0;
  if (content === undefined) return [{ file, from: 0, to: sealed, message: "was removed" }];
  const findings: Finding[] = [];
  let [index, position, hash] = [0, 0, createHash("sha256")];
  for await (const chunk of content) {
    let rest = chunk;
    while (rest.length > 0) {
      const segment = segments[index];
      const piece = segment === undefined ? rest : rest.subarray(0, segment.to - position);
      hash.update(piece);
      position += piece.length;
      rest = rest.subarray(piece.length);
      if (segment === undefined || position < segment.to) continue;
      if (hash.digest("hex") !== segment.sha256) findings.push({ file, from: segment.from, to: segment.to, message: "was altered" });
      [index, hash] = [index + 1, createHash("sha256")];
    }
  }
  if (position < sealed) findings.push({ file, from: position, to: sealed, message: "was cut off" });
  if (position > sealed && !grows) findings.push({ file, from: sealed, to: position, message: "was added, and never sealed" });
  return findings;
}

/** `2026-11-27.0001.jsonl` for `2026-11-27.0001.jsonl.gz`: seals are of what was not compressed yet. */
export function plainName(file: string): string {
  return file.replace(/\.gz$/, "");
}
