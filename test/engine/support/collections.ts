import { execFile } from "node:child_process";
import { storeDirectory } from "ha-registry-core";
import { runProgram } from "./program";
import type { RegistryStack } from "./stack";

/** What a collection says of itself. */
export interface Collection {
  result: string;
  blobs: number;
  links: number;
  tags: number;
  seconds: number;
  fenceSeconds: number;
}

/** Garbage collections of a registry; what looks at the store itself is for one whose store is a volume. */
export class Collections {
  constructor(private readonly registry: RegistryStack) {}

  /**
   * Collects at once, and says how it went.
   *
   * @throws {Error} with what was said, when it failed.
   */
  async run(): Promise<Collection> {
    const { output } = await this.attempt();
    const line = output.split("\n").find((each) => each.includes('"result"'));
    if (line === undefined) throw new Error(`no result of a collection: ${output}`);
    const collection = JSON.parse(line) as Collection;
    if (collection.result !== "done") throw new Error(`a collection failed: ${output}`);
    return collection;
  }

  /** Collects at once; returns the exit code, and all that was said. */
  async attempt(): Promise<{ code: number; output: string }> {
    const name = this.#collector;
    const [script = "", , configuration = "", store = ""] = (await this.registry.docker.inspect(name)).Config.Cmd ?? [];
    return new Promise((resolve) => {
      execFile("docker", ["exec", name, "sh", script, "now", configuration, store], { env: this.#environment }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), output: stdout + stderr }),
      );
    });
  }

  /** Kills what directs the collection that goes on, and not its container. */
  async kill(): Promise<void> {
    await this.registry.docker.command("exec", this.#collector, "sh", "-c", "kill -KILL $(cat /tmp/collecting)");
  }

  /** Makes everything in the store two hours older than it is, by its times. */
  async age(): Promise<void> {
    const command = `find ${storeDirectory}/docker -exec touch -d @$(($(date +%s) - 7200)) {} +`;
    // Tags keep their order, which retention goes by.
    const tags = `find ${storeDirectory}/docker -path '*/tags/*/current/link' | while read -r tag; do echo "$(stat -c %Y "$tag") $tag"; done | sort -n`;
    const keep = `n=0; while read -r _ tag; do n=$((n + 1)); touch -d @$(($(date +%s) - 7200 + n)) "$tag"; done < /tmp/tags`;
    await this.#inStore(`${tags} > /tmp/tags; ${command}; ${keep}`);
  }

  /** Whether the store has the bytes of a blob. */
  async holds(digest: string): Promise<boolean> {
    const hex = digest.slice("sha256:".length);
    const answer = await this.#inStore(
      `[ -e ${storeDirectory}/docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex} ] && echo yes || echo no`,
    );
    return answer.trim() === "yes";
  }

  /** Leads to the first host, where garbage collection is. */
  get #environment(): NodeJS.ProcessEnv {
    const [first] = Object.values(this.registry.args.hosts ?? {});
    return first === undefined ? process.env : { ...process.env, DOCKER_HOST: first.dockerHost };
  }

  get #collector(): string {
    return this.registry.container("garbage-collector");
  }

  async #inStore(script: string): Promise<string> {
    return (await runProgram("docker", ["exec", this.#collector, "sh", "-c", script], { environment: this.#environment })).stdout;
  }
}
