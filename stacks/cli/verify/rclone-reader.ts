import { randomBytes } from "node:crypto";
import type { StoredBlob, StoredLink, StoreReader } from "ha-registry-core";
import type { ContainerPrograms, Work } from "./container-program";
import type { StartedWith } from "../store-container";

/** Longest file that is taken for a link; links have 71 bytes. */
const longestLink = "1k";

/** Blobs that are read at a time. */
const transfers = 4;

/** rclone's exit code where there is no such directory: nothing was pushed yet. */
const noDirectory = 3;

/** Where it reads, and how fast. */
export interface RcloneOptions extends Pick<StartedWith, "configuration" | "store"> {
  /** Bytes per second, as rclone writes them: `50M`. @default - no limit */
  bandwidth?: string;
}

/** Reads a store through rclone in a container that reaches it. */
export class RcloneReader implements StoreReader {
  readonly #options: string[];
  readonly #store: string;

  constructor(
    private readonly programs: ContainerPrograms,
    { configuration, store, bandwidth }: RcloneOptions,
  ) {
    this.#store = store;
    const limit = bandwidth === undefined ? [] : ["--bwlimit", bandwidth];
    this.#options = ["--config", configuration, "--log-level", "ERROR", "--transfers", String(transfers), ...limit];
  }

  async *listBlobs(): AsyncGenerator<StoredBlob> {
    // The time at which the bucket got it: the other one would take a request for each blob.
    const format = ["--format", "stp", "--time-format", "unix", "--use-server-modtime"];
    for await (const line of this.#list("blobs", ...format)) {
      const match = /^(\d+) (\d+) sha256\/[0-9a-f]{2}\/([0-9a-f]{64})\/data$/.exec(line);
      if (match !== null) yield { size: Number(match[1]), modified: Number(match[2]), digest: match[3] ?? "" };
    }
  }

  async *listLinks(): AsyncGenerator<StoredLink> {
    for await (const line of this.#list("repositories", "--max-size", longestLink, "--format", "shp", "--hash", "MD5")) {
      const match = /^(\d+) ([0-9a-f]{32}|\S*) (.+)$/.exec(line);
      if (match !== null) yield { size: Number(match[1]), md5: match[2] ?? "", path: match[3] ?? "" };
    }
  }

  async sizes(paths: readonly string[]): Promise<Map<string, number>> {
    const sizes = new Map<string, number>();
    if (paths.length === 0) return sizes;
    const listed = ["lsf", "--recursive", "--files-only", "--format", "sp", "--separator", " "];
    for await (const line of this.programs.lines({ ...this.#rclone(listed, this.#store, paths), codes: [0, noDirectory] })) {
      const space = line.indexOf(" ");
      sizes.set(line.slice(space + 1), Number(line.slice(0, space)));
    }
    return sizes;
  }

  async texts(paths: readonly string[]): Promise<Map<string, string>> {
    const texts = new Map<string, string>();
    if (paths.length === 0) return texts;
    const copy = ["copy", "--no-check-dest"];
    const { shell, ...work } = this.#rclone(copy, this.#store, paths, '"$list.d"');
    // First the size of every file, then its first line: a file that ends in the middle of nowhere is told from one that ends with its line.
    const tell = `cd "$list.d" && find . -type f -exec stat -c '%s %n' {} +; grep -r -m 1 '' .`;
    const codes = [0, noDirectory]; // what looks as if it were not there for any other reason would be called a fault
    const sizes = new Map<string, number>();
    for await (const line of this.programs.lines({ ...work, shell: `mkdir "$list.d"; ${shell}; code=$?; ${tell}; exit $code`, codes })) {
      const [, size, sized = "", path = "", text = ""] = /^(?:(\d+) \.\/(.*)|\.\/([^:]*):(.*))$/.exec(line) ?? [];
      if (size !== undefined) {
        sizes.set(sized, Number(size));
        texts.set(sized, "");
      } else {
        texts.set(path, sizes.get(path) === Buffer.byteLength(text) ? text : `${text}\n`);
      }
    }
    return texts;
  }

  contents(paths: readonly string[]): AsyncGenerator<Buffer> {
    const separator = randomBytes(24).toString("base64url");
    return this.programs.pieces(Buffer.from(separator), this.#rclone(["cat", "--separator", separator], this.#store, paths));
  }

  async *digests(paths: readonly string[]): AsyncGenerator<{ path: string; digest: string }> {
    if (paths.length === 0) return;
    // --download: bandwidth is limited only that way, and a bucket has no SHA-256 of its own.
    for await (const line of this.programs.lines(this.#rclone(["hashsum", "sha256", "--download"], this.#store, paths))) {
      const match = /^([0-9a-f]{64}) {2}(.+)$/.exec(line);
      if (match !== null) yield { digest: match[1] ?? "", path: match[2] ?? "" };
    }
  }

  #list(directory: string, ...format: string[]): AsyncGenerator<string> {
    const args = ["lsf", "--recursive", "--files-only", "--separator", " ", ...format];
    return this.programs.lines({ ...this.#rclone(args, `${this.#store}/${directory}`), codes: [0, noDirectory] });
  }

  /** rclone with its arguments, on all of a directory or on a list of files in it. */
  #rclone(args: readonly string[], directory: string, list?: readonly string[], target = ""): Work {
    const files = list === undefined ? "" : ' --files-from-raw "$list"';
    return {
      shell: `rclone "$@"${files} ${target}`,
      args: [...args, ...this.#options, directory],
      ...(list === undefined ? {} : { list }),
    };
  }
}
