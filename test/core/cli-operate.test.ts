import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import { ImageName, resolveTopology } from "ha-registry-core";
import { DockerCli } from "ha-registry-tools";
import { addSample, readSamples } from "ha-registry/dist/cli/capacity-history";
import { growthOf, outlook } from "ha-registry/dist/cli/capacity-report";
import { containerStatus } from "ha-registry/dist/cli/container-status";
import { fromPlan } from "ha-registry/dist/cli/drift";
import { summarize } from "ha-registry/dist/cli/garage-usage";
import { imageOf, certificatesIn, passwordsIn } from "ha-registry/dist/cli/health-facts";
import { Level } from "ha-registry/dist/cli/level";
import { observe, type FoundContainer, type FoundHost } from "ha-registry/dist/cli/observe";
import { containersOn, portsOn } from "ha-registry/dist/cli/parts";
import { bytes, duration, table } from "ha-registry/dist/cli/print";
import { Progress } from "ha-registry/dist/cli/progress";
import { judgeRoles, parseRole } from "ha-registry/dist/cli/redis-status";
import { parseDf } from "ha-registry/dist/cli/store-usage";
import { foundContainer } from "./support/found-container";

const GIB = 2 ** 30;
const DAY = 86_400_000;
const now = Date.parse("2026-11-27T12:00:00Z");

function host(containers: FoundContainer[], more: Partial<FoundHost> = {}): FoundHost {
  return { name: "", docker: new DockerCli(), containers, ...more };
}

test("sizes, times and tables for people", () => {
  assert.deepEqual([0, 1023, 1024, 1.5 * GIB, 300 * GIB, 5 * 2 ** 40].map(bytes), [
    "0 bytes",
    "1023 bytes",
    "1.0 KiB",
    "1.5 GiB",
    "300 GiB",
    "5.0 TiB",
  ]);
  assert.deepEqual([-5, 59_999, 60_000, 7_200_000, 2 * DAY, 400 * DAY].map(duration), ["0 s", "59 s", "1 min", "2 h", "2 d", "400 d"]);
  assert.deepEqual(
    table(
      ["NAME", "HOST", "STATE"],
      [
        ["a", "", "running"],
        ["longer", "", "x"],
      ],
    ),
    ["  NAME    STATE", "  a       running", "  longer  x"],
  );
});

test("every container that should run is told, with what is wrong with it, and so is every other one", () => {
  const topology = resolveTopology("prod", { garbageCollection: {} });
  const names = containersOn(topology, "");
  assert.ok(names.includes("prod-garbage-collector"));
  const sick: Record<string, Partial<FoundContainer>> = {
    "prod-node-1": { state: "exited", exitCode: 137 },
    "prod-node-2": { health: "unhealthy" },
    "prod-redis": { health: "starting" },
    "prod-haproxy-1": { state: "paused" },
  };
  const containers = names.filter((name) => name !== "prod-haproxy-2").map((name) => foundContainer(name, sick[name]));
  const status = containerStatus(topology, [host([...containers, foundContainer("prod-exporter")])]);
  const problems = status.flatMap(({ name, problem }) => (problem === undefined ? [] : [[name, problem]]));
  assert.deepEqual(problems, [
    ["prod-haproxy-1", "does not run (paused)"],
    ["prod-haproxy-2", "is not there"],
    ["prod-node-1", "does not run (it ended with code 137)"],
    ["prod-node-2", "is unhealthy"],
    ["prod-redis", "is starting"],
  ]);
  assert.equal(status.length, names.length + 1);
  assert.deepEqual(
    status.filter(({ expected }) => !expected).map(({ name }) => name),
    ["prod-exporter"],
  );
});

const several = {
  hosts: {
    north: { dockerHost: "unix:///nowhere/north.sock", address: "203.0.113.11" },
    south: { dockerHost: "unix:///nowhere/south.sock", address: "203.0.113.12" },
  },
  objectStore: { s3: { bucket: "layers" } },
  garbageCollection: {},
};

test("a host that does not answer is told, and of what is on it nothing is said", async () => {
  const hosts = await observe("prod", [{ name: "south", docker: new DockerCli("unix:///nowhere/south.sock") }]);
  assert.ok((hosts[0]?.failure ?? "") !== "");
  const topology = resolveTopology("prod", several);
  const north = host(
    containersOn(topology, "north").map((name) => foundContainer(name)),
    { name: "north" },
  );
  const status = containerStatus(topology, [north, ...hosts]);
  assert.deepEqual(
    status.filter((each) => each.host !== "north" || each.problem !== undefined),
    [],
  );
});

test("the ports of garbage collection are among those that have to be free on its host", () => {
  const topology = resolveTopology("prod", several);
  const ports = portsOn(topology, "north").map(({ port }) => port);
  const { collector, publishedFencePort } = topology.garbageCollection ?? {};
  assert.ok(ports.includes(collector?.published?.port ?? 0) && ports.includes(publishedFencePort ?? 0), ports.join());
});

test("what df says of one file system, whatever its name", () => {
  const text =
    "Filesystem           1024-blocks    Used Available Capacity Mounted on\n10.0.0.9:/srv 264212084  28109792  67391472  29% /var/lib/registry\n";
  assert.deepEqual(parseDf(text), { usedBytes: 28109792 * 1024, freeBytes: 67391472 * 1024 });
  assert.equal(parseDf("df: /var/lib/registry: can't find mount point\n"), undefined);
});

function samples(...points: [daysAgo: number, storedBytes: number][]) {
  return points.map(([daysAgo, storedBytes]) => ({ time: new Date(now - daysAgo * DAY).toISOString(), storedBytes }));
}

test("growth is the slope of what was found in three months, and unknown while nothing can be said", () => {
  assert.deepEqual(growthOf(samples([30, 100 * GIB], [20, 110 * GIB], [10, 120 * GIB], [0, 130 * GIB]), now), {
    bytesPerDay: GIB,
    days: 30,
  });
  // A collection of garbage is one point among others.
  const { bytesPerDay = 0 } = growthOf(samples([3, 30], [2, 50], [1, 40], [0, 60]), now) ?? {};
  assert.equal(bytesPerDay, 8);
  assert.equal(growthOf(samples([10, 100], [0, 50]), now)?.bytesPerDay, 0, "it shrinks");
  assert.equal(growthOf(samples([0.5, 100], [0, 200]), now), undefined, "half a day tells nothing");
  assert.equal(growthOf(samples([100, 0], [0, 200]), now), undefined, "what is older than three months does not count");
  assert.equal(growthOf([], now), undefined);
});

test("days to full and the reserve of twice a quarter's growth follow from growth and free space", () => {
  const usage = { usedBytes: 20 * GIB, freeBytes: 80 * GIB };
  const grows = (perDay: number) => ({ bytesPerDay: perDay, days: 30 });
  const well = outlook(usage, grows(0.25 * GIB));
  assert.deepEqual(
    { ...well, growth: undefined },
    { fullness: 0.2, daysToFull: 320, reserveBytes: 45 * GIB, level: Level.Ok, problems: [], growth: undefined },
  );
  assert.equal(outlook(usage, grows(GIB)).level, Level.Attention, "80 GiB free, 180 GiB should be");
  assert.match(outlook(usage, grows(GIB)).problems.join(), /less is free than 200 % of what it grows by in 90 days/);
  assert.equal(outlook(usage, grows(8 * GIB)).level, Level.Wrong, "full in ten days");
  assert.equal(outlook({ usedBytes: 86, freeBytes: 14 }, undefined).level, Level.Attention);
  assert.equal(outlook({ usedBytes: 91, freeBytes: 9 }, undefined).level, Level.Wrong);
  assert.equal(outlook({ usedBytes: 85, freeBytes: 15 }, undefined).level, Level.Ok);
  assert.deepEqual(
    outlook({}, grows(0)),
    { growth: grows(0), reserveBytes: 0, level: Level.Ok, problems: [] },
    "of a bucket less is known",
  );
  assert.equal(outlook({ ...usage, problem: "Garage is degraded" }, undefined).level, Level.Wrong);
});

test("looks at a store are remembered, at most one an hour, and for a year", (t) => {
  const stateDirectory = mkdtempSync(join(tmpdir(), "capacity-"));
  t.after(() => rmSync(stateDirectory, { recursive: true }));
  const place = { name: "prod", stateDirectory };
  assert.deepEqual(readSamples(place), []);
  addSample(place, 1, now - 500 * DAY);
  addSample(place, 2, now - DAY);
  assert.deepEqual(
    addSample(place, 3, now).map(({ storedBytes }) => storedBytes),
    [2, 3],
  );
  const half = addSample(place, 4, now + DAY / 48);
  assert.deepEqual(
    half.map(({ storedBytes }) => storedBytes),
    [2, 3, 4],
    "it counts now",
  );
  assert.deepEqual(
    readSamples(place).map(({ storedBytes }) => storedBytes),
    [2, 3],
    "and is not kept",
  );
  assert.deepEqual(readSamples({ ...place, name: "other" }), []);
});

test("Garage holds what its fullest node can take of all copies", () => {
  const { nodes: together } = resolveTopology("prod", { objectStore: { garage: { nodes: 4 } } }).objectStore.garage ?? { nodes: [] };
  const nodes = together.map((node) => ({ ...node, host: node.name })); // a disk each
  const role = (name: string, id: string) => ({ id, tags: [name], capacity: 100 * GIB, storedPartitions: 192 });
  const facts = {
    status: {
      nodes: nodes.map((_, index) => ({
        id: `id${index}`,
        isUp: index !== 3,
        dataPartition: { available: index === 1 ? 30 * GIB : 500 * GIB },
      })),
    },
    layout: { partitionSize: (100 * GIB) / 192, roles: nodes.map(({ name }, index) => role(name, `id${index}`)) },
    health: { status: "healthy", partitions: 256, partitionsAllOk: 256 },
    bucket: { bytes: 40 * GIB },
  };
  const usage = summarize(nodes, facts);
  assert.equal(usage.storedBytes, 40 * GIB);
  // Three quarters of every object are on each: the second node's disk ends at 30 GiB, which are 40 GiB of objects.
  assert.equal(usage.freeBytes, 40 * GIB);
  assert.deepEqual(usage.nodes?.[1], {
    name: "prod-garage-2",
    up: true,
    assignedBytes: 100 * GIB,
    usedBytes: 30 * GIB,
    freeBytes: 30 * GIB,
  });
  assert.equal(usage.nodes?.[3]?.up, false);
  // On one host, all of them have the one disk: every object is on it three times.
  assert.equal(summarize(together, facts).freeBytes, 10 * GIB);
  assert.equal(usage.problem, undefined);
  const degraded = summarize(nodes, { ...facts, health: { status: "degraded", partitions: 256, partitionsAllOk: 64 } });
  assert.match(degraded.problem ?? "", /degraded: 192 of 256/);
});

test("servers of Redis are what they say, and problems are what they mean together", () => {
  const primary = parseRole("a", "OK\nmaster\n1000\n10.0.0.4\n6379\n990\n");
  const replica = parseRole("b", "OK\nslave\n10.0.0.3\n6379\nconnected\n900\n");
  const cut = parseRole("c", "OK\nslave\n10.0.0.3\n6379\nconnect\n-1\n");
  assert.deepEqual(judgeRoles([primary, replica]), [
    { name: "a", role: "primary" },
    { name: "b", role: "replica", lagBytes: 100 },
  ]);
  assert.deepEqual(judgeRoles([primary, cut])[1], {
    name: "c",
    role: "replica",
    lagBytes: 1001,
    problem: "its link to the primary is connect",
  });
  assert.deepEqual(
    judgeRoles([primary, { ...primary, name: "d" }]).map(({ problem }) => problem),
    ["is not the only primary", "is not the only primary"],
  );
  assert.equal(judgeRoles([replica])[0]?.problem, "there is no primary");
  assert.equal(judgeRoles([parseRole("e", "")])[0]?.problem, "does not say what it is");
});

/** Events of a preview that looks at the objects first. */
function look(name: string, seen: { gone?: boolean; differs?: string[] }, planned?: OpType): EngineEvent[] {
  const type = "docker:index/container:Container";
  const base = { sequence: 0, timestamp: 0 };
  const diffs = seen.differs ?? [];
  const metadata = { urn: `urn:pulumi:prod::ha-registry::x$${type}::${name}`, type, provider: "", diffs };
  const refresh = { ...metadata, op: "refresh" as const, ...(seen.gone === true ? { new: null as never } : {}) };
  const plan = { ...metadata, op: planned ?? ("same" as const) };
  return [
    { ...base, resourcePreEvent: { metadata: refresh } },
    { ...base, resOutputsEvent: { metadata: refresh } },
    { ...base, resourcePreEvent: { metadata: plan } },
    { ...base, resOutputsEvent: { metadata: plan } },
  ];
}

test("drift is what a preview would do, with what a look at the objects found", () => {
  const progress = new Progress(() => undefined, true);
  const events = [
    ...look("gone", { gone: true }, "create"),
    ...look("stopped", { differs: ["mustRun"] }, "update"),
    ...look("changed", { differs: ["memory"] }, "update"),
    ...look("to-come", {}, "replace"),
    ...look("ignored", { differs: ["labels"] }, "same"),
    ...look("well", {}, "same"),
  ];
  for (const event of events) progress.onEvent(event);
  progress.stop();
  assert.deepEqual(
    fromPlan(progress).map(({ name, found: what, operation, properties }) => [name, what, operation, properties.join()]),
    [
      ["gone", "missing", "create", ""],
      ["stopped", "stopped", "update", "mustRun"],
      ["changed", "changed", "update", "memory"],
      ["to-come", "pending", "replace", ""],
    ],
  );
});

test("which image of the table a container runs, also when the configuration has another one by now", () => {
  const topology = resolveTopology("prod", {
    images: { mirror: "corp.example:5000/mirror", references: { haproxy: `sha256:${"a".repeat(64)}` } },
  });
  assert.equal(imageOf(topology, `sha256:${"a".repeat(64)}`), ImageName.Haproxy);
  assert.equal(imageOf(topology, "corp.example:5000/mirror/valkey/valkey:8.1-alpine"), ImageName.Redis);
  assert.equal(imageOf(topology, "registry:3.1.1"), ImageName.Registry);
  assert.equal(imageOf(topology, "corp.example/docker-registry:3.1.1"), undefined);
});

test("ends of certificates and ages of passwords are in the state", () => {
  const component = (name: string, type: string) => `urn:pulumi:prod::ha-registry::ha-registry-docker:index:${name}$${type}`;
  const certificate = "tls:index/locallySignedCert:LocallySignedCert";
  const resources = [
    {
      urn: `${component("Certificates", certificate)}::prod-server`,
      type: certificate,
      custom: true,
      outputs: { validityEndTime: "2026-12-07T12:00:00Z" },
    },
    {
      urn: `${component("Redis", certificate)}::prod-redis`,
      type: certificate,
      custom: true,
      outputs: { validityEndTime: "2026-11-26T12:00:00Z" },
    },
    {
      urn: "a::prod-ca",
      type: "tls:index/selfSignedCert:SelfSignedCert",
      custom: true,
      outputs: { validityEndTime: "2036-11-27T12:00:00Z" },
    },
    { urn: "a::prod-admin", type: "random:index/randomPassword:RandomPassword", custom: true, created: "2026-11-17T12:00:00Z" },
  ];
  assert.deepEqual(certificatesIn(resources, now), [
    { name: "prod-server", kind: "server", daysLeft: 10 },
    { name: "prod-redis", kind: "inner", daysLeft: -1 },
    { name: "prod-ca", kind: "ca", daysLeft: 3653 },
  ]);
  assert.deepEqual(passwordsIn(resources, now), [{ name: "prod-admin", ageDays: 9 }]);
});
