import { storeDirectory } from "ha-registry-core";
import { DockerCli } from "ha-registry-tools";
import { collectionIn, type Collection } from "ha-registry/dist/cli/gc";
import { runScript } from "ha-registry/dist/cli/script";
import type { RegistryStack } from "./stack";

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
    const collection = collectionIn(output);
    if (collection === undefined) throw new Error(`no result of a collection: ${output}`);
    if (collection.result !== "done") throw new Error(`a collection failed: ${output}`);
    return collection;
  }

  /** Collects at once; returns the exit code, and all that was said. */
  async attempt(): Promise<{ code: number; output: string }> {
    const [first] = Object.values(this.registry.args.hosts ?? {}); // it is there
    const messages: string[] = [];
    const say = (message: string): number => messages.push(message);
    const { code, output } = await runScript(new DockerCli(first?.dockerHost), this.#collector, ["now"], { say });
    return { code, output: [...messages, output].join("\n") };
  }

  /** Kills what directs the collection that goes on, and not its container. */
  async kill(): Promise<void> {
    await this.#inCollector("kill -KILL $(cat /tmp/collecting)");
  }

  /** Makes everything in the store two hours older than it is, by its times. */
  async age(): Promise<void> {
    const command = `find ${storeDirectory}/docker -exec touch -d @$(($(date +%s) - 7200)) {} +`;
    // Tags keep their order, which retention goes by.
    const tags = `find ${storeDirectory}/docker -path '*/tags/*/current/link' | while read -r tag; do echo "$(stat -c %Y "$tag") $tag"; done | sort -n`;
    const keep = `n=0; while read -r _ tag; do n=$((n + 1)); touch -d @$(($(date +%s) - 7200 + n)) "$tag"; done < /tmp/tags`;
    await this.#inCollector(`${tags} > /tmp/tags; ${command}; ${keep}`);
  }

  /** Whether the store has the bytes of a blob. */
  async holds(digest: string): Promise<boolean> {
    const hex = digest.slice("sha256:".length);
    const answer = await this.#inCollector(
      `[ -e ${storeDirectory}/docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex} ] && echo yes || echo no`,
    );
    return answer.trim() === "yes";
  }

  get #collector(): string {
    return this.registry.container("garbage-collector");
  }

  async #inCollector(script: string): Promise<string> {
    return this.registry.docker.command("exec", this.#collector, "sh", "-c", script);
  }
}
