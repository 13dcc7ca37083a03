import { createCipheriv, createHash, type Hash } from "node:crypto";

const KIB = 1024;

/** Size of a small blob: a configuration or a thin layer. */
export const smallBytes = 64 * KIB;

/** Size of a middling blob: a death meets it on its way more often than not. */
export const mediumBytes = 32 * KIB * KIB;

/** Size of a large blob: it takes longer than any step of a roll. */
export const largeBytes = 200 * KIB * KIB;

/** A blob that can be sent again and again without being made again. */
export interface Body {
  /** Length in bytes. */
  size: number;
  /** `sha256:` and 64 hexadecimal digits. */
  digest: string;
  /** The bytes from `start` to before `end`. */
  chunks(start: number, end: number): Iterable<Buffer>;
}

/** A body of the given bytes. */
export function bodyOf(bytes: Buffer): Body {
  return { size: bytes.length, digest: digestOf(createHash("sha256").update(bytes)), chunks: (start, end) => [bytes.subarray(start, end)] };
}

/**
 * Incompressible bodies of one size that differ in their last bytes only, so that each is new to a registry and none costs more
 * than the first: the digest of what they share is computed once.
 */
export class BodyFamily {
  readonly #shared: Buffer;
  readonly #hash: Hash;
  readonly #tailBytes = 64;

  /** @param size Length of each body in bytes. */
  constructor(
    readonly size: number,
    seed = 1,
  ) {
    this.#shared = pseudoRandom(size - this.#tailBytes, seed);
    this.#hash = createHash("sha256").update(this.#shared);
  }

  /** Body number `index`; equal for equal size, seed and index. */
  body(index: number): Body {
    const tail = Buffer.alloc(this.#tailBytes, `body ${index};`);
    const shared = this.#shared;
    return {
      size: this.size,
      digest: digestOf(this.#hash.copy().update(tail)),
      chunks: (start, end) => slices(shared, tail, start, end),
    };
  }
}

/** `size` bytes that no compression makes smaller, equal for equal seeds (AES in counter mode). */
export function pseudoRandom(size: number, seed: number): Buffer {
  const key = createHash("sha256").update(`seed ${seed}`).digest().subarray(0, 16);
  const stream = createCipheriv("aes-128-ctr", key, Buffer.alloc(16));
  return Buffer.concat([stream.update(Buffer.alloc(size)), stream.final()]);
}

/** Digest of what went into `hash`, as registries write it. */
export function digestOf(hash: Hash): string {
  return `sha256:${hash.digest("hex")}`;
}

function* slices(shared: Buffer, tail: Buffer, start: number, end: number): Generator<Buffer> {
  const step = 256 * KIB;
  const endOfShared = Math.min(end, shared.length);
  for (let at = start; at < endOfShared; at += step) yield shared.subarray(at, Math.min(at + step, endOfShared));
  if (end > shared.length) yield tail.subarray(Math.max(0, start - shared.length), end - shared.length);
}
