import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, it } from "node:test";
import { BodyFamily, smallBytes, type Body } from "./support/bodies";
import { Collections } from "./support/collections";
import { collectUnderLoad } from "./support/collection-load";
import { RawClient } from "./support/http-client";
import { startRegistry, type RegistryStack } from "./support/stack";
import { until } from "./support/waiting";

/** Collections while clients push and pull; the drill `garbage-collection` does many more. */
const CYCLES = 20;

/** How soon pushes have to go on when what directs a collection has died, seconds. */
const OPEN_SECONDS = 15;

describe("garbage collection", () => {
  const layers = new BodyFamily(smallBytes, 71);
  let registry: RegistryStack;
  let collections: Collections;
  let client: RawClient;
  before(async () => {
    const retention = {
      releases: { repositories: "team/*", keepLast: 2, keepTags: ["prod-*"] },
    };
    registry = await startRegistry({ args: { garbageCollection: { minimumAgeHours: 1, fenceTimeoutSeconds: 5, retention } } });
    await registry.up();
    collections = new Collections(registry);
    client = new RawClient(await registry.client());
  });
  after(async () => {
    client.close();
    assert.deepEqual(await registry.down(), []);
  });

  it("of an empty registry is a success", async () => {
    assert.deepEqual(await collected(), { blobs: 0, links: 0, tags: 0 });
  });

  it("removes nothing that is younger than the minimum age", async () => {
    await push("age/a", "one", layers.body(1));
    await remove("age/a", layers.body(1));
    assert.deepEqual(await collected(), { blobs: 0, links: 0, tags: 0 });
  });

  it("removes what nothing refers to, and nothing else", async () => {
    await push("age/a", "kept", layers.body(2));
    await client.pushBlob("age/a", layers.body(3));
    await collections.age();
    // The layer of the removed manifest, the manifest itself, and a layer that never had one.
    const { blobs, links } = await collected();
    assert.deepEqual({ blobs, links }, { blobs: 3, links: 2 });
    await pull("age/a", "kept");
    for (const number of [1, 3]) {
      await client.request("HEAD", `/v2/age/a/blobs/${layers.body(number).digest}`, { expect: [404] });
      assert.equal(await collections.holds(layers.body(number).digest), false);
    }
    // Nobody is told that it is there still: a push of the same sends it again.
    await push("age/a", "again", layers.body(1));
    await pull("age/a", "again");
  });

  it("a blob that is old and belongs to a push which has not sent its manifest yet stays", async () => {
    await client.pushBlob("age/b", layers.body(4));
    await collections.age();
    // Another repository, which the registry looks through as it has a manifest, gets it without sending it: the blob is old, the link is not.
    await client.request("POST", `/v2/age/a/blobs/uploads/?mount=${layers.body(4).digest}&from=age/b`, { expect: [201] });
    assert.equal((await collected()).blobs, 0);
    await client.pushManifest("age/a", "late", layers.body(4));
    await pull("age/a", "late");
  });

  it("tags go by the rules of retention, and what only they referred to with them", async () => {
    for (const tag of ["v1", "prod-1", "v2", "v3"]) {
      await push("team/app", tag, layers.body(10 + Number(tag.replace(/\D/g, "")) + (tag.startsWith("prod") ? 10 : 0)));
      await sleep(1100); // rclone tells times of whole seconds
    }
    await push("other/app", "v1", layers.body(30));
    await collections.age();
    const { tags, blobs } = await collected();
    assert.deepEqual({ tags, blobs }, { tags: 1, blobs: 0 }); // the manifest is there still, without a tag
    const { text } = await client.request("GET", "/v2/team/app/tags/list", { expect: [200] });
    assert.deepEqual((JSON.parse(text) as { tags: string[] }).tags.sort(), ["prod-1", "v2", "v3"]);
    await pull("other/app", "v1");
  });

  it("manifests without a tag go when that is asked for", async () => {
    await registry.up((args) => ({ ...args, garbageCollection: { ...args.garbageCollection, deleteUntagged: true } }));
    await collections.age();
    const { blobs } = await collected();
    assert.equal(blobs, 2); // the manifest of team/app:v1 and its layer
    await pull("team/app", "v2");
    await client.request("HEAD", `/v2/team/app/manifests/${client.manifestDigest(layers.body(11))}`, { expect: [404] });
  });

  it("what begins while it goes on is told when to come again, and reads are answered", async () => {
    const running = collections.run();
    const refused = await untilRefused();
    assert.equal(refused.headers["retry-after"], "5");
    await pull("team/app", "v3");
    await running;
    await push("team/app", "v4", layers.body(40));
  });

  it("a second one at the same time is refused", async () => {
    const [one, other] = await Promise.all([collections.attempt(), collections.attempt()]);
    assert.deepEqual([one.code, other.code].sort(), [0, 3]);
  });

  it("killed halfway, pushes go on by themselves, and the next one does the rest", () => goesOnAfter(() => collections.kill()));

  it("killed with its container, too", () => goesOnAfter(() => registry.docker.crash(registry.container("garbage-collector"), 60)));

  it("does nothing while one balancer cannot say that it puts pushes off", async () => {
    const name = registry.container("haproxy-2");
    await registry.docker.command("pause", name);
    try {
      const { code, output } = await collections.attempt();
      assert.equal(code, 1);
      assert.match(output, /not all balancers/);
    } finally {
      await registry.docker.command("unpause", name);
    }
  });

  it(`${CYCLES} times while clients push, pull and delete: nothing is lost, and no read fails`, async (context) => {
    await registry.up((args) => ({ ...args, garbageCollection: { minimumAgeHours: 0, fenceTimeoutSeconds: 2, deleteUntagged: true } }));
    const { counts, failures, removed, fences, lost } = await collectUnderLoad(collections, await registry.client(), {
      cycles: CYCLES,
      restMilliseconds: 1000,
    });
    const fenced = fences.reduce((sum, seconds) => sum + seconds, 0);
    context.diagnostic(`${JSON.stringify(counts)}; ${removed} blobs removed; ${fenced} s of ${CYCLES} fences in all`);
    assert.deepEqual(failures, []);
    assert.ok(removed > CYCLES && counts.pulls > 0 && counts.pushes > CYCLES);
    assert.deepEqual(lost, []);
  });

  it("a preview changes nothing", async () => {
    const { same = 0, ...others } = await registry.preview();
    assert.ok(same > 0);
    assert.deepEqual(others, {});
  });

  async function collected(): Promise<{ blobs: number; links: number; tags: number }> {
    const { blobs, links, tags } = await collections.run();
    return { blobs, links, tags };
  }

  async function push(repository: string, tag: string, layer: Body): Promise<void> {
    await client.pushConfig(repository);
    await client.pushBlob(repository, layer);
    await client.pushManifest(repository, tag, layer);
  }

  async function pull(repository: string, tag: string): Promise<void> {
    const { layer } = await client.pullManifest(repository, tag);
    await client.pullBlob(repository, layer);
  }

  async function remove(repository: string, layer: Body): Promise<void> {
    await client.request("DELETE", `/v2/${repository}/manifests/${client.manifestDigest(layer)}`, { expect: [202] });
  }

  /** Ends a collection halfway: pushes go on by themselves, and the next collection succeeds. */
  async function goesOnAfter(end: () => Promise<unknown>): Promise<void> {
    const running = collections.attempt();
    await untilRefused();
    await end();
    assert.notEqual((await running).code, 0);
    await until("pushes go on", OPEN_SECONDS, async () => {
      await client.beginUpload("team/app");
      return true;
    });
    await collections.run();
  }

  async function untilRefused() {
    let refusal: Awaited<ReturnType<RawClient["request"]>> | undefined;
    await until("pushes are put off", 30, async () => {
      const answer = await client.request("POST", "/v2/team/app/blobs/uploads/", { expect: [202, 429] });
      if (answer.status === 429) refusal = answer;
      return refusal !== undefined;
    });
    assert.ok(refusal);
    return refusal;
  }
});
