import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { abandonedUploadDays, garageRegion, ports } from "ha-registry-core";
import { probeStore } from "ha-registry/dist/cli/store-probe";
import { BodyFamily, type Body } from "./support/bodies";
import { prepareClients, type Clients } from "./support/clients";
import { Garages } from "./support/garages";
import { RawClient } from "./support/http-client";
import { fileDigest, makeImage } from "./support/images";
import { useRegistry } from "./support/stack";

const MIB = 1024 * 1024;
const LAYER_BYTES = 60 * MIB;

/** How long Docker may take to start a crashed node again, and the node to serve. */
const RECOVERY_SECONDS = 240;

/** What one machine does not show: nodes that are far apart, disks that fail, and terabytes that have to be copied. */
describe("an object store of the registry's own", () => {
  const layers = new BodyFamily(LAYER_BYTES, 51);
  let directory = "";
  let clients: Clients | undefined;
  after(async () => {
    await clients?.remove();
    await rm(directory, { recursive: true, force: true });
  });
  const registry = useRegistry({ args: { objectStore: { garage: {} } } });
  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "garage-"));
  });

  it("has formed a cluster of three by itself, and a second preview changes nothing", async () => {
    await garages().untilWhole(RECOVERY_SECONDS);
    assert.deepEqual(await registry().docker.broken(registry().name), []);
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
    const [node] = garages().nodes;
    assert.ok(node);
    const { accessKeyId, secretAccessKey } = await garages().keys(node);
    const verdict = await probeStore({
      bucket: "registry",
      region: garageRegion,
      endpoints: garages().nodes.map(({ address }) => `http://${address}:${ports.garageS3}`),
      forcePathStyle: true,
      keys: { accessKeyId, secretAccessKey },
    });
    assert.deepEqual(verdict.problems, []);
  });

  it("has abandoned uploads removed, and touches nothing else", async () => {
    const [node] = garages().nodes;
    assert.ok(node);
    const bucket = await garages().administer<{ lifecycleRules: unknown[] }>(node, "GetBucketInfo", { globalAlias: "registry" });
    assert.deepEqual(bucket.lifecycleRules, [
      { ID: "abandoned-uploads", Status: "Enabled", AbortIncompleteMultipartUpload: { DaysAfterInitiation: abandonedUploadDays } },
    ]);
  });

  it("two of three nodes are enough to push and to pull, whichever they are", async () => {
    for (const [index, { name }] of garages().nodes.entries()) {
      await registry().docker.command("stop", name);
      await withClient((client) => pushAndPull(client, layers.body(index)));
      await registry().docker.command("start", name);
      await registry().docker.untilHealthy(name, RECOVERY_SECONDS);
    }
  });

  it("the keys stand in plain text nowhere but in files of their owners", async () => {
    const [node] = garages().nodes;
    assert.ok(node);
    const { secretAccessKey } = await garages().keys(node);
    assert.equal(secretAccessKey.length, 64);
    const logs = [...(await registry().logs.all())].flat().join("\n");
    const places = { state: await registry().exportState(), inspect: await registry().docker.inspectAll(registry().name), logs };
    for (const [place, text] of Object.entries(places)) {
      assert.ok(text.includes(registry().name), `${place} is not what was looked for`);
      assert.ok(!text.includes(secretAccessKey), `the secret key is in ${place}`);
    }
  });

  async function pushAndPull(client: RawClient, layer: Body): Promise<void> {
    await client.pushBlob("garage/two", layer);
    await client.pushConfig("garage/two");
    const digest = await client.pushManifest("garage/two", "latest", layer);
    assert.equal((await client.pullManifest("garage/two", "latest")).digest, digest);
    assert.equal(await client.pullBlob("garage/two", layer.digest), LAYER_BYTES);
  }

  function garages(): Garages {
    return new Garages(registry());
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
