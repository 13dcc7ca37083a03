import { setTimeout as sleep } from "node:timers/promises";
import type { Docker } from "../../../test/dist/engine/support/docker";
import { Cluster } from "../../../test/dist/drills/support/cluster";
import { imagesOfProduction, startProduction, untilWhole } from "../../../test/dist/drills/support/production";
import type { Figure } from "../bench";
import { absolute } from "../measure/result";

/** After how long nothing of the start is left, seconds. */
const settledSeconds = 30;

/** How long after each other the rounds look, seconds. */
const roundSeconds = 5;

const units: Readonly<Record<string, number>> = { B: 1 / 2 ** 20, KiB: 1 / 2 ** 10, MiB: 1, GiB: 2 ** 10 };

/** What a registry on three hosts takes while nobody uses it. */
export const memory: Figure = {
  name: "memory",
  about: "memory of the idle environment prod-docker on three hosts, by part",
  async run(bench) {
    const cluster = await Cluster.start(await imagesOfProduction());
    bench.cleanups.add("three hosts", () => cluster.end());
    const registry = await startProduction(cluster);
    bench.cleanups.add(`registry ${registry.name}`, () => registry.removeByForce());
    registry.logs.stop();
    await untilWhole(registry);
    await sleep(settledSeconds * 1000);
    const rounds: Record<string, number>[] = [];
    for (let round = 0; round < bench.rounds; round++) {
      rounds.push(await memoryByPart(registry.engines, registry.name));
      await sleep(roundSeconds * 1000);
    }
    const parts = Object.keys(rounds[0] ?? {}).sort();
    const lines = parts.map((part) => ({ what: `memory, idle, three hosts: ${part}`, values: rounds.map((round) => round[part] ?? 0) }));
    const whole = rounds.map((round) => Object.values(round).reduce((sum, each) => sum + each, 0));
    return [...lines, { what: "memory, idle, three hosts: everything", values: whole }].map(({ what, values }) =>
      absolute({ what, unit: "MiB" }, values),
    );
  },
};

/** Memory of all containers of a part on all hosts, MiB. Parts are what containers are called, without the host's name and number. */
async function memoryByPart(engines: readonly Docker[], stack: string): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const engine of engines) {
    const lines = (await engine.command("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}")).trim().split("\n");
    for (const line of lines) {
      const [, name = "", amount, unit = ""] = /^(\S+) ([\d.]+)([A-Za-z]+) /.exec(line) ?? [];
      const part = ["garage", "haproxy", "keepalived", "node", "redis", "sentinel", "balancer"].find((each) => name.includes(`-${each}`));
      if (!name.startsWith(stack) || part === undefined) continue;
      sums[part] = (sums[part] ?? 0) + Number(amount) * (units[unit] ?? Number.NaN);
    }
  }
  return sums;
}
