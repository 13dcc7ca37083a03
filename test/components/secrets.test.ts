import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { secret } from "@pulumi/pulumi";
import { AccessMode } from "ha-registry-core";
import type { Registry, RegistryArgs } from "ha-registry-docker";
import { Registry as Component } from "ha-registry-docker";
import { containerInputs } from "./support/containers";
import { generated, pem, record } from "./support/mocks";
import type { Recording, Registered } from "./support/mocks";

// Where secrets go. Not proved under mocks: what providers keep in the state and what processes log (test/engine/secrets).

const chosen = {
  password: "a chosen password, never shown",
  redis: "redis-password-never-shown",
  sentinel: "sentinel-password-never-shown",
  s3: "s3-secret-key-never-shown",
  upstream: "upstream-password-never-shown",
  header: "Bearer header-never-shown",
};

const args: RegistryArgs = {
  access: { users: { admin: { catalog: true }, ci: {} } },
  objectStore: { s3: { bucket: "images", endpoint: "https://s3.corp.example" } },
  redis: { external: { addresses: ["sentinel-1.corp.example:26379", "sentinel-2.corp.example:26379"], masterName: "cache" } },
  settings: {
    proxy: { remoteUrl: "https://upstream.corp.example" },
    notifications: { audit: { url: "https://audit.corp.example/events" } },
  },
  secrets: {
    passwords: { ci: secret(chosen.password) },
    redisPassword: chosen.redis,
    redisSentinelPassword: chosen.sentinel,
    s3AccessKey: "access-key-of-the-bucket",
    s3SecretKey: chosen.s3,
    proxyUsername: "upstream-user",
    proxyPassword: chosen.upstream,
    notificationHeaders: { audit: { Authorization: [chosen.header] } },
  },
};

describe("secrets that are given", () => {
  let recording: Recording<Registry>;
  before(async () => {
    recording = await record(() => new Component("team", args));
  });

  it("reach the registry's configuration", () => {
    const configurations = recording.resources.flatMap(files).filter(({ file }) => file.endsWith("/config.yml"));
    const [configuration] = configurations;
    assert.equal(configurations.length, 1);
    for (const value of [chosen.redis, chosen.sentinel, chosen.s3, chosen.upstream, chosen.header]) {
      assert.ok(configuration?.content.includes(value), `${value} is missing`);
    }
  });
  it("reach the engine only in inputs that are marked as secret", () => assertConcealed(recording.resources, Object.values(chosen)));
  it("are in no environment, argument, label or health check", () => assertAbsent(recording.resources, Object.values(chosen)));
});

describe("secrets that are generated", () => {
  const values = [
    generated("password of team-access-admin"),
    generated("password of team-redis"),
    generated("password of team-nodes-http-secret"),
    generated("bytes of team-access-salt"),
    ...["team-certificates-ca", "team-certificates-server", "team-redis"].map((name) => generated(`PRIVATE KEY of ${name}`)),
  ];
  let recording: Recording<Registry>;
  before(async () => {
    recording = await record(() => new Component("team"));
  });

  it("reach the services that need them", () => {
    const contents = recording.resources
      .flatMap(files)
      .map(({ content }) => content)
      .join("\n");
    for (const value of [values[1], values[2], generated("PRIVATE KEY of team-certificates-server")]) {
      assert.ok(value !== undefined && contents.includes(value));
    }
  });
  it("reach the engine only in inputs that are marked as secret", () => assertConcealed(recording.resources, values));
  it("are in no environment, argument, label or health check", () => assertAbsent(recording.resources, values));
  it("make the passwords long enough to need no slow hash", () => {
    for (const { inputs, name } of recording.all("RandomPassword")) {
      assert.ok(typeof inputs["length"] === "number" && inputs["length"] >= 32, name); // 32 of 62 characters: 190 bits
    }
  });
  it("leave the CA's key with Pulumi: no container gets it", () => {
    const key = pem("PRIVATE KEY", "team-certificates-ca").split("\n")[1] ?? "";
    for (const { file, content } of recording.resources.flatMap(files)) assert.ok(!content.includes(key), file);
  });
});

describe("passwords of users", () => {
  it("reach the nodes as bcrypt hashes: cheap ones for generated passwords, dear ones for chosen ones", async () => {
    const recording = await record(() => new Component("team", args));
    const file = recording.resources.flatMap(files).find((upload) => upload.file.endsWith("/htpasswd"));
    assert.match(file?.content ?? "", /^admin:\$2b\$04\$[^\n]{53}\nci:\$2b\$10\$[^\n]{53}\n$/);
  });
  it("have hashes that stay while they stay", async () => {
    const hash = async (): Promise<string | undefined> =>
      (await record(() => new Component("team"))).resources.flatMap(files).find((upload) => upload.file.endsWith("/htpasswd"))?.content;
    assert.equal(await hash(), await hash());
  });
  it("are not asked for where nobody logs in by one", async () => {
    const recording = await record(() => new Component("team", { access: { mode: AccessMode.None, allowAnonymous: true } }));
    assert.deepEqual(
      recording.resources.flatMap(files).filter((upload) => upload.file.endsWith("/htpasswd")),
      [],
    );
  });
});

function files(resource: Registered): { file: string; content: string }[] {
  return resource.type.endsWith(":Container") ? (containerInputs(resource).uploads ?? []) : [];
}

function assertConcealed(resources: readonly Registered[], values: readonly string[]): void {
  for (const { type, name, inputs, secretInputs } of resources) {
    for (const [input, content] of Object.entries(inputs)) {
      if (secretInputs.includes(input)) continue;
      const text = JSON.stringify(content);
      for (const value of values) assert.ok(!text.includes(value), `${type} ${name} shows ${value} in ${input}`);
    }
  }
}

function assertAbsent(resources: readonly Registered[], values: readonly string[]): void {
  for (const { name, inputs } of resources.filter(({ type }) => type.endsWith(":Container"))) {
    const { uploads, ...rest } = inputs;
    const text = JSON.stringify(rest);
    for (const value of values) assert.ok(!text.includes(value), `container ${name} shows ${value}`);
    assert.ok(uploads === undefined || Array.isArray(uploads));
  }
}
