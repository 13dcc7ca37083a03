import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { resolveTopology } from "ha-registry-core";
import { probeStore } from "ha-registry/dist/cli/store-probe";
import { makeAuthority, makeServerCertificate, type KeyPair } from "../engine/support/authority";
import { BodyFamily } from "../engine/support/bodies";
import { RawClient } from "../engine/support/http-client";
import { MinioServer } from "../engine/support/minio-server";
import { startRegistry, type RegistryStack } from "../engine/support/stack";

const LAYER_BYTES = 60 * 1024 * 1024;

/** MinIO in the mode for one disk; several nodes of it are its own concern. */
describe("a bucket at a MinIO endpoint", () => {
  const layers = new BodyFamily(LAYER_BYTES, 61);
  let registry: RegistryStack;
  let authority: KeyPair;
  let server: MinioServer;
  before(async () => {
    registry = await startRegistry();
    const { gateway } = resolveTopology(registry.name, {}).network;
    authority = await makeAuthority("store CA");
    const certificate = await makeServerCertificate(authority, [`IP:${gateway}`, "IP:127.0.0.1"]);
    server = await MinioServer.start(certificate, authority.certificatePem);
    const { bucket, port, accessKey: s3AccessKey, secretKey: s3SecretKey } = server;
    await registry.up((args) => ({
      ...args,
      objectStore: { s3: { bucket, endpoint: `https://${gateway}:${port}` } },
      trust: { s3CaPem: authority.certificatePem },
      secrets: { s3AccessKey, s3SecretKey },
    }));
  });
  after(async () => {
    try {
      assert.deepEqual(await registry.down(), []);
    } finally {
      await server.stop();
    }
  });

  it("passes the probe, and cares for no abandoned upload by itself", async () => {
    const verdict = await probeStore({
      bucket: server.bucket,
      region: "us-east-1",
      endpoints: [`https://127.0.0.1:${server.port}`],
      forcePathStyle: true,
      keys: { accessKeyId: server.accessKey, secretAccessKey: server.secretKey },
      caPem: authority.certificatePem,
    });
    assert.deepEqual(verdict, { problems: [], abandonedUploadsRemoved: false });
  });

  it("takes a layer in one piece and in several, through both nodes, and gives it back", async () => {
    const client = new RawClient(await registry.client());
    try {
      const [whole, pieces] = [layers.body(1), layers.body(2)];
      await client.pushBlob("minio/a", whole);
      const upload = await client.appendUpload(await client.beginUpload("minio/a"), pieces, 0, 7_000_000);
      await client.commitUpload(await client.appendUpload(upload, pieces, 7_000_000), pieces.digest);
      await client.pushConfig("minio/a");
      const digest = await client.pushManifest("minio/a", "one", whole);
      assert.equal((await client.pullManifest("minio/a", "one")).digest, digest);
      for (const layer of [whole, pieces]) assert.equal(await client.pullBlob("minio/a", layer.digest), LAYER_BYTES);
    } finally {
      client.close();
    }
  });

  it("a second preview changes nothing", async () => {
    const { same = 0, ...others } = await registry.preview();
    assert.deepEqual(others, {});
    assert.ok(same > 0);
  });
});
