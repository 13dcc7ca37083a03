import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { Registry } from "ha-registry-docker";
import { parse } from "yaml";
import { container, containerInputs, services, uploaded } from "./support/containers";
import { generated, record } from "./support/mocks";
import type { Recording } from "./support/mocks";

// Redis with sentinels, as the components ask Docker for it. Not proved under mocks: that it fails over (test/engine/sentinel).

const servers = ["team-redis-1", "team-redis-2", "team-redis-3"];
const sentinels = ["team-sentinel-1", "team-sentinel-2", "team-sentinel-3"];

describe("Redis with sentinels", () => {
  let recording: Recording<Registry>;
  before(async () => {
    recording = await record(() => new Registry("team", { subnet: "10.200.7.0/24", redis: { memoryMiB: 200, cpus: 2, sentinel: {} } }));
  });
  const dependsOn = (name: string): string[] =>
    [recording.get("Container", name), ...recording.ancestors(recording.get("Container", name))]
      .flatMap((resource) => resource.dependsOn)
      .filter((urn) => urn.includes("docker:index/container:Container::"))
      .map((urn) => urn.slice(urn.lastIndexOf("::") + 2));

  it("is three servers and three sentinels in the place of one server", () => {
    const names = services(recording).map(({ name }) => name);
    assert.deepEqual(names.filter((name) => /redis|sentinel/.test(name)).sort(), [...servers, ...sentinels]);
  });

  it("runs without root, without capabilities, on a read-only root, bounded and back after a crash", () => {
    for (const inputs of [...servers, ...sentinels].map((name) => container(recording, name))) {
      const { name, user, readOnly, capabilities, securityOpts, memory, memorySwap, restart, logDriver } = inputs;
      assert.deepEqual(
        [user, readOnly, capabilities, securityOpts, memorySwap, restart, logDriver],
        ["65534:65534", true, { drops: ["ALL"] }, ["no-new-privileges"], memory, "unless-stopped", "json-file"],
        name,
      );
      assert.deepEqual([memory, inputs.cpus], servers.includes(name) ? [200, "2"] : [32, undefined], name);
      assert.equal(inputs.wait, true, name);
    }
  });

  it("is replaced one after the other: servers, then sentinels", () => {
    for (const [index, name] of servers.entries()) {
      const expected = index === 0 ? [] : [servers[index - 1]];
      assert.deepEqual(
        dependsOn(name).filter((other) => servers.includes(other)),
        expected,
      );
    }
    for (const [index, name] of sentinels.entries()) {
      const expected = index === 0 ? [] : [sentinels[index - 1]];
      assert.deepEqual(
        dependsOn(name).filter((other) => sentinels.includes(other)),
        expected,
      );
      for (const server of servers) assert.ok(dependsOn(name).includes(server), `${name} needs ${server}`);
    }
    for (const name of [...servers, ...sentinels]) {
      assert.ok(dependsOn(name).includes(`${name}-files-secret`) && dependsOn(name).includes(`${name}-files-plain`), name);
      assert.equal(recording.get("Container", name).deleteBeforeReplace, true, name);
    }
  });

  it("gives a server time to hand over before it is killed", () => {
    for (const name of servers) assert.ok((container(recording, name).destroyGraceSeconds ?? 0) >= 15, name);
  });

  it("has fixed addresses, which its certificates name", () => {
    for (const [index, name] of [...servers, ...sentinels].entries()) {
      const address = `10.200.7.${3 + index}`;
      assert.deepEqual(container(recording, name).networksAdvanced, [{ name: "team", ipv4Address: address }]);
      assert.deepEqual(recording.get("CertRequest", name).inputs["ipAddresses"], [address, "127.0.0.1"]);
    }
  });

  it("has room in memory for a copy of half of what a server may hold", () => {
    for (const name of servers) {
      const { "/data": data } = recording.get("Container", name).inputs["tmpfs"] as Record<string, string>;
      assert.match(data ?? "", /^rw,noexec,nosuid,size=100m,uid=65534,mode=0700$/);
    }
  });

  it("can follow a single server, whose address it takes, and the other way round", async () => {
    assert.deepEqual(recording.get("Container", "team-redis-1").aliases, ["team-redis"]);
    const single = await record(() => new Registry("team"));
    assert.deepEqual(single.get("Container", "team-redis").aliases, ["team-redis-1"]);
    assert.deepEqual(container(single, "team-redis").networksAdvanced?.length, 1);
    // The password stays, and so nodes that are not yet replaced go on.
    assert.ok(single.names("RandomPassword").includes("team-redis") && recording.names("RandomPassword").includes("team-redis"));
  });

  it("tells nodes of the sentinels, with the password of the one user that they are", () => {
    const text = uploaded(recording, "team-nodes", "config.yml");
    const { redis } = parse(text) as { redis: Record<string, unknown> };
    const password = generated("password of team-redis");
    assert.deepEqual(
      [redis["addrs"], redis["mastername"], redis["username"], redis["password"], redis["sentinelusername"], redis["sentinelpassword"]],
      [["10.200.7.6:26379", "10.200.7.7:26379", "10.200.7.8:26379"], "team", "registry", password, "registry", password],
    );
    for (const other of ["replica", "sentinel", "control"]) assert.ok(!text.includes(generated(`password of team-redis-${other}`)), other);
  });

  it("keeps every password and key where it is needed, and secret", () => {
    const values = [
      ...["team-redis", "team-redis-replica", "team-redis-sentinel", "team-redis-control"].map((name) => generated(`password of ${name}`)),
      ...[...servers, ...sentinels].map((name) => generated(`PRIVATE KEY of ${name}`)),
    ];
    for (const { type, name, inputs, secretInputs } of recording.resources) {
      for (const [input, content] of Object.entries(inputs)) {
        if (secretInputs.includes(input)) continue;
        for (const value of values) assert.ok(!JSON.stringify(content).includes(value), `${type} ${name} shows ${value} in ${input}`);
      }
    }
    for (const { name, inputs } of recording.all("Container")) {
      const { uploads: _uploads, ...rest } = inputs;
      for (const value of values) assert.ok(!JSON.stringify(rest).includes(value), `container ${name} shows ${value}`);
    }
    assert.equal(uploaded(recording, "team-redis-1", "login"), `AUTH control ${generated("password of team-redis-control")}\n`);
    assert.equal(uploaded(recording, "team-sentinel-1", "login"), `AUTH sentinel ${generated("password of team-redis-sentinel")}\n`);
  });

  it("has files that only its own user reads", () => {
    const files = recording.all("Container").filter(({ name }) => /^team-(redis|sentinel)-\d-files-/.test(name));
    assert.equal(files.length, 12);
    for (const upload of files.flatMap((resource) => containerInputs(resource).uploads ?? [])) {
      assert.deepEqual([upload.permissions, upload.owner, upload.group], ["0400", "65534", "65534"], upload.file);
      assert.match(upload.file, /^\/files\/[0-9a-f]{16}\/[a-z0-9.-]+$/);
    }
  });
});

describe("Redis on several hosts", () => {
  it("has a server and a sentinel on each, published on inner addresses alone", async () => {
    const hosts = Object.fromEntries(
      ["north", "middle", "south"].map((name, index) => [name, { dockerHost: `ssh://${name}.example`, address: `192.0.2.${index + 1}` }]),
    );
    const recording = await record(
      () => new Registry("team", { hosts, objectStore: { nfs: { server: "nfs.example", path: "/export" } }, subnet: "10.200.7.0/24" }),
    );
    for (const [index, host] of ["north", "middle", "south"].entries()) {
      for (const [name, internal, external] of [
        [`team-redis-${index + 1}-${host}`, 6379, 21011 + index],
        [`team-sentinel-${index + 1}-${host}`, 26379, 21021 + index],
      ] as const) {
        assert.deepEqual(container(recording, name).ports, [{ internal, external, ip: `192.0.2.${index + 1}` }]);
        assert.ok(recording.get("Container", name).provider.includes(`team-${host}`), name);
        const { ipAddresses } = recording.get("CertRequest", name).inputs as { ipAddresses: string[] };
        assert.ok(ipAddresses.includes(`192.0.2.${index + 1}`), name);
      }
    }
  });
});
