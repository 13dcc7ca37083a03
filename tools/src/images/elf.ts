import { readFile } from "node:fs/promises";

/** What an ELF file wants loaded beside itself. */
export interface ElfNeeds {
  /** Path of the dynamic loader, as `/lib64/ld-linux-x86-64.so.2`. None in libraries and static programs. */
  interpreter?: string;
  /** Names of shared libraries, as `libssl.so.3`. */
  libraries: string[];
}

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NULL = 0n;
const DT_NEEDED = 1n;
const DT_STRTAB = 5n;

interface Segment {
  type: number;
  offset: number;
  address: number;
  size: number;
}

/**
 * Reads what a program or library is linked against, without running anything of it. Layout: System V ABI, chapters 4 and 5
 * ("Object Files", "Program Loading and Dynamic Linking"), 64 bit, little endian.
 *
 * @throws {Error} when the file is no such ELF file.
 */
export async function readElfNeeds(file: string): Promise<ElfNeeds> {
  const bytes = await readFile(file);
  const is64LittleEndian = bytes.length > 64 && bytes.readUInt32BE(0) === 0x7f454c46 && bytes[4] === 2 && bytes[5] === 1;
  if (!is64LittleEndian) throw new Error(`${file} is no 64-bit little-endian ELF file`);

  const segments = readSegments(bytes);
  const interpreter = segments.find(({ type }) => type === PT_INTERP);
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  return {
    ...(interpreter && { interpreter: text(bytes, interpreter.offset) }),
    libraries: dynamic ? readNeeded(bytes, segments, dynamic) : [],
  };
}

function readSegments(bytes: Buffer): Segment[] {
  const table = Number(bytes.readBigUInt64LE(32));
  const entrySize = bytes.readUInt16LE(54);
  return Array.from({ length: bytes.readUInt16LE(56) }, (_, i) => {
    const entry = table + i * entrySize;
    return {
      type: bytes.readUInt32LE(entry),
      offset: Number(bytes.readBigUInt64LE(entry + 8)),
      address: Number(bytes.readBigUInt64LE(entry + 16)),
      size: Number(bytes.readBigUInt64LE(entry + 32)),
    };
  });
}

function readNeeded(bytes: Buffer, segments: readonly Segment[], dynamic: Segment): string[] {
  const names: number[] = [];
  let strings = 0;
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 16) {
    const [tag, value] = [bytes.readBigUInt64LE(at), Number(bytes.readBigUInt64LE(at + 8))];
    if (tag === DT_NULL) break;
    if (tag === DT_NEEDED) names.push(value);
    if (tag === DT_STRTAB) strings = fileOffset(segments, value);
  }
  return names.map((name) => text(bytes, strings + name));
}

/** Where the byte that is loaded at `address` lies in the file. */
function fileOffset(segments: readonly Segment[], address: number): number {
  const segment = segments.find((s) => s.type === PT_LOAD && s.address <= address && address < s.address + s.size);
  if (segment === undefined) throw new Error(`no segment of the ELF file is loaded at address ${address}`);
  return segment.offset + address - segment.address;
}

function text(bytes: Buffer, start: number): string {
  return bytes.toString("latin1", start, bytes.indexOf(0, start));
}
