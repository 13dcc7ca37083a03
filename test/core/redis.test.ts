import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderRedis, resolveTopology } from "ha-registry-core";
import { parseRedis } from "./support/redis-parser";

const files = { certificate: "/files/a/redis.crt", key: "/files/b/redis.key", ca: "/files/c/ca.crt" };
const hash = "0123456789abcdef".repeat(4);
const render = (memoryMiB = 128, paths = files, passwordHash = hash): string =>
  renderRedis(resolveTopology("demo", { redis: { memoryMiB } }), paths, passwordHash);
const valuesOf = (name: string, memoryMiB?: number): readonly string[] | undefined => parseRedis(render(memoryMiB)).values.get(name);

describe("redis.conf", () => {
  it("listens with TLS only", () => {
    assert.deepEqual([valuesOf("port"), valuesOf("tls-port"), valuesOf("tls-auth-clients")], [["0"], ["6379"], ["no"]]);
    assert.deepEqual(
      [valuesOf("tls-cert-file"), valuesOf("tls-key-file"), valuesOf("tls-ca-cert-file")],
      [[files.certificate], [files.key], [files.ca]],
    );
    assert.deepEqual(valuesOf("tls-protocols"), ["TLSv1.2 TLSv1.3"]);
  });

  it("is a cache: three quarters of its memory, the oldest gives way, nothing on disk", () => {
    assert.deepEqual([valuesOf("maxmemory", 128), valuesOf("maxmemory", 33)], [["96mb"], ["24mb"]]);
    assert.deepEqual([valuesOf("maxmemory-policy"), valuesOf("save"), valuesOf("appendonly")], [["allkeys-lru"], [""], ["no"]]);
  });

  it("lets in one user, with the registry's commands on the registry's keys", () => {
    const { users } = parseRedis(render());
    assert.deepEqual(users.get("default"), ["off"]);
    const rules = users.get("registry") ?? [];
    assert.deepEqual(rules.slice(0, 7), ["on", `#${hash}`, "resetkeys", "~blobs::*", "~repository::*", "resetchannels", "-@all"]);
    const commands = rules.slice(7);
    const needed = [
      "auth",
      "del",
      "exec",
      "hdel",
      "hello",
      "hget",
      "hmget",
      "hmset",
      "hset",
      "hsetnx",
      "multi",
      "ping",
      "sadd",
      "sismember",
      "srem",
    ];
    assert.deepEqual(
      [...commands].sort(),
      needed.map((name) => `+${name}`),
    );
  });

  it("never holds a password, and nothing that would be a directive of its own", () => {
    for (const unfit of ["secret", hash.toUpperCase(), `${hash}0`, `${hash.slice(1)}\n`, ""])
      assert.throws(() => render(128, files, unfit), TypeError, unfit);
    for (const certificate of ["/files/a b", "/files/a\nport 6379", 'redis"', "relative", ""])
      assert.throws(() => render(128, { ...files, certificate }), TypeError);
  });

  it("is the same for the same input", () => {
    assert.equal(render(), render());
  });
});
