import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isSecret, output } from "@pulumi/pulumi";
import { AccessMode, RegistryError } from "ha-registry-core";
import { Registry } from "ha-registry-docker";
import type { RegistryArgs } from "ha-registry-docker";
import { makeCertificate } from "./support/certificate";
import { record, recordFailure, valueOf } from "./support/mocks";

// Wrong arguments: refused before anything is registered, all problems at once. What the messages of core say is tested in test/core.

const past = new Date(Date.now() - 24 * 3_600_000);
const future = new Date(Date.now() + 365 * 24 * 3_600_000);
const certificate = makeCertificate("registry.corp.example", future);
const other = makeCertificate("other.corp.example", future);

const refused: { claim: string; args: RegistryArgs; paths: string[]; says: RegExp }[] = [
  {
    claim: "problems of several parts, all at once",
    args: { nodes: { count: 0 }, loadBalancer: { port: 0 }, hostname: "not a host", redis: { memoryMiB: 1 } },
    paths: ["hostname", "loadBalancer.port", "nodes.count", "redis.memoryMiB"],
    says: /0 is not a port/,
  },
  {
    claim: "problems of certificates, keys and passwords, all at once",
    args: {
      trust: {
        certificatePem: certificate.certificatePem,
        clientCaPem: "no certificate",
        s3CaPem: makeCertificate("old", past).certificatePem,
      },
      secrets: { privateKeyPem: other.privateKeyPem, passwords: { admin: "short", nobody: "a password of nobody" } },
    },
    paths: ["secrets.passwords.admin", "secrets.passwords.nobody", "secrets.privateKeyPem", "trust.clientCaPem", "trust.s3CaPem"],
    says: /is not the key of trust.certificatePem/,
  },
  {
    claim: "a key that cannot be read",
    args: { trust: { certificatePem: certificate.certificatePem }, secrets: { privateKeyPem: "-----BEGIN PRIVATE KEY-----" } },
    paths: ["secrets.privateKeyPem"],
    says: /not a readable private key/,
  },
  {
    claim: "a certificate without its key",
    args: { trust: { certificatePem: certificate.certificatePem } },
    paths: ["trust.certificatePem"],
    says: /go together/,
  },
  {
    claim: "half of the S3 keys",
    args: { objectStore: { s3: { bucket: "images" } }, secrets: { s3AccessKey: "access" } },
    paths: ["secrets.s3SecretKey"],
    says: /go together/,
  },
  {
    claim: "token access without anything to check tokens with",
    args: { access: { mode: AccessMode.Token, token: { realm: "https://auth.corp.example", service: "registry", issuer: "auth" } } },
    paths: ["trust"],
    says: /tokenCertificatesPem or tokenJwks/,
  },
  {
    claim: "anonymous access that nobody asked for",
    args: { access: { mode: AccessMode.None } },
    paths: ["access.allowAnonymous"],
    says: /anyone who reaches the port/,
  },
  {
    claim: "an image below the floor",
    args: { images: { references: { registry: "registry:2.8.3" } } },
    paths: ["images.references.registry"],
    says: /older than 3\.1\.2/,
  },
  { claim: "settings that are plain and wrong", args: { settings: { maxTags: 0 } }, paths: ["settings.maxTags"], says: /from 1 to/ },
  {
    claim: "a password of more than 72 bytes",
    args: { secrets: { passwords: { admin: "x".repeat(73) } } },
    paths: ["secrets.passwords.admin"],
    says: /72 bytes/,
  },
];

describe("arguments that are wrong", () => {
  for (const { claim, args, paths, says } of refused) {
    it(`${claim}: refused before anything is registered`, async () => {
      const { error, resources } = await recordFailure(() => new Registry("team", args));
      assert.ok(error instanceof RegistryError, String(error));
      assert.deepEqual([...error.problems.map(({ path }) => path)].sort(), paths);
      assert.match(error.message, says);
      assert.match(error.message, /^team:/);
      assert.deepEqual(resources, []);
    });
  }

  it("a name that cannot be part of Docker names: refused", async () => {
    const { error, resources } = await recordFailure(() => new Registry("Team_1"));
    assert.ok(error instanceof RegistryError);
    assert.deepEqual(
      error.problems.map(({ path }) => path),
      ["name"],
    );
    assert.deepEqual(resources, []);
  });

  it("name no secret in their message", async () => {
    const password = "shortsecret";
    const { error } = await recordFailure(
      () => new Registry("team", { secrets: { passwords: { admin: password }, privateKeyPem: `${password} as a key` } }),
    );
    assert.ok(error instanceof RegistryError);
    assert.ok(!error.message.includes(password), error.message);
  });
});

describe("arguments that are right", () => {
  it("may be left out altogether", async () => {
    const { result } = await record(() => new Registry("team"));
    assert.equal(await valueOf(result.endpoint), "https://localhost:5000");
  });
  it("may be outputs where they end inside files", async () => {
    const { result } = await record(
      () =>
        new Registry("team", { settings: output({ maxTags: 50 }), secrets: { passwords: { admin: output("a password from elsewhere") } } }),
    );
    assert.deepEqual(await valueOf(result.credentials), { username: "admin", password: "a password from elsewhere" });
  });
});

describe("outputs", () => {
  it("tell how clients reach the registry, log in and trust it", async () => {
    const args: RegistryArgs = {
      hostname: "registry.corp.example",
      loadBalancer: { port: 443 },
      access: { users: { ci: {}, ops: { catalog: true } } },
    };
    const { result } = await record(() => new Registry("team", args));
    assert.equal(await valueOf(result.endpoint), "https://registry.corp.example");
    assert.equal(await valueOf(result.hostname), "registry.corp.example");
    assert.equal(await valueOf(result.authority), "registry.corp.example");
    assert.equal((await valueOf(result.credentials)).username, "ops");
    assert.match(await valueOf(result.metricsEndpoint), /^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    const files = await valueOf(result.clientConfig);
    assert.equal(files["etc/docker/certs.d/registry.corp.example/ca.crt"], await valueOf(result.caCertificatePem));
  });
  it("keep the password secret, and nothing else", async () => {
    const { result } = await record(() => new Registry("team"));
    const { credentials, endpoint, authority, caCertificatePem, metricsEndpoint, clientConfig } = result;
    assert.equal(await isSecret(credentials), true);
    for (const plain of [endpoint, authority, caCertificatePem, metricsEndpoint]) assert.equal(await isSecret(plain), false);
    assert.equal(await isSecret(clientConfig), false);
  });
});
