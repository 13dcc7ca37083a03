import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import {
  renderRedisScript,
  renderReplicatedRedis,
  renderSentinel,
  renderSentinelScript,
  resolveTopology,
  sentinelId,
} from "ha-registry-core";
import type { Placed, RegistryShape } from "ha-registry-core";
import { parseRedis } from "./support/redis-parser";
import type { RedisConfig } from "./support/redis-parser";

// What the files say. That Valkey takes them, and that the rights suffice, is shown in test/engine/consumers; what happens when parts die, in
// test/engine/sentinel.

const files = { certificate: "/files/a/redis.crt", key: "/files/b/redis.key", ca: "/files/c/ca.crt" };
const passwords = {
  registry: "registry-password-1",
  replica: "replica-password-12",
  sentinel: "sentinel-password-1",
  control: "control-password-12",
};
const shape = { subnet: "10.9.8.0/24", redis: { memoryMiB: 128, sentinel: {} } };
const several: RegistryShape = {
  hosts: Object.fromEntries(
    ["north", "middle", "south"].map((name, index) => [name, { dockerHost: `ssh://${name}.example`, address: `192.0.2.${index + 1}` }]),
  ),
  objectStore: { nfs: { server: "nfs.example", path: "/export" } },
};

const serverText = (number: number, of: RegistryShape = shape): string => {
  const topology = resolveTopology("demo", of);
  return renderReplicatedRedis(topology, part(topology.redis.servers, number), files, passwords);
};
const sentinelText = (number: number, of: RegistryShape = shape): string => {
  const topology = resolveTopology("demo", of);
  return renderSentinel(topology, part(topology.redis.sentinels, number), files, passwords);
};
const scripts = (of: RegistryShape): string[] => {
  const topology = resolveTopology("demo", of);
  const { servers, sentinels } = topology.redis;
  return [
    ...servers.map((server) => renderRedisScript(topology, server)),
    ...sentinels.map((sentinel) => renderSentinelScript(topology, sentinel)),
  ];
};

function part(parts: readonly Placed[], number: number): Placed {
  const found = parts[number - 1];
  assert.ok(found);
  return found;
}

function hash(password: string): string {
  return `#${createHash("sha256").update(password).digest("hex")}`;
}

function rules({ users }: RedisConfig, user: string): { password: string | undefined; objects: string[]; commands: string[] } {
  const [state, password, ...others] = users.get(user) ?? [];
  assert.equal(state, "on", user);
  return {
    password,
    objects: others.filter((rule) => !rule.startsWith("+")),
    commands: others.filter((rule) => rule.startsWith("+")).sort(),
  };
}

describe("redis.conf of a server that sentinels watch", () => {
  it("speaks TLS only, to replicas too, and tells where it is reached", () => {
    const { values } = parseRedis(serverText(2));
    assert.deepEqual(
      ["port", "tls-port", "tls-replication", "replica-announce-ip", "replica-announce-port"].map((name) => values.get(name)?.[0]),
      ["0", "6379", "yes", "10.9.8.4", "6379"],
    );
    assert.deepEqual([values.get("masteruser"), values.get("masterauth")], [["replica"], [passwords.replica]]);
  });

  it("is the same for a primary and for a replica: who is what is for the sentinels to say", () => {
    for (const number of [1, 2, 3]) assert.equal(parseRedis(serverText(number)).values.get("replicaof"), undefined);
  });

  it("lets each user do its work and nothing else", () => {
    const config = parseRedis(serverText(1));
    assert.deepEqual([...config.users.keys()], ["default", "registry", "replica", "sentinel", "control"]);
    assert.deepEqual(config.users.get("default"), ["off"]);
    assert.deepEqual(rules(config, "registry").objects, ["resetkeys", "~blobs::*", "~repository::*", "resetchannels", "-@all"]);
    assert.deepEqual(rules(config, "replica"), {
      password: hash(passwords.replica),
      objects: ["resetkeys", "resetchannels", "-@all"],
      commands: ["+ping", "+psync", "+replconf"],
    });
    assert.deepEqual(rules(config, "sentinel"), {
      password: hash(passwords.sentinel),
      objects: ["resetkeys", "resetchannels", "&__sentinel__:hello", "-@all"],
      commands: [
        "+client|kill",
        "+client|setname",
        "+config|rewrite",
        "+exec",
        "+info",
        "+multi",
        "+ping",
        "+publish",
        "+replicaof",
        "+role",
        "+script|kill",
        "+slaveof",
        "+subscribe",
      ],
    });
    assert.deepEqual(rules(config, "control"), {
      password: hash(passwords.control),
      objects: ["resetkeys", "resetchannels", "-@all"],
      commands: ["+client|pause", "+ping", "+role"],
    });
  });

  it("prefers no answer to an old one, and a deletion that fails to one that is lost", () => {
    const { values } = parseRedis(serverText(1));
    assert.deepEqual([values.get("replica-serve-stale-data"), values.get("min-replicas-to-write")], [["no"], ["1"]]);
    assert.deepEqual([values.get("save"), values.get("appendonly")], [[""], ["no"]]);
  });

  it("leaves half of its memory for a copy of what another one holds", () => {
    assert.deepEqual(parseRedis(serverText(1)).values.get("maxmemory"), ["64mb"]);
  });
});

describe("sentinel.conf", () => {
  const told = (number: number, of?: RegistryShape): string[] =>
    parseRedis(sentinelText(number, of)).sentinel.map((words) => words.join(" "));

  it("watches the first server until somebody knows better, and knows everyone from the start", () => {
    const lines = told(2);
    for (const line of [
      "monitor demo 10.9.8.3 6379 2",
      "known-replica demo 10.9.8.4 6379",
      "known-replica demo 10.9.8.5 6379",
      `known-sentinel demo 10.9.8.6 26379 ${sentinelId("demo-sentinel-1")}`,
      `known-sentinel demo 10.9.8.8 26379 ${sentinelId("demo-sentinel-3")}`,
      `myid ${sentinelId("demo-sentinel-2")}`,
      "down-after-milliseconds demo 2000",
      "announce-ip 10.9.8.7",
      "announce-port 26379",
      "resolve-hostnames no",
    ]) {
      assert.ok(lines.includes(line), line);
    }
  });

  it("has an identity that follows from its name, so that a new container is no new sentinel", () => {
    const ids = [1, 2, 3].map((number) => sentinelId(`demo-sentinel-${number}`));
    for (const id of ids) assert.match(id, /^[0-9a-f]{40}$/);
    assert.equal(new Set([...ids, sentinelId("other-sentinel-1")]).size, 4);
  });

  it("speaks TLS only, to servers and sentinels too", () => {
    const { values } = parseRedis(sentinelText(1));
    assert.deepEqual(
      ["port", "tls-port", "tls-replication"].map((name) => values.get(name)?.[0]),
      ["0", "26379", "yes"],
    );
  });

  it("lets each user do its work and nothing else", () => {
    const config = parseRedis(sentinelText(1));
    assert.deepEqual([...config.users.keys()], ["default", "sentinel", "registry", "control"]);
    assert.deepEqual(config.users.get("default"), ["off"]);
    assert.deepEqual(rules(config, "registry"), {
      password: hash(passwords.registry),
      objects: ["resetkeys", "resetchannels", "&+switch-master", "&+replica-reconf-done", "-@all"],
      commands: ["+auth", "+hello", "+ping", "+sentinel|get-master-addr-by-name", "+sentinel|sentinels", "+subscribe", "+unsubscribe"],
    });
    assert.deepEqual(rules(config, "control").commands, [
      "+ping",
      "+sentinel|failover",
      "+sentinel|get-master-addr-by-name",
      "+sentinel|master",
    ]);
    assert.ok(!rules(config, "sentinel").commands.includes("+sentinel|failover"));
  });

  it("names the addresses between hosts where there are several", () => {
    const lines = told(1, several);
    for (const line of [
      "monitor demo 192.0.2.1 21011 2",
      "known-replica demo 192.0.2.3 21013",
      "announce-ip 192.0.2.1",
      "announce-port 21021",
    ])
      assert.ok(lines.includes(line), line);
    const { values } = parseRedis(serverText(3, several));
    assert.deepEqual([values.get("replica-announce-ip"), values.get("replica-announce-port")], [["192.0.2.3"], ["21013"]]);
  });
});

describe("files of Redis with sentinels", () => {
  it("hold the passwords that their process sends, and of the others only hashes", () => {
    for (const number of [1, 2, 3]) {
      const shown = (text: string): string[] => Object.values(passwords).filter((password) => text.includes(password));
      assert.deepEqual(shown(serverText(number)), [passwords.replica]);
      assert.deepEqual(shown(sentinelText(number)), [passwords.sentinel]);
    }
    for (const script of scripts(shape)) for (const password of Object.values(passwords)) assert.ok(!script.includes(password));
  });

  it("refuse what would be a directive of its own", () => {
    const topology = resolveTopology("demo", shape);
    const [server, sentinel] = [part(topology.redis.servers, 1), part(topology.redis.sentinels, 1)];
    for (const replica of ["", "short", "a password with spaces", `${"a".repeat(20)}\nport 6379`]) {
      assert.throws(() => renderReplicatedRedis(topology, server, files, { ...passwords, replica }), TypeError, replica);
      assert.throws(() => renderSentinel(topology, sentinel, files, { ...passwords, sentinel: replica }), TypeError, replica);
    }
    for (const key of ["relative", "/files/a b", "/files/a\nport 6379"]) {
      assert.throws(() => renderReplicatedRedis(topology, server, { ...files, key }, passwords), TypeError);
      assert.throws(() => renderSentinel(topology, sentinel, { ...files, key }, passwords), TypeError);
    }
  });

  it("are the same for the same input", () => {
    assert.equal(serverText(1), serverText(1));
    assert.equal(sentinelText(1), sentinelText(1));
    assert.deepEqual(scripts(shape), scripts(shape));
  });

  it("are for a registry with sentinels", () => {
    const single = resolveTopology("demo");
    assert.throws(() => renderRedisScript(single, part(single.redis.servers, 1)), /redis\.sentinel/);
  });
});

describe("scripts of servers and sentinels", () => {
  it("are read by a shell without complaint", () => {
    for (const script of [...scripts(shape), ...scripts(several)]) {
      const { status, stderr } = spawnSync("sh", ["-n"], { input: script, encoding: "utf8" });
      assert.deepEqual([status, stderr], [0, ""]);
    }
  });

  it("ask every sentinel but themselves", () => {
    const asked = (script: string): string[] => [...script.matchAll(/^ +ask (\S+) 26379 &$/gm)].map(([, address]) => address ?? "");
    const [server, , , first, , third] = scripts(shape).map(asked);
    assert.deepEqual(server, ["10.9.8.6", "10.9.8.7", "10.9.8.8"]);
    assert.deepEqual(
      [first, third],
      [
        ["10.9.8.7", "10.9.8.8"],
        ["10.9.8.6", "10.9.8.7"],
      ],
    );
  });
});
