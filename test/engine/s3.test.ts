import assert from "node:assert/strict";
import { mkdtemp, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { resolveTopology } from "ha-registry-core";
import { listedBytes, probeStore, type StoreAccess } from "ha-registry/dist/cli/store-probe";
import { BodyFamily } from "./support/bodies";
import { prepareClients, type Clients } from "./support/clients";
import { RawClient, type ClientOptions } from "./support/http-client";
import { fileDigest, makeImage } from "./support/images";
import { S3Server } from "./support/s3-server";
import { startRegistry, type RegistryStack } from "./support/stack";

const MIB = 1024 * 1024;
const LAYER_BYTES = 60 * MIB;

/** What no S3 server of one's own shows: signed redirects to AWS, KMS, and keys of an instance's role. */
describe("a bucket at an S3 endpoint with a certificate from an own CA", () => {
  const layers = new BodyFamily(LAYER_BYTES, 41);
  let directory: string;
  let registry: RegistryStack;
  let server: S3Server;
  let clients: Clients | undefined;
  let user: ClientOptions;
  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "s3-"));
    registry = await startRegistry();
    const { gateway } = resolveTopology(registry.name, {}).network;
    server = await S3Server.start(gateway);
    const { bucket, endpoint, caPem, accessKey: s3AccessKey, secretKey: s3SecretKey } = server;
    await registry.up((args) => ({
      ...args,
      objectStore: { s3: { bucket, endpoint, forcePathStyle: true } },
      trust: { s3CaPem: caPem },
      secrets: { s3AccessKey, s3SecretKey },
    }));
    user = await registry.client();
  });
  after(async () => {
    await clients?.remove();
    try {
      assert.deepEqual(await registry.down(), []);
    } finally {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    }
  });

  it("serves without a volume for blobs", async () => {
    assert.deepEqual(await registry.docker.broken(registry.name), []);
    const volumes = (await registry.docker.leftovers(registry.name)).filter((name) => name.startsWith("volume "));
    assert.ok(volumes.length > 0);
    assert.deepEqual(
      volumes.filter((name) => name.endsWith("-store")),
      [],
    );
  });

  it("crane pushes a layer of 60 MiB in parts, and pulls it", async () => {
    const image = await makeImage(path.join(directory, "image"), LAYER_BYTES, 42);
    clients = await prepareClients(directory, await registry.outputs());
    await clients.crane.login();
    assert.equal(await clients.crane.push(image, "s3/crane:1"), image.digest);
    assert.equal(await clients.crane.pull("s3/crane:1"), image.digest);
    const layer = await fileDigest(image.layer);
    assert.equal(await fileDigest(server.blob(layer)), layer);
  });

  it("a blob that is sent in one piece lies in the bucket as it was sent", async () => {
    await withClient(async (client) => {
      const layer = layers.body(1);
      await client.pushBlob("s3/whole", layer);
      assert.equal(await fileDigest(server.blob(layer.digest)), layer.digest);
      assert.equal(await client.pullBlob("s3/whole", layer.digest), LAYER_BYTES);
    });
  });

  it("an upload that one node begins, the other goes on with, and each of them may end", async () => {
    const nodes = await Promise.all([1, 2].map(nodeClient));
    const [first, second] = nodes;
    assert.ok(first && second);
    try {
      // The first cut is below the least size of a part, the second in the middle of one.
      const [early, late] = [3 * MIB, 33 * MIB];
      for (const [index, last] of nodes.entries()) {
        const layer = layers.body(10 + index);
        const begun = await first.appendUpload(await first.beginUpload("s3/shared"), layer, 0, early);
        const continued = await second.appendUpload(begun, layer, early, late);
        await last.commitUpload(await first.appendUpload(continued, layer, late), layer.digest);
        assert.equal(await fileDigest(server.blob(layer.digest)), layer.digest);
        for (const node of nodes) assert.equal(await node.pullBlob("s3/shared", layer.digest), LAYER_BYTES);
      }
    } finally {
      for (const node of nodes) node.close();
    }
  });

  it("finished uploads leave nothing in the bucket", async () => {
    const uploads = (await server.objects("docker/registry/v2/repositories")).filter((name) => name.includes("/_uploads/"));
    assert.deepEqual(uploads, []);
  });

  it("lists tags and repositories, and deletes a manifest", async () => {
    await withClient(async (client) => {
      const layer = layers.body(1);
      await client.pushConfig("s3/whole");
      const digest = await client.pushManifest("s3/whole", "one", layer);
      await client.pushManifest("s3/whole", "two", layer);
      const tags = await client.request("GET", "/v2/s3/whole/tags/list", { expect: [200] });
      assert.deepEqual(JSON.parse(tags.text), { name: "s3/whole", tags: ["one", "two"] });
      const catalog = await client.request("GET", "/v2/_catalog", { expect: [200] });
      assert.deepEqual(JSON.parse(catalog.text), { repositories: ["s3/crane", "s3/whole"] }); // those with a manifest
      await client.request("DELETE", `/v2/s3/whole/manifests/${digest}`, { expect: [202] });
      await client.request("GET", `/v2/s3/whole/manifests/one`, { expect: [404] });
    });
  });

  it("passes the probe that an endpoint has to pass, which leaves nothing behind", async () => {
    const before = await server.objects("");
    const verdict = await probeStore(access());
    assert.deepEqual(verdict.problems, []);
    assert.deepEqual(await server.objects(""), before);
  });

  it("holds what its list says, which is what its files are", async () => {
    const sizes = await Promise.all((await server.objects("docker")).map(async (file) => (await stat(file)).size));
    const held = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(held > 4 * LAYER_BYTES);
    assert.equal(await listedBytes(access(), "/docker"), held);
    assert.equal(await listedBytes(access(), "elsewhere"), 0);
  });

  it("keys or a bucket that are not right are told as what they are", async () => {
    await assert.rejects(probeStore({ ...access(), bucket: "another" }), { name: "NoSuchBucket" });
    await assert.rejects(probeStore({ ...access(), keys: { accessKeyId: server.accessKey, secretAccessKey: "wrong" } }), {
      name: "SignatureDoesNotMatch",
    });
  });

  it("the keys stand in plain text nowhere but in the nodes' configuration", async () => {
    const logs = [...(await registry.logs.all())].flat().join("\n");
    const places = { state: await registry.exportState(), inspect: await registry.docker.inspectAll(registry.name), logs };
    for (const [place, text] of Object.entries(places)) {
      assert.ok(text.includes(registry.name), `${place} is not what was looked for`);
      assert.ok(!text.includes(server.accessKey), `the access key is in ${place}`);
      assert.ok(!text.includes(server.secretKey), `the secret key is in ${place}`);
    }
  });

  it("a second preview changes nothing", async () => {
    const { same = 0, ...others } = await registry.preview();
    assert.deepEqual(others, {});
    assert.ok(same > 0);
  });

  function access(): StoreAccess {
    const { bucket, endpoint, caPem, accessKey, secretKey } = server;
    return {
      bucket,
      region: "us-east-1",
      endpoints: [endpoint],
      forcePathStyle: true,
      keys: { accessKeyId: accessKey, secretAccessKey: secretKey },
      caPem,
    };
  }

  async function withClient(work: (client: RawClient) => Promise<void>): Promise<void> {
    const client = new RawClient(user);
    try {
      await work(client);
    } finally {
      client.close();
    }
  }

  /** A client that speaks with one node, past the balancer. */
  async function nodeClient(number: number): Promise<RawClient> {
    const { IPAddress } =
      Object.values((await registry.docker.inspect(registry.container(`node-${number}`))).NetworkSettings.Networks)[0] ?? {};
    const { username, password } = user;
    return new RawClient({ endpoint: `http://${IPAddress ?? ""}:5000`, username, password });
  }
});
