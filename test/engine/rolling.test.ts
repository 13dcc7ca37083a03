import assert from "node:assert/strict";
import type { X509Certificate } from "node:crypto";
import { after, before, describe, it } from "node:test";
import tls from "node:tls";
import type { RegistryArgs } from "ha-registry-docker";
import { ImageName, imageTable } from "ha-registry-core";
import { tagImage } from "ha-registry-tools";
import { docker } from "./support/docker";
import { RawClient } from "./support/http-client";
import { describeFailures, Load, untilAllSucceed } from "./support/load";
import { useRegistry } from "./support/stack";

const balancers = ["haproxy-1", "haproxy-2"];
const twoNodes = ["node-1", "node-2"];

/** Bounds the load should a step hang; far more than all steps take. */
const LOAD_SECONDS = 1700;

describe("planned changes under load, with not one request failing", () => {
  let load: Load | undefined;
  const images: string[] = [];
  after(() => load?.end());
  const registry = useRegistry({
    args: { access: { users: { admin: { catalog: true }, other: {} } }, secrets: { passwords: { other: "the first password" } } },
  });
  after(() => docker.command("rmi", ...images));
  before(async () => {
    const workers = (["push", "pull"] as const).flatMap((role) => [
      { role, size: "small" as const, count: 2 },
      { role, size: "large" as const, count: 1 },
    ]);
    load = await Load.start({ client: await registry().client(), workers, maxSeconds: LOAD_SECONDS });
  });

  it("the configuration of the nodes and of HAProxy", async () => {
    await roll([...balancers, ...twoNodes], ({ loadBalancer, ...args }) => ({
      ...args,
      settings: { maxTags: 500 },
      loadBalancer: { ...loadBalancer, timeouts: { keepAliveSeconds: 20 } },
    }));
  });

  it("the image of the nodes and of HAProxy", async () => {
    const [registryImage, haproxyImage] = [await anotherTag(ImageName.Registry), await anotherTag(ImageName.Haproxy)];
    const references = { [ImageName.Registry]: registryImage, [ImageName.Haproxy]: haproxyImage };
    await roll([...balancers, ...twoNodes], (args) => ({ ...args, images: { references } }));
  });

  it("two nodes become four", async () => {
    await roll(balancers, (args) => ({ ...args, nodes: { ...args.nodes, count: 4 } }));
    assert.equal((await nodes()).length, 4);
  });

  it("four nodes become two", async () => {
    await roll(balancers, (args) => ({ ...args, nodes: { ...args.nodes, count: 2 } }));
    assert.equal((await nodes()).length, 2);
  });

  it("the TLS certificate", async () => {
    const previous = await servedCertificate();
    await roll(balancers, (args) => ({ ...args, alternativeNames: ["localhost", "127.0.0.1", "registry.example"] }));
    const served = await servedCertificate();
    assert.match(served.subjectAltName ?? "", /registry\.example/);
    assert.notEqual(served.serialNumber, previous.serialNumber);
  });

  it("a user's password; the old one is refused from then on", async () => {
    await roll(twoNodes, (args) => ({ ...args, secrets: { passwords: { other: "the second password" } } }));
    assert.deepEqual(await Promise.all(["the first password", "the second password"].map(statusWith)), [401, 200]);
  });

  it("in all that time no request failed, and no tag was read as older than it was", async (context) => {
    const report = await running().stop();
    context.diagnostic(JSON.stringify({ succeeded: report.succeeded, longestMilliseconds: report.longest, seconds: report.seconds }));
    assert.equal(report.failed, 0, describeFailures(report));
    assert.deepEqual(report.staleReads, []);
  });

  it("every acknowledged push can be pulled", async (context) => {
    const { count, lost } = await running().verify();
    context.diagnostic(`${count} pushes`);
    assert.ok(count > 0);
    assert.deepEqual(lost, []);
  });

  it("down leaves nothing of what all these changes made", async () => {
    assert.deepEqual(await registry().down(), []);
  });

  /** Does a change: it has to replace exactly the containers named, and the load has to go on without a failure meanwhile. */
  async function roll(parts: string[], change: (args: RegistryArgs) => RegistryArgs): Promise<void> {
    const loadBefore = await running().peek();
    const idsBefore = await containerIds();
    await registry().up(change);
    const idsAfter = await containerIds();
    const loadAfter = await untilAllSucceed(running(), loadBefore);
    const failures = loadAfter.failures.slice(loadBefore.failures.length);
    const failed = loadAfter.failed - loadBefore.failed;
    assert.equal(failed, 0, [describeFailures({ failures, failed }), ...(await logged(failed))].join("\n"));
    const replaced = Object.keys(idsBefore).filter((name) => name in idsAfter && idsAfter[name] !== idsBefore[name]);
    assert.deepEqual(
      replaced,
      parts.map((part) => registry().container(part)),
      "the replaced containers",
    );
  }

  function running(): Load {
    assert.ok(load, "there is no load");
    return load;
  }

  /** The image of the table under another tag of the same version. */
  async function anotherTag(name: ImageName): Promise<string> {
    const { repository, tag } = imageTable[name];
    const image = await tagImage(`${repository}:${tag}`, `${tag}-${registry().name}`);
    images.push(image);
    return image;
  }

  async function nodes(): Promise<string[]> {
    return (await registry().docker.runningNames(registry().name)).filter((name) => name.includes("-node-"));
  }

  /** Ids of the service containers, by name. */
  async function containerIds(): Promise<Record<string, string>> {
    const names = await registry().docker.runningNames(registry().name);
    const facts = await Promise.all(names.map((name) => registry().docker.inspect(name)));
    return Object.fromEntries(facts.map(({ Id }, index) => [names[index] ?? "", Id]));
  }

  /** What the balancers logged of requests that ended badly. */
  async function logged(failed: number): Promise<string[]> {
    return failed === 0 ? [] : registry().logs.matching("haproxy", /"status":(-1|0|4(?!01)|5)\d*/, 20);
  }

  async function servedCertificate(): Promise<X509Certificate> {
    const { hostname, port } = new URL((await registry().outputs()).endpoint);
    const socket = tls.connect({ host: hostname, port: Number(port), ca: (await registry().outputs()).caCertificatePem });
    try {
      await new Promise((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
      const certificate = socket.getPeerX509Certificate();
      assert.ok(certificate);
      return certificate;
    } finally {
      socket.destroy();
    }
  }

  async function statusWith(password: string): Promise<number> {
    const client = new RawClient(await registry().client("other", password));
    try {
      return (await client.request("GET", "/v2/", { expect: [200, 401] })).status;
    } finally {
      client.close();
    }
  }
});
