import { docker } from "../../../test/dist/engine/support/docker";
import { until } from "../../../test/dist/engine/support/waiting";
import { AddressTrial, type Sight } from "../../../test/dist/drills/support/address-trial";
import type { Figure } from "../bench";
import { absolute, type Result } from "../measure/result";

/** How its holder loses the address: what is done to it, and how that is made good. */
const losses: Readonly<Record<string, (trial: AddressTrial, holder: string) => Promise<Sight>>> = {
  "keepalived is killed": (trial, holder) =>
    trial.lose(holder, async () => process.kill(await docker.hostPid(trial.keepalived(holder)), "SIGKILL")),
  "the balancer is killed": async (trial, holder) => {
    const sight = await trial.lose(holder, () => docker.command("kill", trial.balancer(holder)));
    await docker.command("start", trial.balancer(holder));
    return sight;
  },
  "the host is cut off": async (trial, holder) => {
    let plug: (() => Promise<unknown>) | undefined;
    const sight = await trial.lose(holder, async () => ({ plug } = await trial.unplug(holder)));
    await plug?.();
    return sight;
  },
};

/** How long clients get no answer when the address of several hosts moves from one to another. */
export const virtualAddress: Figure = {
  name: "virtual-address",
  about: "time without an answer at the address that moves between hosts, when its holder is lost",
  async run(bench) {
    const trial = await AddressTrial.start();
    bench.cleanups.add("the hosts of the address", () => trial.end());
    const results: Result[] = [];
    for (const [loss, lose] of Object.entries(losses)) {
      const seconds: number[] = [];
      for (let round = 0; round < bench.rounds; round++) {
        seconds.push((await lose(trial, await trial.holder())).unansweredSeconds);
        await settled(trial);
      }
      results.push(absolute({ what: `address without an answer, ${loss}`, unit: "s", goal: { atMost: 3 } }, seconds));
    }
    return results;
  },
};

/** One host holds the address, and all others are ready to take it. */
async function settled(trial: AddressTrial): Promise<void> {
  await until("every host is ready", 30, async () => (await trial.states()).every((state) => state === "MASTER" || state === "BACKUP"));
  await until("one host holds the address", 30, async () => (await trial.holders()).length === 1);
}
