import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { assertNothingFails, describeFailures, Load, untilAllSucceed } from "../engine/support/load";
import { Sentinels } from "../engine/support/sentinels";
import { useRegistry } from "../engine/support/stack";
import { until } from "../engine/support/waiting";

/** Times that each thing is done: a race that is lost once in a while does not show the first time. */
const ROUNDS = 5;

const FAILOVER_SECONDS = 60;
const WHOLE_SECONDS = 120;

describe("Redis with sentinels, again and again, under load, with not one pull or push failing", () => {
  let load: Load | undefined;
  after(() => load?.end());
  const registry = useRegistry({ args: { redis: { sentinel: {} } } });
  const sentinels = (): Sentinels => new Sentinels(registry());
  before(async () => {
    const workers = (["push", "pull"] as const).flatMap((role) => [
      { role, size: "small" as const, count: 4 },
      { role, size: "large" as const, count: 1 },
    ]);
    load = await Load.start({ client: await registry().client(), workers, maxSeconds: 7200 });
  });

  for (let round = 1; round <= ROUNDS; round++) {
    it(`round ${round}: the primary dies`, async (context) => {
      await nothingFails(async () => {
        const old = await sentinels().primary();
        const killed = Date.now();
        process.kill(await registry().docker.hostPid(old), "SIGKILL");
        await anotherThan(old);
        await sentinels().untilWhole(WHOLE_SECONDS);
        context.diagnostic(`milliseconds from the kill: ${JSON.stringify(await sentinels().failoverAfter(killed))}`);
      });
    });

    it(`round ${round}: the primary and a sentinel die together`, async () => {
      await nothingFails(async () => {
        const old = await sentinels().primary();
        const sentinel = sentinels().sentinels[round % 3]?.name ?? "";
        const pids = await Promise.all([old, sentinel].map((name) => registry().docker.hostPid(name)));
        for (const pid of pids) process.kill(pid, "SIGKILL");
        await anotherThan(old);
        await sentinels().untilWhole(WHOLE_SECONDS);
      });
    });

    it(`round ${round}: the primary's host answers nothing, not even with a reset, and comes back`, async () => {
      await nothingFails(async () => {
        const old = await sentinels().primary();
        await blackHole(old, async () => {
          await anotherThan(old);
          await untilAllSucceed(running(), await running().peek());
        });
        await sentinels().untilWhole(WHOLE_SECONDS);
      });
    });

    it(`round ${round}: a sentinel hangs`, async () => {
      await nothingFails(async () => {
        await paused([sentinels().sentinels[round % 3]?.name ?? ""]);
        await sentinels().untilWhole(WHOLE_SECONDS);
      });
    });

    it(`round ${round}: all sentinels hang`, async () => {
      await nothingFails(async () => {
        await paused(sentinels().sentinels.map(({ name }) => name));
        await sentinels().untilWhole(WHOLE_SECONDS);
      });
    });

    it(`round ${round}: all servers and sentinels die at once`, async () => {
      await nothingFails(async () => {
        const names = [...sentinels().servers, ...sentinels().sentinels].map(({ name }) => name);
        const pids = await Promise.all(names.map((name) => registry().docker.hostPid(name)));
        for (const pid of pids) process.kill(pid, "SIGKILL");
        await sentinels().untilWhole(WHOLE_SECONDS);
      });
    });
  }

  it("three servers with sentinels become one, and one becomes three again", async () => {
    await nothingFails(() => registry().up(({ redis: _redis, ...args }) => args));
    assert.deepEqual(await registry().docker.broken(registry().name), []);
    await nothingFails(() => registry().up((args) => ({ ...args, redis: { sentinel: {} } })));
    await sentinels().untilWhole(WHOLE_SECONDS);
  });

  it("every acknowledged push can be pulled, and no tag was read as older than it was", async (context) => {
    const report = await running().stop();
    context.diagnostic(JSON.stringify({ succeeded: report.succeeded, longestMilliseconds: report.longest, seconds: report.seconds }));
    assert.equal(report.failed, 0, describeFailures(report));
    assert.deepEqual(report.staleReads, []);
    const { count, lost } = await running().verify();
    assert.ok(count > 0);
    assert.deepEqual(lost, []);
  });

  /** Takes a container off its network while `work` is done; who speaks to it hears nothing any more. */
  async function blackHole(name: string, work: () => Promise<void>): Promise<void> {
    const address = sentinels().servers.find((server) => server.name === name)?.address ?? "";
    await registry().docker.command("network", "disconnect", registry().name, name);
    try {
      await work();
    } finally {
      await registry().docker.command("network", "connect", "--ip", address, registry().name, name);
    }
  }

  /** Has containers hang until everyone has pulled and pushed all the same. */
  async function paused(names: string[]): Promise<void> {
    await sentinels().whileHanging(names, async () => {
      await untilAllSucceed(running(), await running().peek());
    });
  }

  async function anotherThan(old: string): Promise<void> {
    await until(`another primary than ${old}`, FAILOVER_SECONDS, async () => (await sentinels().primary()) !== old);
  }

  async function nothingFails(work: () => Promise<unknown>): Promise<void> {
    await assertNothingFails(running(), work);
  }

  function running(): Load {
    assert.ok(load, "there is no load");
    return load;
  }
});
