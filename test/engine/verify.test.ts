import assert from "node:assert/strict";
import { truncate, unlink, writeFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { blobPath, layerLinkPath, resolveTopology, tagLinkPath } from "ha-registry-core";
import { BodyFamily, bodyOf, smallBytes, type Body } from "./support/bodies";
import { untilTold } from "./support/command-line";
import { manifestType, RawClient } from "./support/http-client";
import { S3Server } from "./support/s3-server";
import { startRegistry, type RegistryStack } from "./support/stack";
import { Verifications } from "./support/verifications";
import { until } from "./support/waiting";

const indexType = "application/vnd.oci.image.index.v1+json";

/** Blobs beside those of images, for verifications that take a while. */
const MANY = 60;

// Not proved here: what a disk does that cannot read, and stores of other makers than these two.

describe("verify, of a store in a volume", () => {
  const layers = new BodyFamily(smallBytes, 91);
  let registry: RegistryStack;
  let verifications: Verifications;
  let client: RawClient;
  before(async () => {
    registry = await startRegistry({ args: { garbageCollection: {} } });
    await registry.up();
    verifications = new Verifications(registry);
    client = new RawClient(await registry.client());
  });
  after(async () => {
    client.close();
    verifications.end();
    assert.deepEqual(await registry.down(), []);
  });

  it("of an empty registry is sound", async () => {
    const { blobs, tags, repositories } = await verifications.sound();
    assert.deepEqual({ blobs, tags, repositories }, { blobs: 0, tags: 0, repositories: 0 });
  });

  it("follows tags, indexes, referrers and what has no tag, and reads every byte", async () => {
    await fill(client, layers);
    const { repositories, tags, manifests, references, blobs, verifiedBlobs, bytes, verifiedBytes, orphans } = await verifications.sound();
    // app: three images in an index, one of them with a tag of its own, and one without any; a referrer. other: one image.
    assert.deepEqual({ repositories, tags, manifests, references }, { repositories: 2, tags: 4, manifests: 7, references: 15 });
    assert.deepEqual({ verifiedBlobs, verifiedBytes }, { verifiedBlobs: blobs, verifiedBytes: bytes });
    assert.deepEqual(orphans, []);
  });

  it("finds each thing that is wrong, names it, and finds nothing else", async () => {
    await verifications.inStore(`cp -a . /tmp/store`);
    const altered = hexOf(layers.body(1).digest);
    const missing = hexOf(layers.body(2).digest);
    const truncated = hexOf(client.manifestDigest(layers.body(4)));
    const unlinked = hexOf(layers.body(3).digest);
    await verifications.inStore(`printf X | dd of=${blobPath(altered)} bs=1 seek=1000 conv=notrunc`);
    await verifications.inStore(`rm ${blobPath(missing)}`);
    await verifications.inStore(`truncate -s 100 ${blobPath(truncated)}`);
    await verifications.inStore(`rm ${layerLinkPath("team/app", unlinked)}`);
    await verifications.inStore(`: > ${tagLinkPath("team/other", "one")}`);
    const { faults } = await verifications.faulty();
    const found = faults.map(({ kind, repository, tags, digest }) => [kind, repository, tags.join(), digest].join(" "));
    assert.deepEqual(found.sort(), [
      `digest team/app  sha256:${truncated}`,
      `digest team/app multi,one sha256:${altered}`,
      `layer-link team/app multi sha256:${unlinked}`,
      `missing team/app multi sha256:${missing}`,
      "tag-link team/other one ",
    ]);
    const { stdout, code } = await verifications.start().end;
    assert.equal(code, 3);
    assert.match(stdout, new RegExp(`team/app:multi: blob sha256:${missing} is missing`));
    assert.match(stdout, /team\/other:one: the link of tag one is empty/);
    assert.match(stdout, /: 5 faults: /);
    const { faults: ofOther } = await verifications.faulty("--repository", "*/other");
    assert.deepEqual(
      ofOther.map(({ kind }) => kind),
      ["tag-link"],
    );
    await verifications.inStore(`cp -a /tmp/store/. . && rm -r /tmp/store`);
    await verifications.sound();
  });

  it("a sample reads some bytes, and finds what is missing all the same", async () => {
    const { blobs, verifiedBlobs, manifests } = await verifications.sound("--sample", "1e-6");
    assert.ok(blobs > manifests);
    assert.equal(verifiedBlobs, manifests); // which have to be read
    const path = blobPath(hexOf(layers.body(2).digest));
    await verifications.inStore(`mv ${path} /tmp/away`);
    assert.equal((await verifications.faulty("--sample", "1e-6")).faults.length, 1);
    await verifications.inStore(`mv /tmp/away ${path}`);
  });

  it("lists what nothing refers to, once it is old", async () => {
    const orphan = layers.body(50);
    await client.pushBlob("team/app", orphan);
    assert.deepEqual((await verifications.sound()).orphans, []);
    await verifications.inStore(`touch -d @1000000000 ${blobPath(hexOf(orphan.digest))}`);
    const { orphans } = await verifications.sound();
    assert.deepEqual(orphans, [{ digest: orphan.digest, size: orphan.size, modified: 1_000_000_000 }]);
  });

  it("interrupted, it leaves nothing behind, and goes on from where it was", async () => {
    for (let number = 0; number < MANY; number++) await client.pushBlob("team/app", layers.body(100 + number));
    // Slow enough to be met on the way: all blobs are about 4 MB.
    const first = verifications.start("--bandwidth", "100K");
    await untilTold(first, /verifying .*\([1-9]\d* of \d+ blobs/);
    assert.notDeepEqual(await verifications.processes(), []);
    first.child.kill("SIGINT");
    const { code, stderr } = await first.end;
    assert.equal(code, 1);
    assert.match(stderr, /verify .* --resume` goes on/);
    await until("nothing runs in the container any more", 20, async () => (await verifications.processes()).length === 0);
    const second = await verifications.start("--resume", "--json").end;
    assert.equal(second.code, 0, second.stderr);
    const earlier = Number(/which found (\d+) blobs right/.exec(second.stderr)?.[1]);
    const { blobs, verifiedBlobs } = JSON.parse(second.stdout) as { blobs: number; verifiedBlobs: number };
    assert.ok(earlier > 0 && earlier < blobs, `${earlier} of ${blobs}`);
    assert.equal(verifiedBlobs, blobs);
    assert.match((await verifications.start("--resume").end).stderr, /no verification was interrupted/);
  });

  it("killed, nothing goes on in the container", async () => {
    const killed = verifications.start("--bandwidth", "100K");
    await untilTold(killed, /verifying .*\(\d+ of \d+ blobs/);
    assert.notDeepEqual(await verifications.processes(), []);
    killed.child.kill("SIGKILL");
    await killed.end;
    await until("nothing runs in the container any more", 20, async () => (await verifications.processes()).length === 0);
    await verifications.sound("--resume");
  });

  it("what is pushed and deleted meanwhile is no fault", async () => {
    const running = verifications.start("--bandwidth", "2M", "--json");
    const ended = running.end.then(() => true);
    let number = 1000;
    while (!(await Promise.race([ended, push(client, "team/busy", `v${number}`, layers.body(number)).then(() => false)]))) {
      await client.request("DELETE", `/v2/team/busy/manifests/${client.manifestDigest(layers.body(number++))}`, { expect: [202] });
    }
    const { code, stdout } = await running.end;
    assert.equal(code, 0, stdout);
    assert.ok(number > 1002);
  });

  it("refuses what it cannot do", async () => {
    assert.equal((await verifications.start("--sample", "0").end).code, 2);
    assert.equal((await verifications.start("--bandwidth", "fast").end).code, 2);
  });
});

describe("verify, of a store in a bucket", () => {
  const layers = new BodyFamily(smallBytes, 92);
  let registry: RegistryStack;
  let server: S3Server;
  let verifications: Verifications;
  before(async () => {
    registry = await startRegistry({ args: { garbageCollection: {} } });
    const { gateway } = resolveTopology(registry.name, {}).network;
    server = await S3Server.start(gateway);
    const { bucket, endpoint, caPem, accessKey: s3AccessKey, secretKey: s3SecretKey } = server;
    await registry.up((args) => ({
      ...args,
      objectStore: { s3: { bucket, endpoint, forcePathStyle: true } },
      trust: { s3CaPem: caPem },
      secrets: { s3AccessKey, s3SecretKey },
    }));
    verifications = new Verifications(registry);
  });
  after(async () => {
    verifications.end();
    try {
      assert.deepEqual(await registry.down(), []);
    } finally {
      await server.stop();
    }
  });

  it("is sound where everything is there, and names what is wrong", async () => {
    await verifications.sound();
    const client = new RawClient(await registry.client());
    await fill(client, layers);
    client.close();
    const { blobs, verifiedBlobs, references } = await verifications.sound();
    assert.deepEqual({ verifiedBlobs, references }, { verifiedBlobs: blobs, references: 15 });
    const [altered, missing, cut] = [1, 2, 3].map((number) => layers.body(number).digest);
    await writeFile(server.blob(altered ?? ""), "X", { flag: "r+" });
    await unlink(server.blob(missing ?? ""));
    await truncate(server.blob(cut ?? ""), 10);
    const { faults } = await verifications.faulty();
    assert.deepEqual(
      new Map(faults.map(({ kind, digest }) => [digest, kind])),
      new Map([
        [altered, "digest"],
        [missing, "missing"],
        [cut, "size"],
      ]),
    );
  });
});

/**
 * Two repositories with shared layers. `team/app` has an index of three images, tag `multi`; the first image's tag `one`, an attestation of it by
 * tag, and an image without a tag; `team/other` has an image with tag `one`.
 */
async function fill(client: RawClient, layers: BodyFamily): Promise<void> {
  for (const number of [1, 2, 3, 4])
    await push(client, "team/app", number === 1 ? "one" : client.manifestDigest(layers.body(number)), layers.body(number));
  const children = [1, 2, 3].map((number) => ({
    mediaType: manifestType,
    digest: client.manifestDigest(layers.body(number)),
    size: client.manifest(layers.body(number)).size,
    platform: { os: "linux", architecture: `test${number}` },
  }));
  const index = bodyOf(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: children })));
  await client.request("PUT", "/v2/team/app/manifests/multi", { expect: [201], headers: { "content-type": indexType }, body: index });
  await push(client, "team/app", client.manifestDigest(layers.body(1)).replace(":", "-"), layers.body(5));
  await push(client, "team/other", "one", layers.body(6));
}

async function push(client: RawClient, repository: string, reference: string, layer: Body): Promise<void> {
  await client.pushConfig(repository);
  await client.pushBlob(repository, layer);
  await client.pushManifest(repository, reference, layer);
}

function hexOf(digest: string): string {
  return digest.slice("sha256:".length);
}
