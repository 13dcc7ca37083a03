import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AccessMode, imageTable } from "ha-registry-core";
import { Registry } from "ha-registry-docker";
import type { RegistryArgs } from "ha-registry-docker";
import { parse } from "yaml";
import { makeCertificate } from "./support/certificate";
import { container, containerInputs, uploaded } from "./support/containers";
import { pem, record, valueOf } from "./support/mocks";
import type { Recording } from "./support/mocks";

// Which parts exist, and what the registry is told, for every kind of access, store, Redis and certificate. Not proved under mocks: that
// the registry reads its file so (test/engine/consumers).

interface Configuration {
  auth?: Record<string, Record<string, unknown>>;
  storage: Record<string, unknown>;
  redis?: { addrs: string[]; mastername?: string; tls?: { rootcas?: string[] } };
}

const deploy = (args: RegistryArgs): Promise<Recording<Registry>> => record(() => new Registry("team", args));
const configuration = (recording: Recording<Registry>): Configuration =>
  parse(uploaded(recording, "team-nodes", "config.yml")) as Configuration;
const far = new Date(Date.now() + 365 * 24 * 3_600_000);

describe("access", () => {
  it("by htpasswd makes a password per user, and none for a user who has one", async () => {
    const recording = await deploy({ access: { users: { admin: {}, ci: {} } }, secrets: { passwords: { ci: "a chosen password" } } });
    assert.deepEqual(
      recording.names("RandomPassword").filter((name) => name.startsWith("team-access-")),
      ["team-access-admin"],
    );
    const path = configuration(recording).auth?.["htpasswd"]?.["path"];
    assert.match(String(path), /^\/files\/[0-9a-f]{16}\/htpasswd$/);
  });
  it("by token needs no users, and hands the server's certificates to the nodes", async () => {
    const tokenCertificatesPem = makeCertificate("auth.corp.example", far).certificatePem;
    const token = { realm: "https://auth.corp.example/token", service: "registry", issuer: "auth" };
    const recording = await deploy({ access: { mode: AccessMode.Token, token }, trust: { tokenCertificatesPem } });
    assert.deepEqual(recording.names("Access"), []);
    assert.equal(configuration(recording).auth?.["token"]?.["realm"], token.realm);
    assert.equal(uploaded(recording, "team-nodes", "token.crt"), tokenCertificatesPem);
  });
  it("by nobody at all leaves out authentication", async () => {
    const recording = await deploy({ access: { mode: AccessMode.None, allowAnonymous: true } });
    assert.deepEqual(recording.names("Access"), []);
    assert.equal(configuration(recording).auth, undefined);
    assert.deepEqual(await valueOf(recording.result.credentials), { username: "", password: "" });
  });
});

describe("object store", () => {
  const store = (recording: Recording<Registry>): string[] =>
    (container(recording, "team-node-1").mounts ?? []).filter(({ target }) => target === "/var/lib/registry").map(({ source }) => source);

  it("on a volume makes one that the registry's user owns", async () => {
    const recording = await deploy({});
    assert.deepEqual(store(recording), ["team-store"]);
    assert.equal(recording.get("Volume", "team-store").inputs["driver"], undefined);
    assert.match(container(recording, "team-store-owner").command?.join(" ") ?? "", /chown .*65532:65532/);
  });
  it("on a volume that exists makes none", async () => {
    const recording = await deploy({ objectStore: { filesystem: { existingVolume: "images" } } });
    assert.deepEqual(store(recording), ["images"]);
    assert.ok(!recording.names("Volume").includes("team-store"));
  });
  it("on NFS makes a volume that mounts it, and leaves ownership to the server", async () => {
    const recording = await deploy({ teamSize: 100, objectStore: { nfs: { server: "nfs.corp.example", path: "/export/images" } } });
    assert.deepEqual(store(recording), ["team-store"]);
    assert.deepEqual(recording.get("Volume", "team-store").inputs["driverOpts"], {
      type: "nfs",
      o: "addr=nfs.corp.example,nfsvers=4.2,hard,noatime",
      device: ":/export/images",
    });
    assert.ok(!recording.names("Container").includes("team-store-owner"));
  });
  it("in a bucket needs no volume, and no store to mount", async () => {
    const s3 = { bucket: "images", endpoint: "https://s3.corp.example", region: "garage" };
    const recording = await deploy({
      teamSize: 500,
      objectStore: { s3 },
      secrets: { s3AccessKey: "access-key", s3SecretKey: "secret-key" },
    });
    assert.deepEqual(store(recording), []);
    assert.ok(!recording.names("Volume").includes("team-store"));
    assert.deepEqual(
      Object.keys(configuration(recording).storage).filter((key) => ["s3", "filesystem"].includes(key)),
      ["s3"],
    );
  });
  it("behind a private CA makes the nodes trust it", async () => {
    const s3CaPem = makeCertificate("ca.corp.example", far).certificatePem;
    const recording = await deploy({ objectStore: { s3: { bucket: "images", endpoint: "https://s3.corp.example" } }, trust: { s3CaPem } });
    const [directory] = (container(recording, "team-node-1").envs ?? []).filter((variable) => variable.startsWith("SSL_CERT_DIR="));
    assert.match(directory ?? "", /\/files\/[0-9a-f]{16}/);
    assert.equal(uploaded(recording, "team-nodes", "s3-ca.crt"), s3CaPem);
  });
});

describe("cache", () => {
  it("in a Redis of ours uses TLS with a certificate of the own CA", async () => {
    const recording = await deploy({ subnet: "10.200.7.0/24" });
    assert.deepEqual(configuration(recording).redis?.addrs, ["10.200.7.3:6379"]);
    assert.deepEqual(recording.get("CertRequest", "team-redis").inputs["ipAddresses"], ["10.200.7.3", "127.0.0.1"]);
    assert.equal(uploaded(recording, "team-nodes", "redis-ca.crt"), pem("CERTIFICATE", "team-certificates-ca"));
    assert.equal((configuration(recording).redis?.tls?.rootcas ?? []).length, 1);
  });
  it("in a Redis of yours makes no container", async () => {
    const external = { addresses: ["redis.corp.example:6380"] };
    const recording = await deploy({ redis: { external }, secrets: { redisPassword: "given" } });
    assert.deepEqual(configuration(recording).redis?.addrs, external.addresses);
    assert.ok(!recording.names("Container").includes("team-redis"));
    assert.ok(!recording.names("RandomPassword").includes("team-redis"));
  });
  it("behind sentinels names the primary", async () => {
    const external = { addresses: ["a.corp.example:26379", "b.corp.example:26379"], masterName: "cache" };
    const recording = await deploy({ redis: { external } });
    assert.equal(configuration(recording).redis?.mastername, "cache");
  });
  it("without Redis is in memory", async () => {
    const recording = await deploy({ redis: { enabled: false } });
    assert.equal(configuration(recording).redis, undefined);
    assert.deepEqual(configuration(recording).storage["cache"], { blobdescriptor: "inmemory" });
    assert.ok(!recording.names("Container").includes("team-redis"));
  });
});

describe("certificate", () => {
  it("from the own CA names every name and address of the registry", async () => {
    const recording = await deploy({ hostname: "registry.corp.example", alternativeNames: ["10.1.2.3", "images.corp.example"] });
    const { dnsNames, ipAddresses, subject } = recording.get("CertRequest", "team-certificates-server").inputs;
    assert.deepEqual(
      [dnsNames, ipAddresses, subject],
      [["registry.corp.example", "images.corp.example"], ["10.1.2.3"], { commonName: "registry.corp.example" }],
    );
    const certificate = recording.get("LocallySignedCert", "team-certificates-server").inputs;
    assert.deepEqual([certificate["validityPeriodHours"], certificate["earlyRenewalHours"]], [397 * 24, 60 * 24]);
    assert.equal(await valueOf(recording.result.caCertificatePem), pem("CERTIFICATE", "team-certificates-ca"));
  });
  it("of yours is served as it is, with its key", async () => {
    const { certificatePem, privateKeyPem } = makeCertificate("registry.corp.example", far);
    const caCertificatePem = makeCertificate("ca.corp.example", far).certificatePem;
    const recording = await deploy({ trust: { certificatePem, caCertificatePem }, secrets: { privateKeyPem } });
    assert.equal(uploaded(recording, "team-balancer", "server.pem"), `${certificatePem}${privateKeyPem}`);
    assert.equal(await valueOf(recording.result.caCertificatePem), caCertificatePem);
    assert.ok(!recording.names("LocallySignedCert").includes("team-certificates-server"));
  });
  it("of clients is asked for when a CA for them is given", async () => {
    const clientCaPem = makeCertificate("clients.corp.example", far).certificatePem;
    const recording = await deploy({ trust: { clientCaPem } });
    assert.equal(uploaded(recording, "team-balancer", "client-ca.crt"), clientCaPem);
    assert.match(uploaded(recording, "team-balancer", "haproxy.cfg"), /ca-file "?\/files\/[0-9a-f]{16}\/client-ca\.crt"? verify required/);
    assert.doesNotMatch(uploaded(await deploy({}), "team-balancer", "haproxy.cfg"), /verify required/);
  });
});

describe("images", () => {
  it("come from the mirror, and from the references that are given", async () => {
    const references = { haproxy: "corp.example/haproxy:3.0.11" };
    const recording = await deploy({ images: { mirror: "mirror.corp.example/hub", references } });
    const image = (name: string): string => containerInputs(recording.get("Container", name)).image;
    for (const [name, entry] of [["team-node-1", imageTable.registry] as const, ["team-redis", imageTable.redis] as const]) {
      assert.equal(image(name), `mirror.corp.example/hub/${entry.repository}:${entry.tag}`);
    }
    assert.equal(image("team-haproxy-1"), "corp.example/haproxy:3.0.11");
  });
});

describe("hand-over of connections", () => {
  it("is a switch of the kernel that old hosts do without", async () => {
    const sysctls = async (args: RegistryArgs): Promise<unknown> =>
      (await deploy(args)).get("Container", "team-balancer").inputs["sysctls"];
    assert.deepEqual(await sysctls({}), { "net.ipv4.tcp_migrate_req": "1" });
    assert.equal(await sysctls({ loadBalancer: { handOverConnections: false } }), undefined);
  });
});
