import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { ImageName, abandonedUploadDays, garageMetadataDirectory, imageTable, resolveTopology } from "ha-registry-core";
import type { GarageNodeTopology } from "ha-registry-core";
import { tagImage } from "ha-registry-tools";
import { BodyFamily, type Body } from "./support/bodies";
import { prepareClients, type Clients } from "./support/clients";
import { docker } from "./support/docker";
import { RawClient } from "./support/http-client";
import { fileDigest, makeImage } from "./support/images";
import { describeFailures, Load, untilAllSucceed, type LoadReport } from "./support/load";
import { useRegistry } from "./support/stack";
import { until } from "./support/waiting";

const MIB = 1024 * 1024;
const LAYER_BYTES = 60 * MIB;

/** How long Docker may take to start a crashed node again, and the node to serve. */
const RECOVERY_SECONDS = 60;

/** Bounds the load should a step hang. */
const LOAD_SECONDS = 900;

/** What one machine does not show: nodes that are far apart, disks that fail, and terabytes that have to be copied. */
describe("an object store of the registry's own", () => {
  const layers = new BodyFamily(LAYER_BYTES, 51);
  const images: string[] = [];
  let directory = "";
  let load: Load | undefined;
  let clients: Clients | undefined;
  after(async () => {
    await load?.end();
    await clients?.remove();
    await rm(directory, { recursive: true, force: true });
  });
  const registry = useRegistry({ args: { objectStore: { garage: {} } } });
  after(async () => images.length > 0 && (await docker.command("rmi", ...images)));
  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "garage-"));
  });

  it("has formed a cluster of three by itself, and a second preview changes nothing", async () => {
    assert.deepEqual(await registry().docker.broken(registry().name), []);
    for (const node of garages()) {
      const health = await administer<{ status: string; storageNodes: number }>(node, "GetClusterHealth");
      assert.deepEqual([health.status, health.storageNodes], ["healthy", 3]);
    }
    const { same = 0, ...others } = await registry().preview();
    assert.deepEqual(others, {});
    assert.ok(same > 0);
  });

  it("regctl pushes a layer in parts, and pulls it; a blob that one node took the others have", async () => {
    const image = await makeImage(path.join(directory, "image"), LAYER_BYTES, 52);
    clients = await prepareClients(directory, await registry().outputs());
    await clients.regctl.login();
    assert.equal(await clients.regctl.push(image, "garage/regctl:1"), image.digest);
    assert.equal(await clients.regctl.pull("garage/regctl:1"), image.digest);
    const layer = await fileDigest(image.layer);
    await withClient(async (client) => assert.ok((await client.pullBlob("garage/regctl", layer)) > LAYER_BYTES));
  });

  it("has abandoned uploads removed, and touches nothing else", async () => {
    const [node] = garages();
    assert.ok(node);
    const bucket = await administer<{ lifecycleRules: unknown[] }>(node, "GetBucketInfo", { globalAlias: "registry" });
    assert.deepEqual(bucket.lifecycleRules, [
      { ID: "abandoned-uploads", Status: "Enabled", AbortIncompleteMultipartUpload: { DaysAfterInitiation: abandonedUploadDays } },
    ]);
  });

  it("a node dies under load: nothing that was acknowledged is lost, and the node comes back by itself", async (context) => {
    await startLoad();
    const name = registry().container("garage-2");
    const pid = await registry().docker.hostPid(name);
    process.kill(pid, "SIGKILL");
    const killed = Date.now();
    await until(`${name} is started again`, 20, async () => ![0, pid].includes((await registry().docker.inspect(name)).State.Pid));
    await registry().docker.untilHealthy(name, RECOVERY_SECONDS);
    context.diagnostic(`healthy again after ${Date.now() - killed} ms`);
    await everyoneSucceeds();
    await nothingFailed();
  });

  it("an image roll under load fails no request", async () => {
    const { repository, tag } = imageTable[ImageName.Garage];
    const image = await tagImage(`${repository}:${tag}`, `${tag}-${registry().name}`);
    images.push(image);
    const loadBefore = await running().peek();
    await registry().up((args) => ({ ...args, images: { references: { [ImageName.Garage]: image } } }));
    for (const { name } of garages()) assert.equal((await registry().docker.inspect(name)).Config.Image, image);
    await untilAllSucceed(running(), loadBefore);
    await nothingFailed();
  });

  it("a node that comes back with nothing gets everything from the others, and is not asked before", async () => {
    const lost = garages()[2];
    assert.ok(lost);
    await registry().docker.command("rm", "--force", lost.name, `${lost.name}-volumes`);
    await registry().docker.command("volume", "rm", `${lost.name}-meta`, `${lost.name}-data`);
    await registry().up();
    assert.deepEqual(await registry().docker.broken(registry().name), []);
    await everyoneSucceeds();
    await nothingFailed();
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

  it("two of three nodes are enough to push and to pull, whichever they are", async () => {
    for (const [index, { name }] of garages().entries()) {
      await registry().docker.command("stop", name);
      await withClient((client) => pushAndPull(client, layers.body(index)));
      await registry().docker.command("start", name);
      await registry().docker.untilHealthy(name, RECOVERY_SECONDS);
    }
  });

  it("the keys stand in plain text nowhere but in files of their owners", async () => {
    const [node] = garages();
    assert.ok(node);
    const keys = await administer<{ accessKeyId: string; secretAccessKey: string }>(node, "GetKeyInfo", {
      search: registry().container("garage"),
      showSecretKey: true,
    });
    assert.equal(keys.secretAccessKey.length, 64);
    const logs = [...(await registry().logs.all())].flat().join("\n");
    const places = { state: await registry().exportState(), inspect: await registry().docker.inspectAll(registry().name), logs };
    for (const [place, text] of Object.entries(places)) {
      assert.ok(text.includes(registry().name), `${place} is not what was looked for`);
      assert.ok(!text.includes(keys.secretAccessKey), `the secret key is in ${place}`);
    }
  });

  async function startLoad(): Promise<void> {
    const workers = [
      { role: "push" as const, size: "small" as const, count: 2 },
      { role: "pull" as const, size: "small" as const, count: 2 },
      { role: "push" as const, size: "large" as const, count: 1 },
      { role: "pull" as const, size: "large" as const, count: 1 },
    ];
    load = await Load.start({ client: await registry().client(), workers, maxSeconds: LOAD_SECONDS });
  }

  function running(): Load {
    assert.ok(load, "there is no load");
    return load;
  }

  /** Waits until every kind of operation has succeeded twice; the first of them may have begun before. */
  async function everyoneSucceeds(): Promise<void> {
    const earlier = await running().peek();
    const enough = ({ succeeded }: LoadReport): boolean =>
      Object.entries(succeeded).every(([kind, count]) => count >= (earlier.succeeded[kind] ?? 0) + 2);
    await until("every client succeeds again", RECOVERY_SECONDS, async () => enough(await running().peek()));
  }

  async function nothingFailed(): Promise<void> {
    const report = await running().peek();
    assert.equal(report.failed, 0, describeFailures(report));
  }

  async function pushAndPull(client: RawClient, layer: Body): Promise<void> {
    await client.pushBlob("garage/two", layer);
    await client.pushConfig("garage/two");
    const digest = await client.pushManifest("garage/two", "latest", layer);
    assert.equal((await client.pullManifest("garage/two", "latest")).digest, digest);
    assert.equal(await client.pullBlob("garage/two", layer.digest), LAYER_BYTES);
  }

  function garages(): GarageNodeTopology[] {
    return resolveTopology(registry().name, { objectStore: { garage: {} } }).objectStore.garage?.nodes ?? [];
  }

  /** One call of Garage's administration, with Garage's own program in the node's container. */
  async function administer<T>(node: GarageNodeTopology, call: string, payload: unknown = null): Promise<T> {
    const [, , configuration] = (await registry().docker.inspect(node.name)).Config.Cmd ?? [];
    assert.ok(configuration, garageMetadataDirectory);
    const args = ["exec", node.name, "/garage", "-c", configuration, "json-api", call, JSON.stringify(payload)];
    return JSON.parse(await registry().docker.command(...args)) as T;
  }

  async function withClient(work: (client: RawClient) => Promise<void>): Promise<void> {
    const client = new RawClient(await registry().client());
    try {
      await work(client);
    } finally {
      client.close();
    }
  }
});
