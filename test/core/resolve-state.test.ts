import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { filesystemTeamLimit, nfsTeamLimit, ObjectStoreKind, resolveTopology, sizeFor } from "ha-registry-core";
import type { ExternalRedisShape, ObjectStoreShape, RegistryShape, S3Shape } from "ha-registry-core";
import { problemAt, problemPaths } from "./support/problems";

const pathsOf = (shape: RegistryShape): string[] => problemPaths(() => resolveTopology("demo", shape));
const storePaths = (objectStore: ObjectStoreShape): string[] => pathsOf({ objectStore }).map((path) => path.replace(/^objectStore\./, ""));
const s3 = (given: Partial<S3Shape>): S3Shape => ({ bucket: "images", ...given });

describe("sizing", () => {
  it("changes where the guides draw the lines", () => {
    const nodes = [1, filesystemTeamLimit - 1, filesystemTeamLimit, nfsTeamLimit, nfsTeamLimit + 1, 1000, 1001, 1_000_000].map(
      (team) => sizeFor(team).nodes,
    );
    assert.deepEqual(nodes, [2, 2, 2, 2, 3, 3, 4, 10]);
  });

  it("never shrinks as a team grows", () => {
    const teams = [1, 49, 50, 200, 201, 999, 1000, 1001, 5000, 100_000, 1_000_000].map(sizeFor);
    for (const [index, size] of teams.entries()) {
      const before = teams[index - 1] ?? size;
      for (const field of [
        "nodes",
        "nodeMemoryMiB",
        "balancerMemoryMiB",
        "maxConnections",
        "redisMemoryMiB",
        "garageMemoryMiB",
        "storageGiB",
      ] as const) {
        assert.ok(size[field] >= before[field], `${field} of team ${index}`);
      }
    }
  });

  it("gives HAProxy memory for the connections it accepts: two buffers of 64 KiB each, and 100 KiB for TLS", () => {
    for (const team of [1, 50, 201, 10_000]) {
      const { balancerMemoryMiB, maxConnections } = sizeFor(team);
      assert.ok(maxConnections * 228 <= balancerMemoryMiB * 1024, `${maxConnections} connections in ${balancerMemoryMiB} MiB`);
    }
  });

  it("lets what is given win", () => {
    const topology = resolveTopology("demo", {
      teamSize: 40,
      nodes: { count: 5, memoryMiB: 99 },
      redis: { memoryMiB: 33 },
      loadBalancer: { maxConnections: 11 },
    });
    assert.deepEqual(
      [topology.nodes.length, topology.node.memoryMiB, topology.redis.memoryMiB, topology.loadBalancer.maxConnections],
      [5, 99, 33, 11],
    );
  });
});

describe("the object store", () => {
  it("is a volume for small teams, and has to be chosen by large ones", () => {
    assert.deepEqual(pathsOf({ teamSize: 49 }), []);
    assert.deepEqual(pathsOf({ teamSize: 50 }), ["objectStore"]);
    assert.deepEqual(pathsOf({ teamSize: 50, objectStore: { filesystem: {} } }), []);
    assert.match(
      problemAt("objectStore", () => resolveTopology("demo", { teamSize: 50 })),
      /objectStore\.nfs, objectStore\.garage or objectStore\.s3/,
    );
  });

  it("is one of three", () => {
    const nfs = { server: "nas.example", path: "/export" };
    assert.equal(resolveTopology("demo", { objectStore: { nfs } }).objectStore.kind, ObjectStoreKind.Nfs);
    assert.equal(resolveTopology("demo", { objectStore: { s3: s3({}) } }).objectStore.kind, ObjectStoreKind.S3);
    assert.deepEqual(pathsOf({ objectStore: { nfs, s3: s3({}) } }), ["objectStore"]);
  });

  it("may be a volume of the user's own, which is neither made nor removed", () => {
    const own = resolveTopology("demo", { objectStore: { filesystem: { existingVolume: "images" } } }).objectStore;
    assert.deepEqual([own.volumeName, own.existingVolume], ["images", true]);
    const made = resolveTopology("demo").objectStore;
    assert.deepEqual([made.volumeName, made.existingVolume], ["demo-store", false]);
    assert.deepEqual(storePaths({ filesystem: { existingVolume: "/etc" } }), ["filesystem.existingVolume"]);
  });

  it("checks what mount would take for more than it is", () => {
    assert.deepEqual(storePaths({ nfs: { server: "nas example", path: "export", options: "a b" } }), [
      "nfs.server",
      "nfs.path",
      "nfs.options",
    ]);
    const empty = { objectStore: { nfs: {} } } as RegistryShape;
    assert.deepEqual(pathsOf(empty), ["objectStore.nfs.server", "objectStore.nfs.path"]);
  });
});

describe("S3", () => {
  const resolved = (given: Partial<S3Shape>): unknown => resolveTopology("demo", { objectStore: { s3: s3(given) } }).objectStore.s3;

  it("follows AWS without an endpoint, and suits other stores with one", () => {
    const common = { bucket: "images", region: "us-east-1", storageClass: "STANDARD", chunkSizeMiB: 10, verifyCertificate: true };
    assert.deepEqual(resolved({}), { ...common, forcePathStyle: false, encrypt: true, redirect: true });
    const endpoint = "http://minio.example:9000";
    assert.deepEqual(resolved({ endpoint }), { ...common, endpoint, forcePathStyle: true, encrypt: false, redirect: false });
    const redirectEndpoint = "https://images.example";
    assert.deepEqual(resolved({ endpoint, redirectEndpoint }), {
      ...common,
      endpoint,
      redirectEndpoint,
      forcePathStyle: true,
      encrypt: false,
      redirect: true,
    });
  });

  it("refuses what the registry would refuse when it starts", () => {
    const table: [Partial<S3Shape>, string[]][] = [
      [{ bucket: "a" }, ["bucket"]],
      [{ bucket: "Images" }, ["bucket"]],
      [{ bucket: "-images" }, ["bucket"]],
      [{ region: "garage" }, ["region"]],
      [{ region: "garage", endpoint: "https://s3.example" }, []],
      [{ region: "eu-central-1" }, []],
      [{ region: "us-gov-west-1" }, []],
      [{ endpoint: "s3.example" }, ["endpoint"]],
      [{ endpoint: "https://key:secret@s3.example" }, ["endpoint"]],
      [{ redirectEndpoint: "https://s3.example/path" }, ["redirectEndpoint"]],
      [{ redirectEndpoint: "https://s3.example?a=b" }, ["redirectEndpoint"]],
      [{ redirectEndpoint: "https://s3.example/", redirect: false }, ["redirectEndpoint"]],
      [{ redirectEndpoint: "https://s3.example/" }, []],
      [{ storageClass: "GLACIER" }, ["storageClass"]],
      [{ storageClass: "GLACIER_IR" }, []],
      [{ chunkSizeMiB: 4 }, ["chunkSizeMiB"]],
      [{ chunkSizeMiB: 5 }, []],
      [{ chunkSizeMiB: 5121 }, ["chunkSizeMiB"]],
      [{ keyId: "alias/images", encrypt: false }, ["keyId"]],
      [{ keyId: "alias/images" }, []],
    ];
    for (const [given, expected] of table) {
      const paths = pathsOf({ objectStore: { s3: s3(given) } });
      assert.deepEqual(
        paths,
        expected.map((field) => `objectStore.s3.${field}`),
        JSON.stringify(given),
      );
    }
  });
});

describe("an external Redis", () => {
  const paths = (external: ExternalRedisShape): string[] =>
    pathsOf({ redis: { external } }).map((path) => path.replace(/^redis\.external\.?/, ""));

  it("is a server, sentinels with a name, or a cluster", () => {
    assert.deepEqual(paths({ addresses: ["redis.example:6379"], database: 3 }), []);
    assert.deepEqual(paths({ addresses: ["s1:26379", "s2:26379"], masterName: "main", database: 3, sentinelUsername: "watch" }), []);
    assert.deepEqual(paths({ addresses: ["[2001:db8::1]:6379", "10.0.0.2:6379"] }), []);
    assert.deepEqual(paths({ addresses: ["c1:6379", "c2:6379"], database: 3 }), ["database"]);
  });

  it("is named by host and port", () => {
    assert.deepEqual(paths({ addresses: [] }), ["addresses"]);
    assert.deepEqual(
      paths({ addresses: ["redis", "redis:0", "redis:65536", "2001:db8::1:6379", "redis://redis:6379"] }),
      [0, 1, 2, 3, 4].map((index) => `addresses[${index}]`),
    );
    assert.deepEqual(paths({ addresses: ["redis:6379"], sentinelUsername: "watch" }), ["sentinelUsername"]);
  });

  it("has its own users, ours has one", () => {
    assert.equal(resolveTopology("demo").redis.username, "registry");
    assert.equal(resolveTopology("demo", { redis: { external: { addresses: ["redis:6379"] } } }).redis.username, undefined);
  });
});

describe("Redis with sentinels", () => {
  const hostsOf = (count: number): RegistryShape["hosts"] =>
    Object.fromEntries(
      ["north", "middle", "south"]
        .slice(0, count)
        .map((name, index) => [name, { dockerHost: `ssh://${name}.example`, address: `192.0.2.${index + 1}` }]),
    );
  const nfs = { nfs: { server: "nfs.example", path: "/export" } };

  it("is three servers and three sentinels, at addresses of their own, which nodes ask for the primary", () => {
    const { redis } = resolveTopology("demo", { subnet: "10.9.8.0/24", redis: { sentinel: {} } });
    assert.deepEqual(
      redis.servers.map(({ name, address, port }) => `${name} ${address}:${port}`),
      ["demo-redis-1 10.9.8.3:6379", "demo-redis-2 10.9.8.4:6379", "demo-redis-3 10.9.8.5:6379"],
    );
    assert.deepEqual(
      redis.sentinels.map(({ name, address, port }) => `${name} ${address}:${port}`),
      ["demo-sentinel-1 10.9.8.6:26379", "demo-sentinel-2 10.9.8.7:26379", "demo-sentinel-3 10.9.8.8:26379"],
    );
    assert.deepEqual(redis.addresses, ["10.9.8.6:26379", "10.9.8.7:26379", "10.9.8.8:26379"]);
    assert.deepEqual([redis.masterName, redis.username, redis.sentinelUsername], ["demo", "registry", "registry"]);
    assert.equal(redis.sentinel?.downAfterMilliseconds, 2000);
  });

  it("is there without being asked for where three hosts are, spread over them, and can be left out", () => {
    const { redis } = resolveTopology("demo", { hosts: hostsOf(3), objectStore: nfs });
    assert.deepEqual(
      [...redis.servers, ...redis.sentinels].map(({ host }) => host),
      ["north", "middle", "south", "north", "middle", "south"],
    );
    assert.deepEqual(redis.addresses, ["192.0.2.1:21021", "192.0.2.2:21022", "192.0.2.3:21023"]);
    for (const shape of [{}, { hosts: hostsOf(2) }, { hosts: hostsOf(3), redis: { sentinel: { enabled: false } } }]) {
      const single = resolveTopology("demo", { ...shape, objectStore: nfs }).redis;
      assert.deepEqual(
        [single.servers.map(({ name }) => name), single.sentinels, single.sentinel, single.masterName],
        [["demo-redis"], [], undefined, undefined],
      );
    }
  });

  it("is for a Redis of ours", () => {
    const external = { addresses: ["redis.example:6379"] };
    assert.deepEqual(pathsOf({ redis: { external, sentinel: {} } }), ["redis.sentinel"]);
    assert.deepEqual(pathsOf({ redis: { enabled: false, sentinel: {} } }), ["redis.sentinel"]);
    assert.deepEqual(pathsOf({ redis: { external, sentinel: { enabled: false } } }), []);
    const { redis } = resolveTopology("demo", { hosts: hostsOf(3), objectStore: nfs, redis: { external } });
    assert.deepEqual([redis.servers, redis.sentinels, redis.sentinel, redis.masterName], [[], [], undefined, undefined]);
  });
});
