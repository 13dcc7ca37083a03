import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { until } from "./waiting";

/** How long a line may take from a container to here. */
const ARRIVAL_SECONDS = 60;

/**
 * Keeps the logs of every container of a stack, also of those that are replaced and gone: what Docker forgets is what explains a
 * failure, and where a secret could hide.
 */
export class LogCollector {
  readonly #events: ChildProcess;
  readonly #followers = new Set<ChildProcess>();
  #started = 0;

  private constructor(
    readonly directory: string,
    stack: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    // From a second ago: docker takes a while to begin, and a container may be quicker.
    const since = ["--since", String(Math.floor(Date.now() / 1000) - 1)];
    const filters = ["--filter", `label=ha-registry=${stack}`, "--filter", "type=container", "--filter", "event=start"];
    this.#events = spawn("docker", ["events", ...since, ...filters, "--format", "{{.ID}} {{.Actor.Attributes.name}}"], {
      env: environment,
      stdio: ["ignore", "pipe", "ignore"],
    });
    if (this.#events.stdout === null) throw new Error("docker events has no output");
    createInterface(this.#events.stdout).on("line", (line) => this.#follow(line));
  }

  /** Begins to collect into `directory`. */
  static async start(directory: string, stack: string, environment: NodeJS.ProcessEnv = process.env): Promise<LogCollector> {
    await mkdir(directory, { recursive: true });
    return new LogCollector(directory, stack, environment);
  }

  /** Everything that was logged, by container and start, as `t-1a2b-node-1.3`. */
  async all(): Promise<Map<string, string>> {
    const names = (await readdir(this.directory)).sort();
    return new Map(await Promise.all(names.map(async (name) => [name, await readFile(path.join(this.directory, name), "utf8")] as const)));
  }

  /** The last lines of every log whose name contains `part` that match `pattern`. */
  async matching(part: string, pattern: RegExp, count = 10): Promise<string[]> {
    const logs = [...(await this.all())].filter(([name]) => name.includes(part));
    return logs.flatMap(([name, text]) =>
      text
        .split("\n")
        .filter((line) => pattern.test(line))
        .slice(-count)
        .map((line) => `${name}: ${line}`),
    );
  }

  /**
   * Waits until {@link matching} finds something: what a container has written arrives here a little later.
   *
   * @throws {Error} with all that was logged when it does not come.
   */
  async untilMatching(part: string, pattern: RegExp): Promise<void> {
    const found = async (): Promise<boolean> => (await this.matching(part, pattern, 1)).length > 0;
    await until(`a log of ${part} matches ${String(pattern)}`, ARRIVAL_SECONDS, found).catch(async (error) => {
      throw new Error((await this.matching(part, /^/, 50)).join("\n"), { cause: error });
    });
  }

  /** Ends collecting. */
  stop(): void {
    this.#events.kill();
    for (const follower of this.#followers) follower.kill();
  }

  #follow(line: string): void {
    const [id = "", name = ""] = line.split(" ");
    this.#started += 1;
    const follower = spawn("docker", ["logs", "--follow", id], { env: this.environment, stdio: ["ignore", "pipe", "pipe"] });
    const file = createWriteStream(path.join(this.directory, `${name}.${this.#started}`));
    follower.stdout.pipe(file, { end: false });
    follower.stderr.pipe(file, { end: false });
    this.#followers.add(follower);
    follower.on("close", () => {
      this.#followers.delete(follower);
      file.end();
    });
  }
}
