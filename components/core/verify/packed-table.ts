/**
 * Rows of equal length in one buffer, sorted by their first bytes: what takes an object per blob elsewhere takes a few dozen bytes here. Rows are
 * added, then the table is sorted, then it is asked.
 */
export class PackedTable {
  #rows: Buffer;
  #length = 0;

  /**
   * @param width Bytes of a row.
   * @param keyWidth By how many of them rows are sorted.
   */
  constructor(
    readonly width: number,
    readonly keyWidth: number = width,
  ) {
    this.#rows = Buffer.alloc(width * 1024);
  }

  /** How many rows there are. */
  get length(): number {
    return this.#length;
  }

  /** A new row of zeros, to be written to; it may move with the next call. */
  add(): Buffer {
    if ((this.#length + 1) * this.width > this.#rows.length) {
      const larger = Buffer.alloc(this.#rows.length * 2);
      this.#rows.copy(larger);
      this.#rows = larger;
    }
    this.#length++;
    return this.row(this.#length - 1);
  }

  /** Row number `index`; what is written to it is written to the table. */
  row(index: number): Buffer {
    return this.#rows.subarray(index * this.width, (index + 1) * this.width);
  }

  /** Sorts the rows, as they have to be before anything is looked for. */
  sort(): void {
    const order = new Uint32Array(this.#length).map((_, index) => index).sort((a, b) => this.#compareRows(a, b));
    const sorted = Buffer.alloc(Math.max(this.#length, 1) * this.width);
    order.forEach((from, to) => this.row(from).copy(sorted, to * this.width));
    this.#rows = sorted;
  }

  /** Number of the first row that begins with `key`; -1 when there is none. */
  find(key: Buffer): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compareKey(middle, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low < this.#length && this.#compareKey(low, key) === 0 ? low : -1;
  }

  /** Whether any row begins with `key`. */
  has(key: Buffer): boolean {
    return this.find(key) >= 0;
  }

  /** Every row that begins with `key`. */
  *matching(key: Buffer): Generator<Buffer> {
    const first = this.find(key);
    if (first < 0) return;
    for (let index = first; index < this.#length && this.#compareKey(index, key) === 0; index++) yield this.row(index);
  }

  /** Every row. */
  *all(): Generator<Buffer> {
    for (let index = 0; index < this.#length; index++) yield this.row(index);
  }

  #compareRows(a: number, b: number): number {
    const [from, other] = [a * this.width, b * this.width];
    return this.#rows.compare(this.#rows, other, other + this.keyWidth, from, from + this.keyWidth);
  }

  #compareKey(index: number, key: Buffer): number {
    const from = index * this.width;
    return this.#rows.compare(key, 0, key.length, from, from + key.length);
  }
}

/** Short texts, one after the other in one buffer. */
export class PackedTexts {
  #bytes = Buffer.alloc(4096);
  #length = 0;

  /** Keeps a text of at most 255 bytes; returns where it is. */
  add(text: string): number {
    const size = Buffer.byteLength(text);
    while (this.#length + size + 1 > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
    const at = this.#length;
    this.#bytes.writeUInt8(size, at);
    this.#bytes.write(text, at + 1);
    this.#length += size + 1;
    return at;
  }

  /** The text that is kept at `at`. */
  get(at: number): string {
    return this.#bytes.toString("utf8", at + 1, at + 1 + this.#bytes.readUInt8(at));
  }
}
