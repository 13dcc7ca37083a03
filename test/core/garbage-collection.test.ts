import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  renderGarbageCacheScript,
  renderGarbageCollectorScript,
  renderHaproxy,
  renderRclone,
  renderRedis,
  reporters,
  resolveTopology,
} from "ha-registry-core";
import type { GarbageCollectionShape, GarbageCollectionTopology, RegistryShape, Topology } from "ha-registry-core";
import { linesOf, parseHaproxy, sectionOf } from "./support/haproxy-parser";
import { problemPaths } from "./support/problems";

// What the files say. Not proved here: that real clients obey the fence, and that nothing is lost (test/engine/garbage-collection).

const several: RegistryShape = {
  hosts: Object.fromEntries(["a", "b", "c"].map((name, index) => [name, { dockerHost: `ssh://${name}`, address: `10.0.0.${index + 1}` }])),
  objectStore: { garage: {} },
};

function resolved(
  garbageCollection: GarbageCollectionShape = {},
  shape: RegistryShape = {},
): Topology & Required<Pick<Topology, "garbageCollection">> {
  const topology = resolveTopology("demo", { subnet: "10.9.8.0/24", ...shape, garbageCollection });
  assert.ok(topology.garbageCollection);
  return { ...topology, garbageCollection: topology.garbageCollection };
}

function script(garbageCollection: GarbageCollectionShape = {}): string {
  const topology = resolved(garbageCollection);
  return renderGarbageCollectorScript(topology, topology.garbageCollection);
}

const pathsOf = (shape: RegistryShape): string[] => problemPaths(() => resolveTopology("demo", shape));

describe("garbage collection", () => {
  it("is not there unless it is asked for, and then has a default for everything", () => {
    assert.equal(resolveTopology("demo").garbageCollection, undefined);
    const { startsAt, minimumAgeHours, fenceTimeoutSeconds, deleteUntagged, retention } = resolved().garbageCollection;
    assert.deepEqual(
      { startsAt, minimumAgeHours, fenceTimeoutSeconds, deleteUntagged, retention },
      { startsAt: "02:30", minimumAgeHours: 24, fenceTimeoutSeconds: 60, deleteUntagged: false, retention: [] },
    );
  });

  it("is on one host, where others reach it at its inner address", () => {
    const addresses = ({ collector, marker, cacheCleaner }: GarbageCollectionTopology): string[] =>
      [collector, marker, cacheCleaner].map(({ name, host, address }) => `${name} ${host} ${address}`);
    assert.deepEqual(addresses(resolved({}, several).garbageCollection), [
      "demo-garbage-collector a 10.9.8.80",
      "demo-garbage-marker a 10.9.8.81",
      "demo-garbage-cache-cleaner a 10.9.8.82",
    ]);
    const { collector, publishedFencePort } = resolved({}, several).garbageCollection;
    assert.deepEqual([collector.published, publishedFencePort], [{ address: "10.0.0.1", port: 21_050 }, 21_051]);
    assert.deepEqual(reporters(resolved({}, several)), ["a-8404", "a-8405", "b-8404", "b-8405", "c-8404", "c-8405"]);
    assert.deepEqual(reporters(resolved()), ["balancer-8404", "balancer-8405"]);
  });

  it("refuses what would remove too much, all at once", () => {
    const retention = { all: {}, "bad name": { repositories: "Team/*", keepLast: 1 }, tags: { keepLast: 1, keepTags: ["a'b"] } };
    assert.deepEqual(pathsOf({ garbageCollection: { startsAt: "24:00", minimumAgeHours: -1, fenceTimeoutSeconds: 0.5, retention } }), [
      "garbageCollection.startsAt",
      "garbageCollection.minimumAgeHours",
      "garbageCollection.fenceTimeoutSeconds",
      "garbageCollection.retention.all",
      "garbageCollection.retention.bad name.repositories",
      "garbageCollection.retention.tags.keepTags[0]",
    ]);
  });

  it("needs a Redis of the registry's own: what nodes keep in memory nobody can drop", () => {
    for (const redis of [{ enabled: false }, { external: { addresses: ["redis:6379"] } }])
      assert.deepEqual(pathsOf({ redis, garbageCollection: {} }), ["garbageCollection"]);
  });
});

describe("the fence", () => {
  const config = (shape: RegistryShape, host = ""): string =>
    renderHaproxy(
      resolveTopology("demo", { subnet: "10.9.8.0/24", ...shape }),
      { certificate: "/c.pem", internalCa: "/ca.pem", internalCertificate: "/i.pem" },
      host,
    );

  it("is not there without garbage collection", () => {
    assert.doesNotMatch(config({}), /fence|registry-appends/);
  });

  it("puts off pushes alone, with a time to come again", () => {
    const frontend = sectionOf(parseHaproxy(config({ garbageCollection: {} }), []), "frontend", "clients");
    const refusals = linesOf(frontend, "http-request").filter(
      (words) => words.includes("429") && words.some((word) => word.includes("fence")),
    );
    assert.equal(refusals.length, 3);
    for (const words of refusals) {
      assert.equal(words[words.indexOf("Retry-After") + 1], "5");
      assert.ok(words.includes("changes_something") || words.join(" ").includes("{ method POST }"), words.join(" "));
    }
    assert.deepEqual(linesOf(frontend, "acl", "changes_something"), [
      ["acl", "changes_something", "method", "POST", "PUT", "PATCH", "DELETE"],
    ]);
  });

  it("is asked for in the private network of its host, and at its published ports from others", () => {
    const server = (host: string): string =>
      linesOf(sectionOf(parseHaproxy(config({ ...several, garbageCollection: {} }, host), []), "backend", "fence"), "server")[0]?.join(
        " ",
      ) ?? "";
    assert.match(server("a"), /^server collector 10\.9\.8\.80:5003 .* agent-check agent-port 5004 /);
    assert.match(server("b"), /^server collector 10\.0\.0\.1:21050 .* agent-check agent-addr 10\.0\.0\.1 agent-port 21051 /);
  });

  it("lasts longer than a collection goes on without a report", () => {
    const [, inter = "", fall = ""] = /server collector .*fastinter (\d+)ms .*fall (\d+) /.exec(config({ garbageCollection: {} })) ?? [];
    const [, stale = ""] = /moment - at\)\) -le (\d+) /.exec(script()) ?? [];
    assert.ok(((Number(fall) - 1) * Number(inter)) / 1000 + 1 > Number(stale) + 1, `${fall} ${inter} ${stale}`);
  });
});

describe("scripts of garbage collection", () => {
  it("do only what was asked for", () => {
    assert.doesNotMatch(script(), /expire_tags|remove_untagged/);
    assert.match(script({ deleteUntagged: true }), /^ {2}remove_untagged && mark blobs/m);
    assert.match(script({ retention: { all: { keepLast: 3 } } }), /^ {2}expire_tags && mark blobs/m);
    assert.match(script({ minimumAgeHours: 36 }), /now\) - 129600\)/);
  });

  it("drop cached descriptors, which only then a user may", () => {
    const { garbageCollection, ...topology } = resolved();
    assert.match(renderGarbageCacheScript(topology.redis.servers, garbageCollection.cacheCleaner.port), /FLUSHDB/);
    const files = { certificate: "/a", key: "/b", ca: "/c" };
    assert.match(renderRedis(resolved(), files, "0a".repeat(32)), /\+flushdb/);
    assert.doesNotMatch(renderRedis(topology, files, "0a".repeat(32)), /flushdb/);
  });

  it("find the store: a directory, a bucket, a bucket with a prefix", () => {
    const store = (shape: RegistryShape): string => renderRclone(resolveTopology("demo", shape), {}).store;
    assert.equal(store({}), "local:/var/lib/registry/docker/registry/v2");
    assert.equal(store({ objectStore: { garage: {} } }), "store:registry/docker/registry/v2");
    assert.equal(store({ objectStore: { s3: { bucket: "images", rootDirectory: "/team/" } } }), "store:images/team/docker/registry/v2");
    const keys = { accessKey: "id", secretKey: "key" };
    const { configuration } = renderRclone(resolveTopology("demo", { objectStore: { garage: {} } }), keys);
    assert.match(configuration, /^\[store\]\ntype = s3\nprovider = Other\n.*^endpoint = http:\/\/store:3900$.*^env_auth = false$/ms);
  });
});
