import { Sentinels } from "../../../test/dist/engine/support/sentinels";
import { startRegistry } from "../../../test/dist/engine/support/stack";
import type { RegistryStack } from "../../../test/dist/engine/support/stack";
import { until } from "../../../test/dist/engine/support/waiting";
import type { Figure } from "../bench";
import { absolute } from "../measure/result";
import { rateLimit } from "../setup/bench-registry";

/** How long sentinels may take to choose after they hold the primary for down, seconds. */
const electionSeconds = 2;

/** How long the registry is without a primary when the one that it had dies. */
export const sentinel: Figure = {
  name: "sentinel",
  about: "time from the death of the Redis primary until another one has taken over, as the sentinels log it",
  async run(bench) {
    const stack = await startRegistry({
      args: { loadBalancer: { rateLimit, bindAddress: "127.0.0.1" }, redis: { sentinel: {} } },
    });
    let deployment: Promise<unknown> = Promise.resolve();
    bench.cleanups.add(`registry ${stack.name}`, async () => {
      await deployment.catch(() => undefined); // what Pulumi makes after the removal would stay
      await stack.removeByForce();
    });
    deployment = stack.up();
    await deployment;

    const sentinels = new Sentinels(stack);
    const promoted: number[] = [];
    const told: number[] = [];
    for (let round = 0; round < bench.rounds; round++) {
      const failover = await failOver(stack, sentinels);
      promoted.push(failover.promoted / 1e3);
      told.push(failover.told / 1e3);
    }
    const downAfter = sentinels.downAfterMilliseconds / 1e3;
    const goal = { atMost: downAfter + electionSeconds };
    return [
      absolute({ what: `Redis: death of the primary to a new one, down-after ${downAfter} s`, unit: "s", goal }, promoted),
      absolute({ what: "Redis: death of the primary until clients are told of the new one", unit: "s" }, told),
    ];
  },
};

async function failOver(stack: RegistryStack, sentinels: Sentinels): Promise<{ promoted: number; told: number }> {
  await sentinels.untilWhole(120);
  const primary = await sentinels.primary();
  const pid = await stack.docker.hostPid(primary);
  const killed = Date.now();
  process.kill(pid, "SIGKILL");
  await until(`another primary than ${primary}`, 120, async () => (await sentinels.primary()) !== primary);
  return sentinels.failoverAfter(killed);
}
