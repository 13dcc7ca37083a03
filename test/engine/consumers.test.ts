import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { before, describe, it } from "node:test";
import fc from "fast-check";
import {
  GaragePhase,
  ImageName,
  announcedEndpoint,
  containerPlace,
  hostPort,
  renderForwards,
  renderGarage,
  renderHaproxy,
  renderKeepalived,
  renderRedis,
  renderRegistryConfig,
  renderReplicatedRedis,
  renderSentinel,
  resolveTopology,
} from "ha-registry-core";
import type { RegistrySecrets, RegistrySettings, RegistryShape } from "ha-registry-core";
import { ensureImages } from "ha-registry-tools";
import { makeCertificate } from "../components/support/certificate";
import { anySettings } from "../core/support/settings";
import { movingShape, validShape } from "../core/support/shapes";
import {
  garageScript,
  haproxyScript,
  keepalivedScript,
  redisScript,
  registryScript,
  replicationPasswords,
  replicationScript,
  syslogNgScript,
  tryFiles,
} from "./support/consumers";
import type { Verdicts } from "./support/consumers";

const seed = 20_261_121;
const { certificatePem, privateKeyPem } = makeCertificate("registry.example", new Date("2049-12-31"));
const certificates = {
  "tls.pem": certificatePem + privateKeyPem,
  "ca.pem": certificatePem,
  "server.crt": certificatePem,
  "server.key": privateKeyPem,
};

/** Contents by file name, numbered. */
function numbered(extension: string, contents: readonly string[]): Record<string, string> {
  return Object.fromEntries(contents.map((content, index) => [`${String(index).padStart(3, "0")}.${extension}`, content]));
}

/** All accepted, except for `wrong.*`, which shows that the consumer looks. */
function assertAccepted(verdicts: Verdicts, files: Readonly<Record<string, string>>, reason: RegExp): void {
  const named = Object.keys(files).filter((name) => verdicts.has(name));
  const { wrong = "", ...others } = Object.fromEntries(
    named.map((name) => [name.startsWith("wrong.") ? "wrong" : name, verdicts.get(name) ?? ""]),
  );
  assert.match(wrong, reason);
  for (const [name, verdict] of Object.entries(others)) assert.equal(verdict, "ok", `${name}: ${verdict}\n${files[name] ?? ""}`);
}

describe("the programs themselves accept what is rendered for them", () => {
  const names = [
    ImageName.Registry,
    ImageName.Haproxy,
    ImageName.Redis,
    ImageName.Keepalived,
    ImageName.Garage,
    ImageName.Rclone,
    ImageName.Prometheus,
    ImageName.Alertmanager,
    ImageName.SyslogNg,
  ];
  const images = Object.fromEntries(Object.values(ImageName).map((name) => [name, ""])) as Record<ImageName, string>;
  before(async () => {
    for (const { name, reference } of await ensureImages({ names })) images[name] = reference;
  });

  it("HAProxy 150 configurations, without a warning", async () => {
    const shapes = fc.sample(fc.tuple(validShape, fc.boolean()), { seed, numRuns: 150 });
    const contents = shapes.map(([shape, withClientCa]) =>
      renderHaproxy(resolveTopology("demo", shape), { certificate: "/work/tls.pem", ...(withClientCa && { clientCa: "/work/ca.pem" }) }),
    );
    const files = { ...numbered("cfg", contents), "wrong.cfg": `${contents[0] ?? ""}\n  default_backend nowhere\n` };
    const verdicts = await tryFiles(images.haproxy, { ...certificates, ...files }, haproxyScript);
    assert.equal(verdicts.size, 151);
    assertAccepted(verdicts, files, /^refused: .*nowhere/);
  });

  it("the registry 30 configurations, by starting with them, and keeps their secrets", async () => {
    const contents = fc.sample(fc.tuple(validShape, anySettings), { seed, numRuns: 60 }).flatMap(renderSample).slice(0, 30);
    assert.equal(contents.length, 30);
    const wrong = (contents[0] ?? "").replace("\nstorage:\n", "\nstorage:\n  inmemory: {}\n");
    const files = { ...numbered("yml", contents), "wrong.yml": wrong };
    const htpasswd = `admin:$2b$05$${"a".repeat(53)}\n`;
    const verdicts = await tryFiles(images.registry, { ...certificates, htpasswd, ...files, "upstream.yaml": upstream }, registryScript);
    assert.equal(verdicts.size, 31);
    assertAccepted(verdicts, files, /^refused: .*exactly one storage type/);
  });

  it("Redis 20 configurations, by starting with them, and lets the registry do its work and nothing else", async () => {
    const hash = createHash("sha256").update("cache").digest("hex");
    const paths = { certificate: "/work/server.crt", key: "/work/server.key", ca: "/work/ca.pem" };
    const contents = fc.sample(validShape, { seed, numRuns: 20 }).map((shape) => renderRedis(resolveTopology("demo", shape), paths, hash));
    const files = { ...numbered("conf", contents), "wrong.conf": `${contents[0] ?? ""}maxmemory-strategy none\n` };
    const verdicts = await tryFiles(images.redis, { ...certificates, ...files }, redisScript);
    assert.equal(verdicts.size, 21);
    assertAccepted(verdicts, files, /^refused: .*maxmemory-strategy/);
  });

  it("syslog-ng 30 configurations, without a warning", async () => {
    const contents = fc.sample(validShape, { seed, numRuns: 60 }).flatMap((shape) => {
      const secrets = { elasticsearchPassword: `a $word "in" \\ quotes '`, lokiPassword: "another" };
      return Object.values(renderForwards(resolveTopology("demo", shape), "", secrets, "/work/ca.pem"));
    });
    const texts = contents.slice(0, 30);
    const files = { ...numbered("conf", texts), "wrong.conf": (texts[0] ?? "").replace("wildcard-file(", "wildest-file(") };
    const verdicts = await tryFiles(images.syslogng, { ...certificates, ...files }, syslogNgScript);
    assert.equal(verdicts.size, 31);
    assertAccepted(verdicts, files, /^refused: .*wildest-file/);
  });

  // What it does with them is shown by test/drills/virtual-address.
  it("keepalived 40 configurations, without a warning", async () => {
    const contents = fc.sample(movingShape, { seed, numRuns: 12 }).flatMap((shape) => {
      const topology = resolveTopology("demo", shape);
      return topology.hosts.map(({ name }) => renderKeepalived(topology, name).replaceAll(/(\binterface|dev) \S+/g, "$1 lo"));
    });
    const texts = contents.slice(0, 40).map((text) => text.replace(/(track_interface \{\n) *\S+/, "$1lo"));
    const files = { ...numbered("keepalived", texts), "wrong.keepalived": (texts[0] ?? "").replace("nopreempt", "nopreemption") };
    const verdicts = await tryFiles(images.keepalived, files, keepalivedScript);
    assert.equal(verdicts.size, 41);
    assertAccepted(verdicts, files, /^refused: .*nopreemption/);
  });

  it("Redis and Sentinel 12 pairs of configurations: replicas follow, sentinels find them, and everyone does its work and nothing else", async () => {
    const paths = { certificate: "/work/server.crt", key: "/work/server.key", ca: "/work/ca.pem" };
    const shapes = fc.sample(validShape, { seed, numRuns: 200 }).filter(({ redis }) => redis?.sentinel?.enabled ?? redis?.sentinel);
    const pairs = shapes.slice(0, 12).map((shape, index) => {
      const topology = resolveTopology("demo", shape);
      const [server, sentinel] = [topology.redis.servers[0], topology.redis.sentinels[index % 3]];
      assert.ok(server && sentinel);
      const local = (text: string): string => text.replaceAll(server.address, "127.0.0.1");
      return [
        local(renderReplicatedRedis(topology, server, paths, replicationPasswords)),
        local(renderSentinel(topology, sentinel, paths, replicationPasswords)),
      ] as const;
    });
    assert.equal(pairs.length, 12);
    const [servers, sentinels] = [pairs.map(([server]) => server), pairs.map(([, sentinel]) => sentinel)];
    const wrong = { "wrong.conf": servers[0] ?? "", "wrong.sentinel": `${sentinels[0] ?? ""}sentinel no-such-option demo 1\n` };
    const files = { ...numbered("conf", servers), ...numbered("sentinel", sentinels), ...wrong };
    const verdicts = await tryFiles(images.redis, { ...certificates, ...files }, replicationScript);
    assert.equal(verdicts.size, 13);
    assertAccepted(verdicts, files, /^refused: .*no-such-option/);
  });

  it("Garage 6 configurations, by starting with them, and opens S3 to others only when it serves", async () => {
    const shapes = fc.sample(validShape, { seed, numRuns: 3 }).map((shape) => ({ ...shape, objectStore: { garage: {} } }));
    const paths = { rpcSecret: "/work/rpc-secret", metricsToken: "/work/metrics-token" };
    const rendered = shapes.flatMap((shape, index) => {
      const [node, other] = resolveTopology("demo", shape).objectStore.garage?.nodes ?? [];
      assert.ok(node && other);
      const peers = [{ id: "ab".repeat(32), address: hostPort(announcedEndpoint(other)) }];
      return Object.values(GaragePhase).map((phase): [string, string] => [
        `${index}-${phase}.toml`,
        renderGarage(containerPlace(node), peers, paths, phase),
      ]);
    });
    const files = { ...Object.fromEntries(rendered), "wrong.toml": `${rendered[0]?.[1] ?? ""}replication = 3\n[s3_api]\n` };
    const secretFiles = { "rpc-secret": "0123456789abcdef".repeat(4), "metrics-token": "token" };
    const verdicts = await tryFiles(images.registry, { ...secretFiles, ...files }, garageScript, { image: images.garage, path: "/garage" });
    assert.equal(verdicts.size, 7);
    assertAccepted(verdicts, files, /^refused: .*duplicate key/);
  });
});

/** A registry that needs nothing, in the place of upstreams. */
const upstream = JSON.stringify({ version: "0.1", storage: { inmemory: {} }, http: { addr: "127.0.0.1:5999" } });

const secrets: RegistrySecrets = {
  httpSecret: "hush-http",
  redisPassword: "hush-redis",
  redisSentinelPassword: "hush-sentinel",
  s3AccessKey: "hush-id",
  s3SecretKey: "hush-key",
  proxyUsername: "robot",
  proxyPassword: "hush-proxy",
};

/** The file for one sample; none for settings that are to be refused. */
function renderSample([shape, settings]: [RegistryShape, RegistrySettings]): string[] {
  const files = { htpasswd: "/work/htpasswd", tokenCertificates: "/work/ca.pem", redisCa: "/work/ca.pem" };
  // Who raises the log level by lines of their own sees the headers of posts in the log: distribution writes its settings there.
  const ownLogLevel = /\blevel\b/.test(settings.extraConfig ?? "");
  const receivers = ownLogLevel ? [] : Object.keys(settings.notifications ?? {});
  const notificationHeaders = Object.fromEntries(receivers.map((name) => [name, { Authorization: ["Bearer told"] }]));
  // At start, a pull-through cache asks its upstream and reads its plans from the store; no S3 store is to be had here.
  const inBucket = shape.objectStore?.s3 !== undefined || shape.objectStore?.garage !== undefined;
  const proxy = !inBucket && settings.proxy ? { ...settings.proxy, remoteUrl: "http://127.0.0.1:5999/" } : undefined;
  try {
    return [renderRegistryConfig(resolveTopology("demo", shape), { ...settings, proxy }, { ...secrets, notificationHeaders }, files)];
  } catch {
    return [];
  }
}
