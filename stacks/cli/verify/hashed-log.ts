import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { PackedTable, type HashedBlobs } from "ha-registry-core";

/** What a verification was begun with; one that goes on with it has the same. */
export interface Begun {
  /** When it began, as `2026-11-27T02:30:00.000Z`. */
  started: string;
  /** Repositories, as a pattern. */
  repositories: string;
  /** Share of the blobs, percent. */
  samplePercent: number;
  /** Which ones. */
  seed: number;
}

const digestWidth = 32;

/** How often what was done is written down, milliseconds. */
const writeEvery = 1000;

/** Which blobs a verification has found right, in a file: a line with what it was begun with, then their digests. Who goes on with it does not read them again. */
export class HashedLog implements HashedBlobs {
  readonly #earlier: PackedTable;
  readonly #descriptor: number;
  #unwritten: Buffer[] = [];
  #written = Date.now();

  private constructor(
    private readonly file: string,
    /** What it was begun with. */
    readonly begun: Begun,
    earlier: Buffer,
  ) {
    this.#earlier = new PackedTable(digestWidth);
    for (let at = 0; at < earlier.length; at += digestWidth) earlier.copy(this.#earlier.add(), 0, at, at + digestWidth);
    this.#earlier.sort();
    this.#descriptor = openSync(file, "w", 0o600);
    writeSync(this.#descriptor, Buffer.concat([Buffer.from(`${JSON.stringify(begun)}\n`), earlier]));
  }

  /** Begins a verification. */
  static begin(file: string, begun: Begun): HashedLog {
    return new HashedLog(file, begun, Buffer.alloc(0));
  }

  /** Goes on with the one that was interrupted; undefined when there is none. */
  static resume(file: string): HashedLog | undefined {
    if (!existsSync(file)) return undefined;
    const bytes = readFileSync(file);
    const end = bytes.indexOf("\n");
    if (end < 0) return undefined;
    const begun = JSON.parse(bytes.toString("utf8", 0, end)) as Begun;
    const digests = bytes.subarray(end + 1);
    // A crash may have cut the last digest: it would shift the next ones.
    const whole = digests.subarray(0, digests.length - (digests.length % digestWidth));
    return new HashedLog(file, begun, whole);
  }

  /** How many blobs an earlier run found right. */
  get count(): number {
    return this.#earlier.length;
  }

  has(digest: Buffer): boolean {
    return this.#earlier.has(digest);
  }

  add(digest: Buffer): void {
    this.#unwritten.push(Buffer.from(digest));
    if (Date.now() - this.#written > writeEvery) this.#write();
  }

  /** Ends the writing; the next run can go on. */
  keep(): void {
    this.#write();
    closeSync(this.#descriptor);
  }

  /** Ends the writing; there is nothing to go on with. */
  finish(): void {
    closeSync(this.#descriptor);
    rmSync(this.file, { force: true });
  }

  #write(): void {
    if (this.#unwritten.length > 0) writeSync(this.#descriptor, Buffer.concat(this.#unwritten));
    this.#unwritten = [];
    this.#written = Date.now();
  }
}
