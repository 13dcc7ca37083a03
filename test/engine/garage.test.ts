import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { ImageName, abandonedUploadDays, garageRegion, imageTable, ports, resolveTopology } from "ha-registry-core";
import type { GarageNodeTopology } from "ha-registry-core";
import { tagImage } from "ha-registry-tools";
import { probeStore } from "ha-registry/dist/cli/store-probe";
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
const RECOVERY_SECONDS = 240;

/** A request may have been sent to a process that is dying. */
const DEATH_MILLISECONDS = 200;

/** Bounds the load should a step hang. */
const LOAD_SECONDS = 1700;

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

  it("passes the probe that every store has to pass, through all of its nodes at once", async () => {
    const [node] = garages();
    assert.ok(node);
    const { accessKeyId, secretAccessKey } = await keys(node);
    const verdict = await probeStore({
      bucket: "registry",
      region: garageRegion,
      endpoints: garages().map(({ address }) => `http://${address}:${ports.garageS3}`),
      forcePathStyle: true,
      keys: { accessKeyId, secretAccessKey },
    });
    assert.deepEqual(verdict.problems, []);
  });

  it("has abandoned uploads removed, and touches nothing else", async () => {
    const [node] = garages();
    assert.ok(node);
    const bucket = await administer<{ lifecycleRules: unknown[] }>(node, "GetBucketInfo", { globalAlias: "registry" });
    assert.deepEqual(bucket.lifecycleRules, [
      { ID: "abandoned-uploads", Status: "Enabled", AbortIncompleteMultipartUpload: { DaysAfterInitiation: abandonedUploadDays } },
    ]);
  });

  it("a node dies under load: requests fail only where they were in flight on it, and it comes back by itself", async (context) => {
    await startLoad();
    const name = registry().container("garage-2");
    const pid = await registry().docker.hostPid(name);
    process.kill(pid, "SIGKILL");
    const killed = Date.now();
    await until(
      `${name} is started again`,
      RECOVERY_SECONDS,
      async () => ![0, pid].includes((await registry().docker.inspect(name)).State.Pid),
    );
    await registry().docker.untilHealthy(name, RECOVERY_SECONDS);
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
    const earlier = await running().peek();
    const { repository, tag } = imageTable[ImageName.Garage];
    const image = await tagImage(`${repository}:${tag}`, `${tag}-${registry().name}`);
    images.push(image);
    await registry().up((args) => ({ ...args, images: { references: { [ImageName.Garage]: image } } }));
    for (const { name } of garages()) assert.equal((await registry().docker.inspect(name)).Config.Image, image);
    await untilAllSucceed(running(), earlier);
    await nothingFailedSince(earlier);
  });

  it("a node that comes back with nothing gets everything from the others, and is not asked before", async () => {
    const earlier = await running().peek();
    const lost = garages()[2];
    assert.ok(lost);
    await registry().docker.command("rm", "--force", lost.name, `${lost.name}-volumes`);
    await registry().docker.command("volume", "rm", `${lost.name}-meta`, `${lost.name}-data`);
    await registry().up();
    assert.deepEqual(await registry().docker.broken(registry().name), []);
    await everyoneSucceeds();
    await nothingFailedSince(earlier);
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
    const { secretAccessKey } = await keys(node);
    assert.equal(secretAccessKey.length, 64);
    const logs = [...(await registry().logs.all())].flat().join("\n");
    const places = { state: await registry().exportState(), inspect: await registry().docker.inspectAll(registry().name), logs };
    for (const [place, text] of Object.entries(places)) {
      assert.ok(text.includes(registry().name), `${place} is not what was looked for`);
      assert.ok(!text.includes(secretAccessKey), `the secret key is in ${place}`);
    }
  });

  async function startLoad(): Promise<void> {
    const workers = [
      { role: "push" as const, size: "small" as const, count: 2 },
      { role: "pull" as const, size: "small" as const, count: 2 },
      { role: "push" as const, size: "medium" as const, count: 1 },
      { role: "pull" as const, size: "medium" as const, count: 1 },
    ];
    load = await Load.start({ client: await registry().client(), workers, maxSeconds: LOAD_SECONDS });
  }

  function running(): Load {
    assert.ok(load, "there is no load");
    return load;
  }

  /** Waits until every kind of operation succeeds again. */
  async function everyoneSucceeds(): Promise<void> {
    await untilAllSucceed(running(), await running().peek());
  }

  async function nothingFailedSince(earlier: LoadReport): Promise<void> {
    const report = await running().peek();
    const failures = report.failures.slice(earlier.failures.length);
    assert.equal(failures.length, 0, describeFailures({ failures, failed: failures.length }));
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

  async function keys(node: GarageNodeTopology): Promise<{ accessKeyId: string; secretAccessKey: string }> {
    return administer(node, "GetKeyInfo", { search: registry().container("garage"), showSecretKey: true });
  }

  /** One call of Garage's administration, with Garage's own program in the node's container. */
  async function administer<T>(node: GarageNodeTopology, call: string, payload: unknown = null): Promise<T> {
    const [, , configuration] = (await registry().docker.inspect(node.name)).Config.Cmd ?? [];
    assert.ok(configuration);
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
