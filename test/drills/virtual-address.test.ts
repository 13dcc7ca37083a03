import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { TestContext } from "node:test";
import { docker } from "../engine/support/docker";
import { until } from "../engine/support/waiting";
import { AddressTrial } from "./support/address-trial";
import type { Sight } from "./support/address-trial";

/** How long a move would take to begin. */
const SETTLED_MILLISECONDS = 5000;

/** No registry here, so no transfers; how those fare is for the drills of whole hosts. Times are told, and held against goals by the bench. */
describe("the address that moves between hosts", () => {
  let trial: AddressTrial;
  before(async () => {
    trial = await AddressTrial.start();
  });
  after(() => trial.end());

  const moved = async (context: TestContext, from: string, { unansweredSeconds, hosts }: Sight): Promise<void> => {
    context.diagnostic(`unanswered for ${unansweredSeconds.toFixed(2)} s, answered by ${hosts.join(", then ")}`);
    assert.equal(hosts.length, 2, "it moves once");
    await until("one host has it", 20, async () => (await trial.holders()).length === 1);
    assert.notEqual(await trial.holder(), from);
  };
  const ready = (): Promise<void> =>
    until("every host could take it", 30, async () => (await trial.states()).every((state) => state === "MASTER" || state === "BACKUP"));

  it("leaves a host whose keepalived is killed, and does not come back when that runs again", async (context) => {
    const holder = await trial.holder();
    const sight = await trial.lose(holder, async () => process.kill(await docker.hostPid(trial.keepalived(holder)), "SIGKILL"));
    await moved(context, holder, sight);
    await ready();
    assert.notEqual(await trial.holder(), holder);
  });

  it("leaves a host where no balancer answers, and does not come back when one does", async (context) => {
    const holder = await trial.holder();
    await moved(context, holder, await trial.lose(holder, () => docker.command("kill", trial.balancer(holder))));
    await docker.command("start", trial.balancer(holder));
    await ready();
    assert.notEqual(await trial.holder(), holder);
  });

  it("leaves a host whose link is down, and does not come back when it is up", async (context) => {
    const holder = await trial.holder();
    await moved(context, holder, await trial.lose(holder, () => trial.link(holder, "down")));
    await trial.link(holder, "up");
    await ready();
    assert.notEqual(await trial.holder(), holder);
  });

  it("leaves a host that nobody hears, and is on one host again when it is heard", async (context) => {
    const holder = await trial.holder();
    let plug: (() => Promise<unknown>) | undefined;
    const sight = await trial.lose(holder, async () => ({ plug } = await trial.unplug(holder)));
    context.diagnostic(`unanswered for ${sight.unansweredSeconds.toFixed(2)} s, answered by ${sight.hosts.join(", then ")}`);
    await plug?.();
    await until("one host has it", 20, async () => (await trial.holders()).length === 1);
  });

  it("stays where it is when the hosts change", async () => {
    let over = false;
    const change = async (): Promise<void> => {
      await trial.announceHost();
      await until("each keepalived has read of the new host", 20, async () => (await trial.readings()).every((count) => count > 0));
      await sleep(SETTLED_MILLISECONDS);
      over = true;
    };
    const { hosts } = await trial.watch(change, () => over);
    assert.equal(hosts.length, 1, `it went from ${hosts.join(" to ")}`);
    await ready();
  });

  it("is given up in order when keepalived is replaced, one host after the other", async (context) => {
    let over = false;
    const replace = async (): Promise<void> => {
      for (const host of [...trial.hosts].reverse()) {
        await docker.command("restart", trial.keepalived(host));
        await ready();
      }
      over = true;
    };
    const { unansweredSeconds, hosts } = await trial.watch(replace, (host) => over && host !== undefined);
    context.diagnostic(`unanswered for ${unansweredSeconds.toFixed(2)} s, answered by ${hosts.join(", then ")}`);
    assert.ok(hosts.length <= 3, "it moves once, or twice if the first host did not hold it");
  });

  it("is on no host while no balancer answers anywhere, and on one as soon as one does", async () => {
    await docker.command("kill", ...trial.hosts.map((host) => trial.balancer(host)));
    await until("nobody has it", 20, async () => (await trial.holders()).length === 0);
    await docker.command("start", trial.balancer("south"));
    await until("the one that serves has it", 20, async () => (await trial.holders()).join() === "south");
  });
});
