import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ImageName, imageTable } from "ha-registry-core";
import { tagImage } from "ha-registry-tools";
import { docker } from "./support/docker";
import { assertNothingFails, describeFailures, Load, untilAllSucceed } from "./support/load";
import { Sentinels } from "./support/sentinels";
import { useRegistry } from "./support/stack";
import { until } from "./support/waiting";

/** How long a fail-over may take before the test calls it failed, far more than the 2 s + 2 s that it should take: the machine may be busy. */
const FAILOVER_SECONDS = 120;

/** How long everything may take to be whole again. */
const WHOLE_SECONDS = 240;

/** That replicas really hold what the primary holds is seen in their link's state only. */
describe("Redis with sentinels, under load, with not one pull or push failing", () => {
  let load: Load | undefined;
  let image: string | undefined;
  after(() => load?.end());
  const registry = useRegistry();
  const sentinels = (): Sentinels => new Sentinels(registry());
  after(() => image && docker.command("rmi", image));
  before(async () => {
    const workers = (["push", "pull"] as const).map((role) => ({ role, size: "small" as const, count: 2 }));
    load = await Load.start({ client: await registry().client(), workers, maxSeconds: 1700 });
  });

  it("a single server becomes three with sentinels", async () => {
    await nothingFails(async () => {
      await registry().up((args) => ({ ...args, redis: { sentinel: {} } }));
      await sentinels().untilWhole(WHOLE_SECONDS);
    });
    assert.deepEqual(await registry().docker.broken(registry().name), []);
    const { same = 0, ...others } = await registry().preview();
    assert.ok(same > 0);
    assert.deepEqual(others, {});
  });

  it("the primary dies: another one is chosen, and the dead one comes back as a replica", async (context) => {
    await nothingFails(async () => {
      const old = await sentinels().primary();
      const killed = Date.now();
      process.kill(await registry().docker.hostPid(old), "SIGKILL");
      await anotherThan(old);
      await sentinels().untilWhole(WHOLE_SECONDS);
      assert.notEqual((await sentinels().roles())[old], "master");
      context.diagnostic(`milliseconds from the kill: ${JSON.stringify(await sentinels().failoverAfter(killed))}`);
    });
  });

  it("the primary hangs, and wakes up when another one has taken its place", async (context) => {
    await nothingFails(async () => {
      const old = await sentinels().primary();
      const hung = Date.now();
      await sentinels().whileHanging([old], () => anotherThan(old));
      await sentinels().untilWhole(WHOLE_SECONDS);
      context.diagnostic(`milliseconds from the pause: ${JSON.stringify(await sentinels().failoverAfter(hung))}`);
    });
  });

  it("a sentinel dies, and comes back knowing what it knew", async () => {
    await nothingFails(async () => {
      const before = await sentinels().views();
      const [first] = sentinels().sentinels;
      assert.ok(first && before.length === 3);
      process.kill(await registry().docker.hostPid(first.name), "SIGKILL");
      await sentinels().untilWhole(WHOLE_SECONDS);
      assert.deepEqual(await sentinels().views(), before);
    });
  });

  it("all servers are gone for a while", async () => {
    await nothingFails(async () => {
      const names = sentinels().servers.map(({ name }) => name);
      await registry().docker.command("kill", ...names);
      const gone = await running().peek();
      await untilAllSucceed(running(), gone);
      await registry().docker.command("start", ...names);
      await sentinels().untilWhole(WHOLE_SECONDS);
    });
  });

  it("servers and sentinels get another image, one after the other", async () => {
    const { repository, tag } = imageTable[ImageName.Redis];
    const reference = await tagImage(`${repository}:${tag}`, `${tag}-${registry().name}`);
    image = reference;
    await nothingFails(async () => {
      await registry().up((args) => ({ ...args, images: { references: { [ImageName.Redis]: reference } } }));
      await sentinels().untilWhole(WHOLE_SECONDS);
    });
    for (const { name } of [...sentinels().servers, ...sentinels().sentinels])
      assert.equal((await registry().docker.inspect(name)).Config.Image, reference);
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

  /** Waits until the sentinels agree on another primary. */
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
