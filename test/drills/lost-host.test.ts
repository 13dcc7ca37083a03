import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { BodyFamily, smallBytes } from "../engine/support/bodies";
import { CommandLine } from "../engine/support/command-line";
import { RawClient } from "../engine/support/http-client";
import { freshName } from "../engine/support/names";
import { S3Server } from "../engine/support/s3-server";
import { Cluster } from "./support/cluster";
import { Machine } from "./support/machine";

/** Number of the machine that takes the place of a lost one. */
const replacement = 21;

/**
 * Hosts that are lost for good are changed around, replaced and left out, by the command line. The store is an S3 server outside of the
 * hosts: what becomes of data on a lost host is not shown here, nor what clients see meanwhile.
 */
describe("a host is lost for good", () => {
  const name = freshName("l");
  const layers = new BodyFamily(smallBytes, 9);
  let commandLine: CommandLine;
  let cluster: Cluster | undefined;
  let fresh: Machine | undefined;
  let store: S3Server | undefined;
  /** What the registry is to be. */
  let shape: { hosts: Record<string, { dockerHost: string; address: string }>; [field: string]: unknown };

  before(async () => {
    commandLine = new CommandLine(name);
    cluster = await Cluster.start([]);
    store = await S3Server.start(cluster.lan.gateway);
    const { bucket, endpoint, caPem, accessKey, secretKey } = store;
    shape = {
      hostname: cluster.machine("north").address,
      hosts: cluster.hosts,
      nodes: { count: 3, drainSeconds: 5 },
      objectStore: { s3: { bucket, endpoint, forcePathStyle: true } },
      trust: { s3CaPem: caPem },
    };
    commandLine.configure(shape);
    await commandLine.secret("s3AccessKey", accessKey);
    await commandLine.secret("s3SecretKey", secretKey);
  });
  after(async () => {
    await fresh?.end();
    await cluster?.end();
    await store?.stop();
    commandLine.end();
  });

  it("three hosts without images are given them, and a registry", async () => {
    await commandLine.run(0, "up", name);
    await push("first");
    assert.deepEqual(await broken(), []);
  });

  it("up without the host says which one it is, and how to go on", async () => {
    await hosts().machine("south").losePower();
    const { stderr } = await commandLine.run(1, "up", name);
    assert.match(stderr, /registry\.hosts\.south\.dockerHost: the Docker Engine at \S+ does not answer/);
    assert.match(stderr, new RegExp(`up ${name} --without-host south`));
    assert.match(stderr, new RegExp(`up ${name} --lost-host south`));
    await pull("first");
  });

  it("while it is away, the others are changed; once it is back, up changes it too", async () => {
    commandLine.configure({ ...shape, nodes: { count: 3, drainSeconds: 5, logLevel: "warn" } });
    const { stdout } = await commandLine.run(0, "up", name, "--without-host", "south", "--json");
    const { replace = 0 } = (JSON.parse(stdout) as { changes: Record<string, number> }).changes;
    assert.ok(replace > 0, stdout);
    await push("second");
    await hosts().machine("south").boot();
    await commandLine.run(0, "up", name);
    await settled();
  });

  it("a host that answers is not taken for lost", async () => {
    await commandLine.run(2, "up", name, "--lost-host", "south");
    await commandLine.run(2, "up", name, "--lost-host", "west");
  });

  it("another machine takes its place under its name", async () => {
    await hosts().machine("south").losePower();
    fresh = await Machine.start(hosts().lan, replacement);
    const { dockerHost, address } = fresh;
    shape = { ...shape, hosts: { ...shape.hosts, south: { dockerHost, address } } };
    commandLine.configure(shape);
    const { stderr } = await commandLine.run(1, "up", name);
    assert.match(stderr, new RegExp(`up ${name} --lost-host south`));
    await commandLine.run(0, "up", name, "--lost-host", "south");
    assert.ok((await fresh.docker.runningNames(name)).includes(`${name}-node-3`));
    await push("third");
    await settled();
  });

  it("a lost host is left out, and its parts go to those that are left", async () => {
    await hosts().machine("middle").losePower();
    const { middle: _lost, ...left } = shape.hosts;
    shape = { ...shape, hosts: left };
    commandLine.configure(shape);
    await commandLine.run(1, "up", name);
    await commandLine.run(0, "up", name, "--lost-host", "middle");
    for (const tag of ["first", "second", "third"]) await pull(tag);
    await settled();
  });

  it("down leaves nothing", async () => {
    await commandLine.run(0, "down", name, "--yes");
    for (const machine of [hosts().machine("north"), fresh]) assert.deepEqual(await machine?.docker.leftovers(name), []);
  });

  function hosts(): Cluster {
    assert.ok(cluster);
    return cluster;
  }

  /** Everything runs, and nothing is left to do. */
  async function settled(): Promise<void> {
    assert.deepEqual(await broken(), []);
    const { stdout } = await commandLine.run(0, "preview", name, "--json");
    assert.deepEqual((JSON.parse(stdout) as { changes: unknown[] }).changes, []);
  }

  async function broken(): Promise<string[]> {
    const machines = [...Object.values(hosts().machines), ...(fresh === undefined ? [] : [fresh])];
    const used = machines.filter(({ dockerHost }) => Object.values(shape.hosts).some((host) => host.dockerHost === dockerHost));
    return (await Promise.all(used.map(({ docker }) => docker.broken(name)))).flat();
  }

  async function push(tag: string): Promise<void> {
    const client = new RawClient(await commandLine.client());
    await client.pushConfig("drill");
    await client.pushBlob("drill", layers.body(tag.length));
    await client.pushManifest("drill", tag, layers.body(tag.length));
    client.close();
  }

  async function pull(tag: string): Promise<void> {
    const client = new RawClient(await commandLine.client());
    const { layer } = await client.pullManifest("drill", tag);
    assert.equal(await client.pullBlob("drill", layer), smallBytes);
    client.close();
  }
});
