import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ImageName, imageTable } from "ha-registry-core";
import type { GarageNodeTopology } from "ha-registry-core";
import { tagImage } from "ha-registry-tools";
import { docker } from "../engine/support/docker";
import { Garages } from "../engine/support/garages";
import { assertNothingFails, describeFailures, Load, untilAllSucceed } from "../engine/support/load";
import { useRegistry } from "../engine/support/stack";
import { until } from "../engine/support/waiting";

/** How long Docker may take to start a crashed node again, and the node to serve. */
const RECOVERY_SECONDS = 240;

/** A request may have been sent to a process that is dying. */
const DEATH_MILLISECONDS = 200;

const HANG_MILLISECONDS = 20_000;

/** Bounds the load should a step hang. */
const LOAD_SECONDS = 1700;

/** What one machine does not show: nodes that are far apart, disks that fail, and terabytes that have to be copied. */
describe("the registry's own object store under load", () => {
  const images: string[] = [];
  let load: Load | undefined;
  after(() => load?.end());
  const registry = useRegistry({ args: { objectStore: { garage: {} } } });
  after(async () => images.length > 0 && (await docker.command("rmi", ...images)));
  before(async () => {
    const workers = [
      { role: "push" as const, size: "small" as const, count: 2 },
      { role: "pull" as const, size: "small" as const, count: 2 },
      { role: "push" as const, size: "medium" as const, count: 1 },
      { role: "pull" as const, size: "medium" as const, count: 1 },
    ];
    load = await Load.start({ client: await registry().client(), workers, maxSeconds: LOAD_SECONDS });
  });

  it("a node dies under load: requests fail only where they were in flight on it, and it comes back by itself", async (context) => {
    const name = registry().container("garage-2");
    const killed = await registry().docker.crash(name, RECOVERY_SECONDS);
    context.diagnostic(`healthy again after ${Date.now() - killed} ms`);
    await everyoneSucceeds();
    const { failures } = await running().peek();
    context.diagnostic(`${failures.length} requests were cut off`);
    const late = failures.filter(({ startedAt }) => startedAt > killed + DEATH_MILLISECONDS);
    assert.equal(late.length, 0, describeFailures({ failures: late, failed: late.length }));
    const workers = failures.map(({ worker }) => worker);
    assert.deepEqual(workers, [...new Set(workers)], "a worker failed more than once");
  });

  it("an image roll under load fails no request", async () => {
    const { repository, tag } = imageTable[ImageName.Garage];
    const image = await tagImage(`${repository}:${tag}`, `${tag}-${registry().name}`);
    images.push(image);
    await assertNothingFails(running(), () =>
      registry().up((args) => ({ ...args, images: { references: { [ImageName.Garage]: image } } })),
    );
    for (const { name } of garages()) assert.equal((await registry().docker.inspect(name)).Config.Image, image);
  });

  it("the store hangs for twenty seconds, and nobody loses anything", async () => {
    await assertNothingFails(running(), async () => {
      const names = garages().map(({ name }) => name);
      await registry().docker.command("pause", ...names);
      await sleep(HANG_MILLISECONDS);
      await registry().docker.command("unpause", ...names);
    });
  });

  it("a node that comes back with nothing gets everything from the others, and is not asked before", async () => {
    const lost = garages()[2];
    assert.ok(lost);
    await registry().docker.command("stop", lost.name);
    await assertNothingFails(running(), async () => {
      await registry().docker.command("rm", "--force", "--volumes", lost.name, `${lost.name}-volumes`);
      await registry().docker.command("volume", "rm", `${lost.name}-meta`, `${lost.name}-data`);
      await registry().up();
      await until("every part is healthy", RECOVERY_SECONDS, async () => (await registry().docker.broken(registry().name)).length === 0);
    });
  });

  it("in all that time no tag was read as older than it was, and every acknowledged push can be pulled", async (context) => {
    const report = await running().stop();
    context.diagnostic(JSON.stringify({ succeeded: report.succeeded, longestMilliseconds: report.longest, seconds: report.seconds }));
    assert.deepEqual(report.staleReads, []);
    const { count, lost } = await running().verify();
    context.diagnostic(`${count} pushes`);
    assert.ok(count > 0);
    assert.deepEqual(lost, []);
  });

  function running(): Load {
    assert.ok(load, "there is no load");
    return load;
  }

  /** Waits until every kind of operation succeeds again. */
  async function everyoneSucceeds(): Promise<void> {
    await untilAllSucceed(running(), await running().peek());
  }

  function garages(): GarageNodeTopology[] {
    return new Garages(registry()).nodes;
  }
});
