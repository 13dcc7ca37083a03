import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import type { DockerCli } from "ha-registry-tools";
import { Failure } from "../exit";

/**
 * Runs a program in a container, at the lowest priority. Its list of files comes from standard input, so many lines. It ends with whoever started
 * it: when standard input is closed, it is ended, for a program that `docker exec` started would go on by itself.
 */
const script = `
umask 077
exec 3<&0
export list=/tmp/verify.$$
head -n "$1" <&3 > "$list"
work=$2
shift 2
renice -n 19 -p $$ > /dev/null 2>&1
setsid sh -c "$work" sh "$@" 3<&- &
program=$!
(while read -r line; do :; done <&3; kill -TERM -$program || kill -TERM $program) > /dev/null 2>&1 &
watcher=$!
wait $program
code=$?
kill $watcher 2> /dev/null
rm -rf "$list" "$list.d"
echo "ended $code" >&2
`;

/** From this exit code on, the program was not found, or was killed. */
const brokenCode = 126;

/** What is run, and with what. */
export interface Work {
  /** Line of shell; `$list` is the path of the list of files. */
  shell: string;
  /** Its arguments. */
  args: readonly string[];
  /** Paths in the list. @default - none */
  list?: readonly string[];
  /** Exit codes that are no failure. @default - every one of a program that came to its end */
  codes?: readonly number[];
}

/** A container in which programs are run. */
export class ContainerPrograms {
  /** @param signal Ends whatever runs. */
  constructor(
    private readonly docker: DockerCli,
    private readonly container: string,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Runs a program; yields what it writes to standard output.
   *
   * @throws {Failure} when it did not come to its end, or to one that is none of `codes`.
   */
  async *run({ shell, args, list = [], codes }: Work): AsyncGenerator<Buffer> {
    this.signal.throwIfAborted();
    // A group of its own: a terminal's Ctrl-C would end it before it has ended what runs in the container.
    const child = spawn(
      "docker",
      ["exec", "--interactive", this.container, "sh", "-c", script, "sh", String(list.length), shell, ...args],
      {
        env: { ...process.env, ...this.docker.environment },
        stdio: ["pipe", "pipe", "pipe"],
        detached: true,
      },
    );
    const end = (): void => void child.stdin.end();
    this.signal.addEventListener("abort", end);
    const told = tellEnd(child);
    child.stdin.on("error", () => undefined); // it ended before it had read everything; how, it says
    child.stdin.write(list.map((path) => `${path}\n`).join(""));
    try {
      for await (const chunk of child.stdout) yield chunk as Buffer;
    } finally {
      end();
      await told;
      this.signal.removeEventListener("abort", end);
    }
    this.signal.throwIfAborted();
    const { code, errors } = await told;
    if (code === undefined || code >= brokenCode || (codes !== undefined && !codes.includes(code))) {
      throw new Failure(`${this.container}: the store cannot be read: ${errors || `rclone ended with code ${String(code)}`}`);
    }
  }

  /** The same, line by line. */
  async *lines(work: Work): AsyncGenerator<string> {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of this.run(work)) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
    if (rest !== "") yield rest;
  }

  /** The same, cut at every separator; what follows the last one is left out. */
  async *pieces(separator: Buffer, work: Work): AsyncGenerator<Buffer> {
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of this.run(work)) {
      // What was searched already is not searched again, but for its end.
      const from = Math.max(0, rest.length - separator.length);
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let at = rest.indexOf(separator, from); at >= 0; at = rest.indexOf(separator)) {
        yield rest.subarray(0, at);
        rest = rest.subarray(at + separator.length);
      }
    }
  }
}

/** How a program ended, as the script tells it; without a code when it did not. */
async function tellEnd(child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<{ code?: number; errors: string }> {
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (more: string) => {
    text = (text + more).slice(-4000);
  });
  try {
    await once(child, "close");
  } catch (error) {
    return { errors: error instanceof Error ? error.message : String(error) }; // there is no docker command
  }
  const code = /^ended (\d+)$/m.exec(text)?.[1];
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("ended "));
  return { ...(code === undefined ? {} : { code: Number(code) }), errors: lines.slice(-3).join("\n") };
}
