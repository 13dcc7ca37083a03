import assert from "node:assert/strict";
import { announcedEndpoint, resolveTopology } from "ha-registry-core";
import type { Placed, RedisTopology } from "ha-registry-core";
import type { RegistryStack } from "./stack";
import { until } from "./waiting";

/** What a sentinel knows of the primary. */
export interface SentinelView {
  /** Which sentinel. */
  sentinel: string;
  /** Name of the container that it holds for the primary. */
  primary: string;
  /** Number of the election that it knows of. */
  epoch: number;
  /** Replicas that it knows. */
  replicas: number;
  /** Other sentinels that it knows. */
  sentinels: number;
}

/** The Redis servers and sentinels of a stack, asked with their own tools and passwords, inside their containers. */
export class Sentinels {
  constructor(private readonly registry: RegistryStack) {}

  /** Servers, by number. */
  get servers(): Placed[] {
    return this.#redis.servers;
  }

  /** Sentinels, by number. */
  get sentinels(): Placed[] {
    return this.#redis.sentinels;
  }

  /** How long a server gives no answer before a sentinel holds it for down, milliseconds. */
  get downAfterMilliseconds(): number {
    return this.#redis.sentinel?.downAfterMilliseconds ?? 0;
  }

  /** What each server says it is: `master`, or `slave <state of its link>`, or why it says nothing. */
  async roles(): Promise<Record<string, string>> {
    const roles = await Promise.all(this.servers.map((server) => this.#role(server).catch((error: Error) => error.message)));
    return Object.fromEntries(this.servers.map(({ name }, index) => [name, roles[index] ?? ""]));
  }

  /** What each sentinel that answers knows. */
  async views(): Promise<SentinelView[]> {
    const views = await Promise.all(this.sentinels.map((sentinel) => this.#view(sentinel).catch(() => [])));
    return views.flat();
  }

  /** Name of the primary that all sentinels agree on. */
  async primary(): Promise<string> {
    const primaries = new Set((await this.views()).map(({ primary }) => primary));
    const [primary] = primaries;
    assert.ok(primary !== undefined && primaries.size === 1, `the sentinels name ${[...primaries].join(", ") || "nobody"}`);
    return primary;
  }

  /** Waits until there is one primary, everyone agrees on it, and the others have all that it has. */
  async untilWhole(seconds: number): Promise<void> {
    await until("one primary, two replicas, three sentinels that agree", seconds, async () => {
      const [roles, views] = [await this.roles(), await this.views()];
      const wrong = `${JSON.stringify(roles)} ${JSON.stringify(views)}`;
      const [primary] = Object.keys(roles).filter((name) => roles[name] === "master");
      assert.ok(primary !== undefined, wrong);
      assert.deepEqual(Object.values(roles).sort(), ["master", "slave connected", "slave connected"], wrong);
      assert.equal(views.length, 3, wrong);
      for (const view of views) {
        assert.deepEqual([view.primary, view.replicas, view.sentinels], [primary, 2, 2], wrong);
      }
      return true;
    });
  }

  /** Has containers hang while `work` is done: they take connections, and answer nothing. */
  async whileHanging(names: readonly string[], work: () => Promise<void>): Promise<void> {
    const { docker } = this.registry;
    const hanging: string[] = [];
    try {
      for (const name of names) {
        // Docker cannot freeze a container in which a health check is just being started.
        await until(`${name} hangs`, 30, async () => (await docker.command("pause", name)) !== "");
        hanging.push(name);
      }
      await work();
    } finally {
      for (const name of hanging) await docker.command("unpause", name);
    }
  }

  /**
   * When the sentinels first wrote that another server is the primary after `since`.
   *
   * @param since Milliseconds since 1970.
   * @returns milliseconds from `since` until the new primary had taken over, and until the first sentinel told it to clients.
   */
  async failoverAfter(since: number): Promise<{ promoted: number; told: number }> {
    const found = { promoted: Number.NaN, told: Number.NaN };
    // Clients are told when the other replica follows the new primary, too.
    await until("a sentinel has told its clients", 30, async () => {
      found.promoted = await this.#firstAfter(since, "+promoted-slave");
      found.told = await this.#firstAfter(since, "+switch-master");
      return Number.isFinite(found.promoted) && Number.isFinite(found.told);
    });
    return found;
  }

  /** Milliseconds from `since` until the first sentinel logged an event; Infinity when none did. */
  async #firstAfter(since: number, event: string): Promise<number> {
    const options = ["--timestamps", "--since", new Date(since).toISOString()];
    const logs = await Promise.all(this.sentinels.map(({ name }) => this.registry.docker.logs(name, ...options)));
    const lines = logs.flatMap((log) => log.split("\n")).filter((line) => line.includes(event));
    return Math.min(...lines.map((line) => Date.parse(line.slice(0, 30)) - since));
  }

  async #role(server: Placed): Promise<string> {
    const [role = "", , , link = ""] = await this.#send(server, ["ROLE"]);
    return role === "slave" ? `slave ${link}` : role;
  }

  async #view(sentinel: Placed): Promise<SentinelView[]> {
    const { name } = this.registry;
    const [address, port, ...pairs] = await this.#send(sentinel, [`SENTINEL GET-MASTER-ADDR-BY-NAME ${name}`, `SENTINEL MASTER ${name}`]);
    const valueOf = (key: string): string | undefined => pairs.find((_, index) => index % 2 === 1 && pairs[index - 1] === key);
    const primary = this.servers.find((server) => {
      const endpoint = announcedEndpoint(server);
      return endpoint.address === address && String(endpoint.port) === port;
    });
    if (primary === undefined) return [];
    return [
      {
        sentinel: sentinel.name,
        primary: primary.name,
        epoch: Number(valueOf("config-epoch")),
        replicas: Number(valueOf("num-slaves")),
        sentinels: Number(valueOf("num-other-sentinels")),
      },
    ];
  }

  /** Answers of a server or sentinel, line by line. Its command names the CA, and after it a file with its login. */
  async #send({ name, port }: Placed, commands: string[]): Promise<string[]> {
    const words = (await this.registry.docker.inspect(name)).Config.Cmd ?? [];
    const ca = words.findIndex((word) => word.endsWith("/ca.crt"));
    const script = `{ cat "$2"; printf '%s\\n' "$@" | tail -n +4; } | timeout 3 redis-cli --tls --cacert "$1" -h 127.0.0.1 -p "$3" | tail -n +2`;
    const args = [words[ca] ?? "", words[ca + 1] ?? "", String(port), ...commands];
    return (await this.registry.docker.command("exec", name, "sh", "-c", script, "sh", ...args)).split("\n");
  }

  get #redis(): RedisTopology {
    const { name, args } = this.registry;
    const { settings: _settings, trust: _trust, secrets: _secrets, ...shape } = args;
    return resolveTopology(name, shape).redis;
  }
}
