import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chown, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { resolveTopology, storeDirectory, users } from "ha-registry-core";
import type { BackupItem, BackupResult } from "ha-registry/dist/cli/backup";
import { linesOf } from "ha-registry/dist/cli/script";
import { BodyFamily, smallBytes, type Body } from "./support/bodies";
import { CommandLine } from "./support/command-line";
import { Docker } from "./support/docker";
import { RawClient } from "./support/http-client";
import { freshName } from "./support/names";
import { freePorts } from "./support/ports";
import { S3Server } from "./support/s3-server";

/** Images that are there before anything goes wrong. */
const IMAGES = 24;

/** Not proved here: object lock and versioning of a bucket, and a target that is far away. */
describe("backups", () => {
  const name = freshName("b");
  const commandLine = new CommandLine(name);
  const docker = new Docker();
  const container = `${name}-backup`;
  const layers = new BodyFamily(smallBytes, 91);
  /** Digest of the manifest by `repository:tag`. */
  const pushed = new Map<string, string>();
  let shelf: string;
  let far: S3Server;
  let client: RawClient;

  before(async () => {
    shelf = await mkdtemp(join(tmpdir(), "shelf-"));
    await chown(shelf, users.registry, users.registry);
    const { gateway } = resolveTopology(name, {}).network;
    far = await S3Server.start(gateway);
    const port = await freePorts(4);
    commandLine.configure({
      loadBalancer: { port, statistics: { port: port + 1 } },
      backup: {
        targets: {
          // Neither is due while the test runs, after the first run.
          far: { s3: { bucket: far.bucket, endpoint: far.endpoint }, everyMinutes: 1440 },
          shelf: { directory: shelf, everyMinutes: 1440, bandwidth: "1G" },
        },
      },
      trust: { backupCaPem: far.caPem },
    });
    await commandLine.secret("backupAccessKeys.far", far.accessKey);
    await commandLine.secret("backupSecretKeys.far", far.secretKey);
    await commandLine.run(0, "up", name);
    client = new RawClient(await commandLine.client());
    for (let number = 1; number <= IMAGES; number++) await push(`team/app-${number % 3}`, `v${number}`, layers.body(number));
  });
  after(async () => {
    client?.close();
    await docker.removeLeftovers(name);
    await far?.stop();
    await rm(shelf, { recursive: true, force: true });
    commandLine.end();
  });

  it("copy everything to every target, and the state with it", async () => {
    const results = await backUp();
    assert.deepEqual(results.map(({ target }) => target).sort(), ["far", "shelf"]);
    for (const { result, point } of results) {
      assert.equal(result, "done");
      assert.notEqual(point, "");
    }
    const inStore = await blobsOf(`${storeDirectory}/docker/registry/v2/blobs`);
    assert.ok(inStore.length > IMAGES);
    assert.deepEqual(await blobsOf("/backup/shelf/blobs"), inStore);
    assert.equal((await far.objects(`${name}/blobs`)).length, inStore.length);
  });

  it("tell what they have; the state has no secret in plain text", async () => {
    const { stdout } = await commandLine.run(0, "backup", name, "list", "--json");
    const items = linesOf<BackupItem>(stdout);
    for (const target of ["far", "shelf"])
      for (const kind of ["points", "state"])
        assert.ok(
          items.some((item) => item.target === target && item.kind === kind),
          stdout,
        );
    const state = (await commandLine.run(0, "backup", name, "state", "--target", "far")).stdout;
    const { deployment } = JSON.parse(state) as { deployment: { resources: unknown[] } };
    assert.ok(deployment.resources.length > 20);
    const { credentials } = await commandLine.outputs();
    assert.ok(!state.includes(credentials.password) && !state.includes(far.secretKey));
  });

  it("of an unchanged store copy nothing, and make no point", async () => {
    for (const { blobs, bytes, point } of await backUp()) assert.deepEqual({ blobs, bytes, point }, { blobs: 0, bytes: 0, point: "" });
  });

  it("of a changed store copy what is new", async () => {
    await push("team/new", "v1", layers.body(120));
    for (const { blobs, point } of await backUp()) {
      assert.equal(blobs, 2); // layer and manifest; the configuration is everybody's
      assert.notEqual(point, "");
    }
  });

  it("a run that is killed halfway is made good by the next one", async () => {
    await push("team/new", "v2", layers.body(121));
    await killOnceThereIs("/var/lib/backup/copying");
    const killed = commandLine.start("backup", name, "now", "--target", "shelf");
    assert.notEqual((await killed.end).code, 0);
    const [result] = await backUp("shelf");
    assert.equal(result?.result, "done");
    assert.notEqual(result?.point, "", "a point with what the killed run had seen");
    await backUp("far");
  });

  it("tell Prometheus of age, size, duration and result", async () => {
    const text = await inContainer(`wget -qO- http://127.0.0.1:5008/metrics`);
    for (const target of ["far", "shelf"]) {
      assert.match(text, new RegExp(`^ha_registry_backup_last_result\\{target="${target}"\\} 1$`, "m"));
      assert.match(text, new RegExp(`^ha_registry_backup_last_success_timestamp_seconds\\{target="${target}"\\} \\d{10}$`, "m"));
      assert.match(text, new RegExp(`^ha_registry_backup_points\\{target="${target}"\\} [1-9]\\d*$`, "m"));
    }
  });

  it("points that are old go, and blobs that no other point needs", async () => {
    await push("team/short", "lived", layers.body(130));
    const [{ point } = { point: "" }] = await backUp("shelf");
    assert.ok(point);
    // The same again as if made long ago: of one day the last stays, of one month the last, and beyond a year none.
    const [day, month, before] = [daysAgo(10), daysAgo(100), daysAgo(800)];
    for (const old of [`${day}T01-00-00Z`, `${day}T02-00-00Z`, `${month}T01-00-00Z`, `${month}T02-00-00Z`, `${before}T01-00-00Z`])
      await inContainer(`cd /backup/shelf/points && cp ${point}.tar.gz ${old}.tar.gz`);
    const unneeded = `blobs/sha256/00/${"0".repeat(64)}`;
    await inContainer(`cd /backup/shelf && mkdir -p ${unneeded} && echo unneeded > ${unneeded}/data`);
    await push("team/short", "lived", layers.body(131));
    await backUp("shelf");
    const left = await readdir(join(shelf, "points"));
    assert.ok(left.includes(`${day}T02-00-00Z.tar.gz`) && left.includes(`${month}T02-00-00Z.tar.gz`), left.join());
    for (const gone of [`${day}T01-00-00Z`, `${month}T01-00-00Z`, `${before}T01-00-00Z`]) assert.ok(!left.includes(`${gone}.tar.gz`), gone);
    assert.ok(!existsSync(join(shelf, unneeded)));
    // Both layers of the tag, as each is in a point.
    for (const number of [130, 131]) assert.ok((await blobsOf("/backup/shelf/blobs")).includes(pathOf(layers.body(number))));
  });

  it("a store that is not empty is not restored over, but repaired", async () => {
    const { stderr } = await commandLine.run(2, "restore", name, "--target", "far", "--yes");
    assert.match(stderr, /the store has tags already/);
    const lost = layers.body(5);
    await inContainer(`rm ${storeDirectory}/docker/registry/v2/blobs/${pathOf(lost)}`);
    await commandLine.run(0, "restore", name, "--target", "far", "--repair", "--yes");
    await pullAll();
  });

  it("a point holds what was pushed while it was made, or what was there before", async () => {
    const first = layers.body(140);
    await push("team/busy", "moving", first);
    await push("team/busy", "kept", first);
    let going = true;
    const pushing = (async () => {
      // Never the same twice: a run that finds what the one before has found makes no point.
      for (let number = 141; going; number++) {
        await push("team/busy", "moving", layers.body(number));
        await push("team/busy", "kept", first); // the same again: its links are written anew
      }
    })();
    const points: string[] = [];
    try {
      for (let round = 0; round < 3; round++) points.push(...(await backUp("shelf")).map(({ point }) => point));
    } finally {
      going = false; // it would go on for ever
      await pushing;
    }
    assert.equal(new Set(points.filter(Boolean)).size, 3);
    for (const point of points) {
      const { tags, manifests } = await pointContent(`/backup/shelf/points/${point}.tar.gz`, "team/busy");
      assert.deepEqual([...tags.keys()].sort(), ["kept", "moving"], point);
      for (const digest of tags.values()) assert.ok(manifests.includes(digest), `${point}: ${digest}`);
    }
  });

  it("of a store that has lost most of its tags make no point, until that is accepted", async () => {
    await inContainer(`mv ${store("repositories/team")} ${store("repositories/away")}; mkdir ${store("repositories/team")}`);
    await inContainer(`cd ${store("repositories/away")} && for each in *; do [ $each = app-1 ] || mv $each ../../kept-$each; done`);
    const { stderr } = await commandLine.run(1, "backup", name, "now");
    assert.match(stderr, /of \d+ tags at the last run \d+ are left/);
    await inContainer(
      `cd ${store("repositories")} && rmdir team && mv away team && for each in ../kept-*; do mv $each team/\${each#../kept-}; done`,
    );
    await backUp();
  });

  it("a target that another registry has written to, or that has nothing any more, is left alone until it is taken over", async () => {
    await inContainer("echo another > /backup/shelf/owner");
    assert.match((await commandLine.run(1, "backup", name, "now", "--target", "shelf")).stderr, /another registry writes to target shelf/);
    await inContainer("rm -r /backup/shelf/*");
    assert.match((await commandLine.run(1, "backup", name, "now", "--target", "shelf")).stderr, /is the disk mounted/);
    const { stdout } = await commandLine.run(0, "backup", name, "now", "--target", "shelf", "--take-over", "--json");
    const [result] = linesOf<BackupResult>(stdout);
    assert.ok((result?.blobs ?? 0) > IMAGES);
    assert.notEqual(result?.point, "", "a point, though nothing has changed");
  });

  it("of a store that was lost leave no point", async () => {
    await wipe();
    const { stderr } = await commandLine.run(1, "backup", name, "now");
    assert.match(stderr, /the store is empty, and was not at the last run/);
  });

  it("a restore that is killed halfway goes on where it was, and everything can be pulled again", async () => {
    await killOnceThereIs("/var/lib/backup/lists/*/point.tar.gz");
    const killed = commandLine.start("restore", name, "--target", "far", "--yes");
    assert.notEqual((await killed.end).code, 0);
    const { stderr } = await commandLine.run(1, "backup", name, "now");
    assert.match(stderr, /a restore was not finished/);
    await commandLine.run(0, "restore", name, "--target", "far", "--yes");
    await pullAll();
    await backUp();
  });

  it("a restore from a target that lacks a manifest leaves the tags of its repository out, and says so", async () => {
    const manifest = pushed.get("team/app-1:v1") ?? "";
    const [first] = (await far.objects(`${name}/blobs`)).filter((path) => path.includes(manifest.slice("sha256:".length)));
    assert.ok(first);
    await rename(first, `${first}.away`);
    await wipe();
    const { stderr } = await commandLine.run(1, "restore", name, "--target", "far", "--yes");
    assert.match(stderr, /tags of team\/app-1 are left out/);
    await pull("team/app-2", "v2");
    await client.request("GET", "/v2/team/app-1/manifests/v4", { expect: [404] });
    await rename(`${first}.away`, first);
    await commandLine.run(0, "restore", name, "--target", "far", "--repair", "--yes");
    await pullAll();
  });

  it("an earlier point can be restored", async () => {
    const { stdout } = await commandLine.run(0, "backup", name, "list", "--json", "--target", "far");
    const [oldest] = linesOf<BackupItem>(stdout).filter(({ kind }) => kind === "points");
    await wipe();
    await commandLine.run(2, "restore", name, "--target", "far", "--point", "2001-01-01T00-00-00Z", "--yes");
    await commandLine.run(0, "restore", name, "--target", "far", "--point", oldest?.name ?? "", "--yes");
    await client.request("GET", "/v2/team/new/manifests/v1", { expect: [404] });
    await pull("team/app-1", "v1");
  });

  async function backUp(target?: string): Promise<BackupResult[]> {
    const { stdout } = await commandLine.run(0, "backup", name, "now", "--json", ...(target === undefined ? [] : ["--target", target]));
    return linesOf<BackupResult>(stdout) as BackupResult[];
  }

  async function push(repository: string, tag: string, layer: Body): Promise<void> {
    await client.pushBlob(repository, layer);
    await client.pushConfig(repository);
    pushed.set(`${repository}:${tag}`, await client.pushManifest(repository, tag, layer));
  }

  async function pull(repository: string, tag: string): Promise<void> {
    const { digest, layer, size } = await client.pullManifest(repository, tag);
    assert.equal(digest, pushed.get(`${repository}:${tag}`));
    assert.equal(await client.pullBlob(repository, layer), size);
  }

  async function pullAll(): Promise<void> {
    for (const image of pushed.keys()) {
      const [repository = "", tag = ""] = image.split(":");
      await pull(repository, tag);
    }
  }

  async function wipe(): Promise<void> {
    await inContainer(`rm -rf ${store("repositories")} ${store("blobs")}`);
  }

  function inContainer(script: string): Promise<string> {
    return docker.command("exec", container, "sh", "-c", script);
  }

  /** Kills what runs, with all that it has started, as soon as it has made a file: a helper in the container is quicker than we are. */
  async function killOnceThereIs(file: string): Promise<void> {
    await docker.command(
      "exec",
      "--detach",
      container,
      "sh",
      "-c",
      `until ls ${file} > /dev/null 2>&1; do :; done; kill -KILL $(cut -d " " -f 1 /tmp/running) $(pidof rclone)`,
    );
  }

  /** Tags of a repository in a point with what they name, and its manifests. */
  async function pointContent(archive: string, repository: string): Promise<{ tags: Map<string, string>; manifests: string[] }> {
    const text = await inContainer(
      `mkdir /tmp/point && cd /tmp/point && tar -xzf ${archive} && cd repositories/${repository}/_manifests && ` +
        `for tag in tags/*; do echo "$tag $(cat $tag/current/link)"; done; ls revisions/sha256; rm -r /tmp/point`,
    );
    const lines = text.trim().split("\n");
    const tags = lines.filter((line) => line.startsWith("tags/")).map((line) => line.slice("tags/".length).split(" "));
    return {
      tags: new Map(tags.map(([tag = "", digest = ""]) => [tag, digest])),
      manifests: lines.filter((line) => !line.startsWith("tags/")).map((digest) => `sha256:${digest}`),
    };
  }

  /** Paths of blobs below a directory in the container, sorted. */
  async function blobsOf(directory: string): Promise<string[]> {
    return (await inContainer(`cd ${directory} && find . -name data | sed 's,^./,,' | sort`)).trim().split("\n");
  }
});

function store(path: string): string {
  return `${storeDirectory}/docker/registry/v2/${path}`;
}

/** Path of a blob below the directory of blobs. */
function pathOf({ digest }: Body): string {
  const hex = digest.slice("sha256:".length);
  return `sha256/${hex.slice(0, 2)}/${hex}/data`;
}

/** The day so many days ago, as `2026-01-31`. */
function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}
