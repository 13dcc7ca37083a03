import assert from "node:assert/strict";
import tls from "node:tls";
import { after, before, describe, it } from "node:test";
import { AlertName, resolveTopology } from "ha-registry-core";
import type { RegistryShape } from "ha-registry-core";
import { DockerCli } from "ha-registry-tools";
import type { BackupResult } from "ha-registry/dist/cli/backup";
import { linesOf, runScript } from "ha-registry/dist/cli/script";
import { BodyFamily, smallBytes } from "../engine/support/bodies";
import { CommandLine } from "../engine/support/command-line";
import { manifestType, RawClient } from "../engine/support/http-client";
import { Prometheus } from "../engine/support/prometheus";
import { S3Server } from "../engine/support/s3-server";
import type { RegistryStack } from "../engine/support/stack";
import type { Verified } from "../engine/support/verifications";
import { until } from "../engine/support/waiting";
import { Cluster } from "./support/cluster";
import { imagesOfProduction, startProduction, untilWhole } from "./support/production";

/** How often Prometheus asks, seconds. Every second, some forty parts of three hosts would take what this machine has. */
const SCRAPE_SECONDS = 5;

/** How long what is asked so often may take to be seen, seconds. */
const SEEN_SECONDS = 240;

/** Names in alphabetical order, which is that in which the command line sees them. */
const names = ["first", "second", "third"];

/** The environment `prod-docker` with all that operates it, on three machines in this machine. */
describe("operating three hosts", () => {
  const bodies = new BodyFamily(smallBytes, 118);
  let cluster: Cluster | undefined;
  let far: S3Server | undefined;
  let registry: RegistryStack;
  let prometheus: Prometheus;
  let commandLine: CommandLine;
  before(async () => {
    const parts: RegistryShape = { redis: { sentinel: {} }, garbageCollection: {}, audit: {} };
    const endpoint = "https://192.0.2.2"; // which images are needed does not depend on it
    cluster = await Cluster.start(
      await imagesOfProduction({ ...parts, monitoring: {}, backup: { targets: { far: { s3: { bucket: "far", endpoint } } } } }),
      names,
    );
    far = await S3Server.start(cluster.lan.gateway);
    registry = await startProduction(cluster, {
      ...parts,
      monitoring: {
        bindAddress: cluster.machine("first").address,
        scrapeIntervalSeconds: SCRAPE_SECONDS,
        probe: { intervalSeconds: SCRAPE_SECONDS },
        alerts: Object.fromEntries(Object.values(AlertName).map((name) => [name, { forSeconds: 0 }])),
      },
      backup: { targets: { far: { s3: { bucket: far.bucket, endpoint: far.endpoint }, everyMinutes: 1440 } } },
      trust: { backupCaPem: far.caPem },
      secrets: { backupAccessKeys: { far: far.accessKey }, backupSecretKeys: { far: far.secretKey } },
    });
    prometheus = new Prometheus(registry);
    commandLine = new CommandLine(registry.name);
    commandLine.configure({ ...parts, hosts: cluster.hosts, objectStore: { garage: {} } });
  });
  after(async () => {
    commandLine.end();
    try {
      assert.deepEqual(await down(), []);
    } finally {
      await far?.stop();
      await cluster?.end();
    }
  });

  /** A Docker that could not start a container after a loss of power miscounts who uses its volume in memory: then as `down` advises. */
  async function down(): Promise<string[]> {
    await registry.destroy().catch(async (error: unknown) => {
      if (!String(error).includes("volume has active mounts")) throw error;
      await running().machine("second").restartDocker();
    });
    return registry.down();
  }

  it("Prometheus sees every part on every host", async () => {
    await until("every part answers", SEEN_SECONDS, async () => {
      const targets = await prometheus.targets();
      assert.deepEqual(
        targets.filter(({ health }) => health !== "up").map(({ labels, lastError }) => `${labels["instance"]}: ${lastError}`),
        [],
      );
      for (const [job, count] of Object.entries({
        registry: 3,
        haproxy: 6,
        garage: 3,
        node: 3,
        redis: 6,
        certificate: 9,
        probe: 1,
        backup: 1,
      }))
        assert.equal(targets.filter(({ labels }) => labels["job"] === job).length, count, job);
      assert.equal((await prometheus.query("ha_registry_probe_success == 1")).length, 1);
      assert.equal((await prometheus.query('redis_up{job="redis"} == 1')).length, 6);
      assert.equal((await prometheus.query('probe_success{job="certificate"} == 1')).length, 9);
      assert.equal((await prometheus.query('node_filesystem_size_bytes{mountpoint="/store"}')).length, 3);
      return true;
    });
  });

  it("nobody else gets an answer from another host's metrics", async () => {
    const { monitoring } = resolveTopology(registry.name, registry.args);
    const [proxy] = monitoring?.metricsProxies ?? [];
    assert.ok(proxy?.published);
    const { address, port } = proxy.published;
    const answer = await new Promise<string>((resolve) => {
      const socket = tls.connect({ host: address, port, rejectUnauthorized: false }, () =>
        socket.write("GET /node/second HTTP/1.0\r\n\r\n"),
      );
      let received = "";
      socket.on("data", (data: Buffer) => (received += data.toString()));
      socket.on("error", (error: Error) => resolve(`error ${error.message}`));
      socket.on("close", () => resolve(`closed ${received}`));
    });
    assert.match(answer, /^(error .*(certificate required|handshake)|closed $)/);
  });

  it("a host that loses its power is told of, and that it is back", async () => {
    const machine = running().machine("second");
    const alerts = [AlertName.HostDown, AlertName.NodeDown, AlertName.BalancerDown, AlertName.RedisDown];
    await machine.losePower();
    await until(`${alerts.join(", ")} fire`, SEEN_SECONDS, async () => {
      const firing = await prometheus.firing();
      return alerts.every((name) => firing.includes(name));
    });
    await machine.boot();
    await registry.up(); // starts what Docker did not
    await untilWhole(registry);
    await until("they end", SEEN_SECONDS, async () => {
      const firing = await prometheus.firing();
      return !alerts.some((name) => firing.includes(name));
    });
  });

  it("what is done through any host's balancers is in the audit log, and nobody has changed it", async () => {
    const options = await registry.client();
    const { port } = new URL(options.endpoint);
    for (const name of names) await push(`audited/${name}`, `https://${running().machine(name).address}:${port}`);
    await until("each push is in the log of its host", SEEN_SECONDS, async () => {
      const { stdout } = await commandLine.run(0, "audit", registry.name, "--json", "--action", "push");
      const events = linesOf<{ host: string; repository: string }>(stdout);
      return names.every((name) => events.some(({ host, repository }) => host === name && repository === `audited/${name}`));
    });
    await commandLine.run(0, "audit", registry.name, "--verify");
  });

  it("the store of three hosts is backed up, lost, and restored whole", async () => {
    const docker = new DockerCli(running().machine("first").dockerHost);
    const run = async (...args: string[]): Promise<Partial<BackupResult>[]> => {
      const { code, output } = await runScript(docker, registry.container("backup"), args);
      assert.equal(code, 0, output);
      return linesOf<BackupResult>(output);
    };
    const { endpoint } = await registry.client();
    const digest = await push("kept", endpoint);
    const [result] = await run("now", "all");
    assert.ok(result?.point);
    const client = new RawClient(await registry.client());
    await client.request("DELETE", `/v2/kept/manifests/${digest}`, { expect: [202] });
    await client.request("HEAD", "/v2/kept/manifests/1", { expect: [404], headers: { accept: manifestType } });
    await run("restore", "far", result.point, "repair");
    await client.request("HEAD", "/v2/kept/manifests/1", { expect: [200], headers: { accept: manifestType } });
    client.close();
    const { stdout } = await commandLine.run(0, "verify", registry.name, "--json");
    assert.equal((JSON.parse(stdout) as Verified).result, "sound");
  });

  it("a preview changes nothing", async () => {
    const { same = 0, ...others } = await registry.preview();
    assert.ok(same > 0);
    assert.deepEqual(others, {});
  });

  /** Pushes an image by way of `endpoint`; returns its digest. */
  async function push(repository: string, endpoint: string): Promise<string> {
    const client = new RawClient({ ...(await registry.client()), endpoint });
    const layer = bodies.body(1);
    await client.pushBlob(repository, layer);
    await client.pushConfig(repository);
    const digest = await client.pushManifest(repository, "1", layer);
    client.close();
    return digest;
  }

  function running(): Cluster {
    assert.ok(cluster);
    return cluster;
  }
});
