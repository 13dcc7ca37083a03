import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AlertName, dashboardQueries, ReceiverKind, resolveTopology, users } from "ha-registry-core";
import { DockerCli } from "ha-registry-tools";
import { runScript, type ScriptResult } from "ha-registry/dist/cli/script";
import { AlertReceiver } from "./support/alert-receiver";
import { Collections } from "./support/collections";
import { RawClient } from "./support/http-client";
import { Prometheus, type ScrapeTarget } from "./support/prometheus";
import { startRegistry, type RegistryStack } from "./support/stack";
import { until } from "./support/waiting";

// Whether what is watched is seen, and what goes wrong is told, by the real programs. Not proved here: the figures of each rule, which promtool
// tries (test/engine/alert-rules), and Grafana, whose image cannot be built.

/** How long an alert may take to fire or to end once its condition is made, seconds: ProbeFailing counts 60 s of failures. */
const ALERT_SECONDS = 150;

/** The same for shares of the last five minutes, after which failures count no more. */
const SHARE_SECONDS = 400;

/** Size of the store's disk, MiB. */
const DISK_MIB = 64;

/** Alerts fire as soon as their condition is seen; of some it takes less than it does for real users. */
const alerts = {
  ...Object.fromEntries(Object.values(AlertName).map((name) => [name, { forSeconds: 0 }])),
  [AlertName.ProbeFailing]: { forSeconds: 0, threshold: 60 },
  [AlertName.LatencyHigh]: { forSeconds: 0, threshold: 0.001 },
  [AlertName.PushFailures]: { forSeconds: 0, threshold: 20 },
  [AlertName.PullFailures]: { forSeconds: 0, threshold: 20 },
  [AlertName.GarbageCollectionTooOld]: { forSeconds: 0, threshold: 1 },
};

/** An alert as Alertmanager posts it. */
interface PostedAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** What only a Redis with replicas has. */
const ofReplicas = "redis_connected_slave_lag_seconds";

describe("monitoring", () => {
  let registry: RegistryStack;
  let receiver: AlertReceiver;
  let prometheus: Prometheus;
  let volume: string;
  let shelf: string;
  before(async () => {
    shelf = await mkdtemp(join(tmpdir(), "shelf-"));
    await chown(shelf, users.registry, users.registry);
    receiver = await AlertReceiver.start("0.0.0.0");
    registry = await startRegistry({
      args: {
        garbageCollection: {},
        backup: { targets: { shelf: { directory: shelf, everyMinutes: 1440 } } },
        // A certificate that is to be told of from the beginning.
        certificates: { validityDays: 5 },
        monitoring: {
          scrapeIntervalSeconds: 1,
          probe: { intervalSeconds: 2 },
          alerts,
          receivers: { operators: { kind: ReceiverKind.Webhook } },
          deadMansSwitch: { intervalSeconds: 10 },
        },
      },
    });
    const { gateway } = resolveTopology(registry.name, registry.args).network;
    volume = `${registry.name}-small`;
    const release = await makeDisk();
    await registry.up((args) => ({
      ...args,
      objectStore: { filesystem: { existingVolume: volume } },
      secrets: { receivers: { operators: receiver.url("/operators", gateway), "dead-mans-switch": receiver.url("/watchdog", gateway) } },
    }));
    await release();
    prometheus = new Prometheus(registry);
  });
  after(async () => {
    await receiver.end();
    await rm(shelf, { recursive: true, force: true });
    assert.deepEqual(await registry.down(), [`volume ${volume}`]); // which is the test's own
  });

  it("sees every part", async () => {
    const parts = [
      "alertmanager",
      "backup",
      "certificate",
      "garbage-collection",
      "haproxy",
      "node",
      "probe",
      "prometheus",
      "redis",
      "registry",
    ];
    const instances = ["haproxy-1", "haproxy-2", "node-1", "node-2", "redis"].map((part) => registry.container(part));
    // A target that answered is known as such a moment before its samples are there.
    await until("every target answers", 60, async () => {
      const targets = await prometheus.targets();
      assert.deepEqual([...new Set(targets.map(({ labels }) => labels["job"]))].sort(), parts);
      assert.deepEqual(silent(targets), []);
      const seen = await prometheus.query('up{job=~"registry|haproxy|redis"} == 1');
      assert.deepEqual(seen.map(({ metric }) => metric["instance"]).sort(), instances);
      assert.equal((await prometheus.query('redis_up{job="redis"} == 1')).length, 1);
      assert.equal((await prometheus.query('probe_success{job="certificate"} == 1')).length, 2);
      return true;
    });
    const [disk] = await prometheus.query('node_filesystem_size_bytes{mountpoint="/store"}');
    assert.equal(disk?.value, DISK_MIB * 2 ** 20);
  });

  it("pushes and pulls as a client does, and leaves no more behind in the end than it began with", async () => {
    await until("the probe succeeds", 60, async () => (await prometheus.query("ha_registry_probe_success == 1")).length === 1);
    await until("it has gone round", 150, async () => ((await prometheus.query("ha_registry_probe_runs_total"))[0]?.value ?? 0) > 62);
    // 60 layers, 60 manifests, one configuration.
    assert.ok((await blobs()) <= 121);
    assert.equal((await prometheus.query("ha_registry_probe_failures_total"))[0]?.value, 0);
    // Also the last one was sent, and not only asked for.
    const { value = 0 } =
      (await prometheus.query('sum(increase(registry_http_requests_total{handler="blob_upload_chunk",code="201"}[20s]))'))[0] ?? {};
    assert.ok(value > 5, `${value} uploads in 20 s`);
  });

  it("tells of a certificate that ends soon, of slow answers, and that it watches", async () => {
    await fires(AlertName.CertificateEndsSoon, AlertName.LatencyHigh, AlertName.Watchdog);
    await until("the dead man's switch is called", 60, async () => heardOf("/watchdog").includes(AlertName.Watchdog));
  });

  it("tells of wrong passwords, and not of a client that has not logged in yet", async () => {
    await ask(15, undefined);
    await settled();
    assert.equal((await prometheus.firing()).includes(AlertName.AuthenticationFailures), false);
    await ask(15, "wrong");
    await fires(AlertName.AuthenticationFailures);
  });

  it("tells of a disk that fills up, and that it is empty again", async () => {
    const fill = `head -c ${Math.round(DISK_MIB * 0.95)}m /dev/zero > /var/lib/registry/filler`;
    await registry.docker.command("exec", registry.container("node-1"), "sh", "-c", fill);
    await fires(AlertName.StorageFillingUp, AlertName.StorageAlmostFull);
    await registry.docker.command("exec", registry.container("node-1"), "rm", "/var/lib/registry/filler");
    await ends(AlertName.StorageFillingUp, AlertName.StorageAlmostFull);
  });

  it("tells of garbage that nobody collects, until somebody does", async () => {
    const before = "$(($(date +%s) - 7200))";
    const metrics = `sed -i "s/^\\(ha_registry_gc_last_success_timestamp_seconds\\) .*/\\1 ${before}/" /tmp/metrics`;
    await registry.docker.command("exec", registry.container("garbage-collector"), "sh", "-c", metrics);
    await fires(AlertName.GarbageCollectionTooOld);
    await new Collections(registry).run();
    await ends(AlertName.GarbageCollectionTooOld);
    assert.equal((await prometheus.query("ha_registry_gc_last_result"))[0]?.value, 1);
  });

  it("tells of a backup that fails, and of one that is too old, until one succeeds", async () => {
    const backUp = (): Promise<ScriptResult> => runScript(new DockerCli(), registry.container("backup"), ["now", "all"]);
    assert.equal((await backUp()).code, 0);
    await chmod(shelf, 0);
    assert.equal((await backUp()).code, 1);
    const before = "$(($(date +%s) - 10 * 86400))";
    await registry.docker.command("exec", registry.container("backup"), "sh", "-c", `echo ${before} > /var/lib/backup/succeeded.shelf`);
    await fires(AlertName.BackupFailed, AlertName.BackupTooOld);
    await chmod(shelf, 0o755);
    assert.equal((await backUp()).code, 0);
    await ends(AlertName.BackupFailed, AlertName.BackupTooOld);
  });

  it("has an answer to every question that a dashboard or a rule asks of what is there", async () => {
    const jobs = new Set((await prometheus.targets()).map(({ labels }) => labels["job"] ?? ""));
    const asked = dashboardQueries().filter((each) => each.jobs.every((job) => jobs.has(job)) && !each.query.includes(ofReplicas));
    assert.ok(asked.length > 30, `${asked.length} questions`);
    const unanswered = async (what: string, query: string): Promise<string[]> =>
      (await prometheus.query(query)).length > 0 ? [] : [`${what}: ${query}`];
    // A rule has no answer while all is well; what it looks at is there nevertheless.
    await until("every question is answered", 60, async () => {
      const missing = asked.map(({ where, query, isRule, selectors }) =>
        Promise.all((isRule ? selectors : [query, ...selectors]).map((each) => unanswered(where, each))),
      );
      assert.deepEqual((await Promise.all(missing)).flat(2), []);
      return true;
    });
  });

  it("tells of parts that are down and of what users notice, and that all is well again", async () => {
    const parts = ["node-1", "node-2", "haproxy-2", "redis", "node-exporter"].map((part) => registry.container(part));
    const down = [AlertName.NodeDown, AlertName.BalancerDown, AlertName.RedisDown, AlertName.HostDown];
    const noticed = [AlertName.PushFailures, AlertName.PullFailures, AlertName.ProbeFailing];
    await registry.docker.command("stop", "--time", "5", ...parts);
    await until("clients notice", SHARE_SECONDS, async () => {
      await Promise.all([request("GET", [503]), request("POST", [503])]);
      return (await anyFiring(AlertName.PullFailures)) && (await anyFiring(AlertName.PushFailures));
    });
    await fires(...down, ...noticed);
    const posted = [AlertName.AuthenticationFailures, AlertName.CertificateEndsSoon, AlertName.HostDown, AlertName.NodeDown];
    await until("the webhook has heard of it", 60, async () => posted.every((name) => heardOf("/operators").includes(name)));
    await registry.docker.command("start", ...parts);
    for (const part of parts) await registry.docker.untilHealthy(part, 60);
    // The share of failures of the last minutes goes down when others succeed.
    await until("users notice nothing any more", SHARE_SECONDS, async () => {
      await Promise.all([request("GET", [200]), request("POST", [202])]);
      return !(await anyFiring(AlertName.PushFailures, AlertName.PullFailures));
    });
    await ends(...down, ...noticed);
    const [alert] = heard("/operators").filter(({ labels }) => labels["alertname"] === AlertName.HostDown);
    assert.ok(alert?.annotations["summary"] && alert.annotations["description"] && alert.annotations["runbook"]);
  });

  it("hears no more of a certificate that was renewed, and keeps what it knew over a change", async () => {
    const since = Date.now();
    await registry.up(({ monitoring, ...args }) => ({
      ...args,
      certificates: { validityDays: 90 },
      monitoring: { ...monitoring, alerts: { ...alerts, [AlertName.LatencyHigh]: { forSeconds: 0, threshold: 30 } } },
    }));
    await ends(AlertName.CertificateEndsSoon, AlertName.LatencyHigh);
    // By now, the wrong passwords are long ago.
    await ends(AlertName.AuthenticationFailures);
    const minutes = Math.ceil((Date.now() - since) / 60_000) + 1;
    assert.ok((await prometheus.query(`up{job="probe"} offset ${minutes}m`)).length > 0, "Prometheus has forgotten");
  });

  it("a preview changes nothing", async () => {
    const { same = 0, ...others } = await registry.preview();
    assert.ok(same > 0);
    assert.deepEqual(others, {});
  });

  /** The alerts that were posted to a path of the webhook. */
  function heard(path: string): PostedAlert[] {
    return receiver.at(path).flatMap((message) => (message as { alerts: PostedAlert[] }).alerts);
  }

  function heardOf(path: string): string[] {
    return heard(path).map(({ labels }) => labels["alertname"] ?? "");
  }

  /**
   * Makes a small disk in memory. It is there while any container has it, and what takes it first owns it: somebody who has it has to be there
   * until the registry has.
   */
  async function makeDisk(): Promise<() => Promise<unknown>> {
    const label = ["--label", `ha-registry=${registry.name}`];
    const disk = ["--opt", "type=tmpfs", "--opt", "device=tmpfs", "--opt", `o=size=${DISK_MIB}m`];
    await registry.docker.command("volume", "create", ...label, ...disk, volume);
    const holder = registry.container("holder");
    const run = [
      "run",
      "--detach",
      "--network",
      "none",
      "--name",
      holder,
      ...label,
      "--volume",
      `${volume}:/disk`,
      "--entrypoint",
      "sleep",
    ];
    await registry.docker.command(...run, resolveTopology(registry.name, registry.args).images.registry, "infinity");
    return () => registry.docker.command("rm", "--force", "--volumes", holder);
  }

  const fires = (...names: AlertName[]): Promise<void> => untilFiring(prometheus, names, true);
  const ends = (...names: AlertName[]): Promise<void> => untilFiring(prometheus, names, false);

  /** Waits until everything was asked, and every rule tried, once more. */
  async function settled(): Promise<void> {
    const last = async (): Promise<number> => (await prometheus.query("sum(prometheus_rule_group_iterations_total)"))[0]?.value ?? 0;
    const begun = await last();
    await until("rules are tried again", 60, async () => (await last()) >= begun + 3);
  }

  /** Asks for the API's root so many times, with a password that is not the right one, or without any. */
  async function ask(times: number, password: string | undefined): Promise<void> {
    const { endpoint, caPem, username } = await registry.client();
    const client = new RawClient({ endpoint, caPem, ...(password === undefined ? {} : { username, password }) });
    for (let count = 0; count < times; count++) await client.request("GET", "/v2/", { expect: [401] });
    client.close();
  }

  /** Reads a list of tags, or begins an upload: several clients at once, each again and again. */
  async function request(method: "GET" | "POST", expect: number[]): Promise<void> {
    const options = await registry.client();
    const path = method === "GET" ? "/v2/ha-registry/probe/tags/list" : "/v2/team/app/blobs/uploads/";
    const work = async (): Promise<void> => {
      const client = new RawClient(options);
      for (let count = 0; count < 20; count++) await client.request(method, path, { expect });
      client.close();
    };
    await Promise.all(Array.from({ length: 5 }, work));
  }

  async function anyFiring(...names: AlertName[]): Promise<boolean> {
    const firing = await prometheus.firing();
    return names.some((name) => firing.includes(name));
  }

  /** How many blobs the store has. */
  async function blobs(): Promise<number> {
    const find = "find /var/lib/registry/docker/registry/v2/blobs -name data | wc -l";
    return Number(await registry.docker.command("exec", registry.container("node-1"), "sh", "-c", find));
  }
});

describe("monitoring of what has copies", () => {
  let registry: RegistryStack;
  let prometheus: Prometheus;
  before(async () => {
    registry = await startRegistry({
      args: {
        redis: { sentinel: {} },
        objectStore: { garage: {} },
        monitoring: {
          scrapeIntervalSeconds: 1,
          probe: { enabled: false },
          alerts: { ...alerts, [AlertName.ReplicationLag]: { forSeconds: 0, threshold: 3 } },
        },
      },
    });
    await registry.up();
    prometheus = new Prometheus(registry);
  });
  after(async () => {
    assert.deepEqual(await registry.down(), []);
  });

  it("sees every copy, and which one leads", async () => {
    await until("every copy answers", 60, async () => {
      assert.deepEqual(silent(await prometheus.targets()), []);
      assert.equal((await prometheus.query('up{job="garage"} == 1')).length, 3);
      assert.equal((await prometheus.query('redis_up{job="redis"} == 1')).length, 6);
      const primaries = await prometheus.query('redis_instance_info{job="redis",role="master"}');
      assert.deepEqual(
        primaries.map(({ metric }) => metric["instance"]),
        [registry.container("redis-1")],
      );
      return true;
    });
    const asked = dashboardQueries().filter(
      ({ query, isRule }) => !isRule && (query.includes(ofReplicas) || query.includes('job="garage"')),
    );
    assert.ok(asked.length > 0);
    for (const { where, query } of asked) await until(`${where}: ${query}`, 30, async () => (await prometheus.query(query)).length > 0);
  });

  it("tells of a replica that is behind", async () => {
    const replica = registry.container("redis-3");
    await registry.docker.command("pause", replica);
    await untilFiring(prometheus, [AlertName.ReplicationLag], true);
    await registry.docker.command("unpause", replica);
    await untilFiring(prometheus, [AlertName.ReplicationLag], false);
  });

  it("tells of a primary that is missing, and of a store that does not answer", async () => {
    const parts = ["sentinel-2", "sentinel-3", "redis-1", "garage-2", "garage-3"].map((part) => registry.container(part));
    // Killed, since what is asked to stop hands over first.
    await registry.docker.command("kill", ...parts);
    await untilFiring(prometheus, [AlertName.RedisPrimaryMissing, AlertName.ObjectStoreDown], true);
    await registry.docker.command("start", ...parts);
    await untilFiring(prometheus, [AlertName.RedisPrimaryMissing, AlertName.ObjectStoreDown], false);
  });
});

/** Those that did not answer, or were not asked yet. */
function silent(targets: readonly ScrapeTarget[]): ScrapeTarget[] {
  return targets.filter(({ health }) => health !== "up");
}

/** Waits until alerts fire, or none of them does. */
async function untilFiring(prometheus: Prometheus, names: readonly AlertName[], wanted: boolean): Promise<void> {
  await until(`${names.join(", ")} ${wanted ? "fire" : "end"}`, ALERT_SECONDS, async () => {
    const firing = await prometheus.firing();
    return names.every((name) => firing.includes(name) === wanted);
  });
}
