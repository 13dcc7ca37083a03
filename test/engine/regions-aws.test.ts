import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { TagReads } from "ha-registry-core";
import { BodyFamily, type Body } from "./support/bodies";
import type { RawClient } from "./support/http-client";
import { Regions, regions, type Region } from "./support/regions";

// The way that requests take on AWS, through the rendered files. Not shown: S3 (its copying is done by the test, and buckets are directories, so that nobody is
// redirected), Route 53, and what a Network Load Balancer is beside what stands for it.

const [first, second, third] = ["eu-central-1", "us-east-1", "ap-southeast-2"] as const;

const layers = new BodyFamily(3 * 1024 * 1024, 7);

let all: Regions;

before(async () => {
  all = await Regions.create();
  for (const region of regions) await all.start(region, { home: first });
  for (const region of [second, third]) await all.untilHome(region, true);
});
after(async () => all.remove());

async function using<T>(region: Region, work: (client: RawClient) => Promise<T>): Promise<T> {
  const client = await all.client(region);
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

/** Pushes an image of one layer; returns its digest. */
function push(region: Region, repository: string, tag: string, layer: Body): Promise<string> {
  return using(region, async (client) => {
    await client.pushConfig(repository);
    await client.pushBlob(repository, layer);
    return client.pushManifest(repository, tag, layer);
  });
}

/** Pulls an image by its tag, and by its digest, with its layer. */
function pull(region: Region, repository: string, tag: string, digest: string): Promise<void> {
  return using(region, async (client) => {
    const manifest = await client.pullManifest(repository, tag);
    assert.equal(manifest.digest, digest, `${tag} in ${region}`);
    await client.pullManifest(repository, digest);
    await client.pullBlob(repository, manifest.layer);
  });
}

async function status(region: Region, method: string, of: string): Promise<number> {
  return using(region, async (client) => (await client.request(method, of, { expect: [200, 202, 404, 405, 503] })).status);
}

async function tagsIn(region: Region, repository: string): Promise<string[]> {
  const { text } = await using(region, (client) => client.request("GET", `/v2/${repository}/tags/list`, { expect: [200] }));
  return (JSON.parse(text) as { tags: string[] }).tags.sort();
}

describe("while home is there", () => {
  let digest: string;
  it("what is pushed anywhere lies at home alone, and is pulled everywhere at once", async () => {
    digest = await push(first, "team/app", "1", layers.body(1));
    const other = await push(third, "team/app", "2", layers.body(2));
    assert.equal(await all.objects(second), 0);
    assert.equal(await all.objects(third), 0);
    for (const region of regions) {
      await pull(region, "team/app", "1", digest);
      await pull(region, "team/app", "2", other);
      assert.deepEqual(await tagsIn(region, "team/app"), ["1", "2"]);
    }
  });
  it("what is there is told apart from what there is not", async () => {
    for (const region of regions) assert.equal(await status(region, "GET", "/v2/team/app/manifests/none"), 404);
  });
  it("what has arrived in part is pulled", async () => {
    await all.copy(first, second, /\/repositories\//);
    await pull(second, "team/app", "1", digest);
    await all.copy(first, third, /\/blobs\//);
    await pull(third, "team/app", "1", digest);
  });
  it("what has arrived is answered in the region", async () => {
    for (const region of [second, third]) await all.copy(first, region);
    const before = await all.log(first);
    await pull(second, "team/app", "1", digest);
    const layer = layers.body(1).digest;
    assert.ok(!(await all.log(first)).slice(before.length).includes(`/blobs/${layer}`));
  });
  it("a blob that home has removed is not taken for there by who pushes", async () => {
    const { digest: layer } = layers.body(2);
    const hex = layer.slice("sha256:".length);
    await rm(path.join(all.bucket(first), "docker/registry/v2/blobs/sha256", hex.slice(0, 2), hex), { recursive: true });
    await all.start(first, { home: first }); // and with it what it remembers of blobs
    await all.untilHome(second, true);
    assert.equal(await status(second, "HEAD", `/v2/team/app/blobs/${layer}`), 404);
    await push(second, "team/app", "2", layers.body(2));
  });
  it("a tag that moves means the former image until the copy has arrived, or the new one at once where home is asked for tags", async () => {
    const former = await push(first, "team/moving", "latest", layers.body(3));
    for (const region of [second, third]) await all.copy(first, region);
    const moved = await push(second, "team/moving", "latest", layers.body(4));
    await pull(second, "team/moving", "latest", former);
    await all.start(third, { home: first, tagReads: TagReads.Home });
    await all.untilHome(third, true);
    await pull(third, "team/moving", "latest", moved);
    await all.copy(first, second);
    await pull(second, "team/moving", "latest", moved);
  });
  it("home knows clients by their addresses, whichever region they come through", async () => {
    await status(second, "GET", "/v2/team/app/manifests/from-elsewhere");
    const line = (await all.log(first)).split("\n").find((text) => text.includes("from-elsewhere"));
    const own = (await all.log(second)).split("\n").find((text) => text.includes("from-elsewhere"));
    const clientOf = (text: string | undefined): unknown => (JSON.parse(text ?? "{}") as { client?: string }).client;
    assert.match(String(clientOf(own)), /^10\.96\./);
    assert.equal(clientOf(line), clientOf(own));
  });
});

describe("when home is lost", () => {
  let early: string;
  let late: string;
  let after: string;
  it("the others go on answering pulls, and pushes are told when to come again", async () => {
    early = await push(first, "team/lost", "early", layers.body(5));
    for (const region of [second, third]) await all.copy(first, region);
    late = await push(first, "team/lost", "late", layers.body(6));
    const pulls = pullOn([second, third], "team/lost", "early", early);
    await all.lose(first);
    for (const region of [second, third]) {
      await all.untilHome(region, false);
      await pull(region, "team/lost", "early", early);
      const answer = await using(region, (client) => client.request("POST", "/v2/team/lost/blobs/uploads/", { expect: [503] }));
      assert.equal(answer.headers["retry-after"], "30");
      assert.equal(await status(region, "GET", "/v2/team/lost/manifests/late"), 404);
    }
    assert.deepEqual(await pulls.end(), []);
  });
  it("another region is promoted, and takes pushes", async () => {
    await all.start(second, { home: second });
    const pulls = pullOn([second], "team/lost", "early", early);
    await all.start(third, { home: second });
    await all.untilHome(third, true);
    after = await push(third, "team/lost", "after", layers.body(7));
    for (const region of [second, third]) {
      await pull(region, "team/lost", "after", after);
      await pull(region, "team/lost", "early", early);
    }
    assert.deepEqual(await pulls.end(), []);
  });
  it("what the former home took and had not copied is there again with it", async () => {
    await all.start(first, { home: second });
    await all.untilHome(first, true);
    await pull(first, "team/lost", "late", late);
    await pull(first, "team/lost", "after", after);
    await all.copy(first, second, new RegExp(`late|${layers.body(6).digest.slice(7)}|${late.slice(7)}`));
    for (const region of regions) {
      await pull(region, "team/lost", "late", late);
      await pull(region, "team/lost", "after", after);
      await pull(region, "team/lost", "early", early);
    }
  });
});

/** Pulls an image in regions again and again; `end` tells what failed. */
function pullOn(where: readonly Region[], repository: string, tag: string, digest: string): { end: () => Promise<string[]> } {
  const failures: string[] = [];
  let going = true;
  const done = Promise.all(
    where.map(async (region) => {
      do await pull(region, repository, tag, digest).catch((error: unknown) => failures.push(`${region}: ${String(error)}`));
      while (going);
    }),
  );
  return {
    end: async () => {
      going = false;
      await done;
      return failures;
    },
  };
}
