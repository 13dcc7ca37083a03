import assert from "node:assert/strict";
import { test } from "node:test";
import { ImageName, imageTable, ObjectStoreKind, resolveTopology } from "ha-registry-core";
import { DockerCli } from "ha-registry-tools";
import { containersOn } from "ha-registry/dist/cli/parts";
import { containerStatus } from "ha-registry/dist/cli/container-status";
import { checkHealth, type Check } from "ha-registry/dist/cli/health-checks";
import { markdown } from "ha-registry/dist/cli/health";
import type { HealthFacts } from "ha-registry/dist/cli/health-facts";
import { Level } from "ha-registry/dist/cli/level";
import type { FoundContainer } from "ha-registry/dist/cli/observe";
import { foundContainer } from "./support/found-container";

const topology = resolveTopology("prod", {
  hosts: Object.fromEntries(
    ["north", "middle", "south"].map((name, index) => [name, { dockerHost: `ssh://${name}`, address: `203.0.113.${index}` }]),
  ),
  objectStore: { garage: {} },
  garbageCollection: {},
  backup: { targets: { far: { s3: { bucket: "copies" } }, shelf: { directory: "/mnt/shelf" } } },
});

/** A registry of which nothing but what is changed is worth a word. */
function facts(
  change: (well: HealthFacts) => Partial<HealthFacts> = () => ({}),
  changed: Record<string, Partial<FoundContainer>> = {},
): HealthFacts {
  const hosts = topology.hosts.map(({ name }, index) => ({
    name,
    docker: new DockerCli(),
    containers: [
      ...containersOn(topology, name).map((each) => foundContainer(each, changed[each])),
      ...(index === 0 ? [foundContainer("prod-prometheus", { part: "monitoring" })] : []),
    ],
    clockAheadSeconds: index / 10,
  }));
  const well: HealthFacts = {
    name: "prod",
    survey: {
      topology,
      hosts,
      containers: containerStatus(topology, hosts),
      endpoints: [{ url: "https://registry", answers: true, status: 401 }],
      redis: [
        { name: "prod-redis-1", role: "primary" },
        { name: "prod-redis-2", role: "replica", lagBytes: 10 },
      ],
      backups: ["far", "shelf"].map((target) => ({
        target,
        intervalSeconds: 3600,
        lastSuccess: Date.now() / 1000 - 600,
        good: true,
        points: 48,
      })),
      store: { kind: ObjectStoreKind.Garage, storedBytes: 1, usedBytes: 1, freeBytes: 9, nodes: [] },
      collection: { time: "2026-11-27T01:00:00Z", result: "done", blobs: 3, links: 3, tags: 0, seconds: 5, fenceSeconds: 3 },
    },
    outlook: { fullness: 0.1, level: Level.Ok, problems: [] },
    versions: [{ image: ImageName.Registry, reference: "registry:3.1.2", container: "prod-node-1", version: imageTable.registry.floor }],
    certificates: [
      { name: "prod-server", kind: "server", daysLeft: 300 },
      { name: "prod-ca", kind: "ca", daysLeft: 3000 },
    ],
    passwords: [{ name: "prod-admin", ageDays: 100 }],
    drift: [],
  };
  return { ...well, ...change(well) };
}

/** What is not well, as `check: level`, with the finding. */
function complaints(found: HealthFacts): Check[] {
  return checkHealth(found).filter(({ level }) => level !== Level.Ok);
}

test("of a registry that is well every line is ok", () => {
  assert.deepEqual(complaints(facts()), []);
  const checks = new Set(checkHealth(facts()).map(({ check }) => check));
  for (const check of [
    "versions",
    "certificates",
    "backups",
    "capacity",
    "alerts",
    "drift",
    "restarts",
    "logs",
    "clocks",
    "redundancy",
    "passwords",
  ])
    assert.ok(checks.has(check), check);
});

const survey = (change: Partial<HealthFacts["survey"]>) => (well: HealthFacts) => ({ survey: { ...well.survey, ...change } });

const cases: [what: string, found: () => HealthFacts, check: string, level: Level, finding: RegExp][] = [
  [
    "a host that is away",
    () =>
      facts(({ survey: all }) => ({
        survey: { ...all, hosts: all.hosts.map((host) => (host.name === "south" ? { ...host, failure: "timeout" } : host)) },
      })),
    "serving",
    Level.Wrong,
    /south does not answer: timeout/,
  ],
  [
    "an endpoint that does not serve",
    () => facts(survey({ endpoints: [{ url: "https://registry", answers: false, problem: "it answers 503" }] })),
    "serving",
    Level.Wrong,
    /https:\/\/registry does not serve: it answers 503/,
  ],
  [
    "a node that is unhealthy",
    () => facts(undefined, { "prod-node-2": { health: "unhealthy" } }),
    "containers",
    Level.Wrong,
    /prod-node-2 is unhealthy/,
  ],
  ["one started again", () => facts(undefined, { "prod-node-2": { restarts: 3 } }), "restarts", Level.Attention, /prod-node-2 3 times/],
  [
    "one killed for memory",
    () => facts(undefined, { "prod-node-2": { outOfMemory: true } }),
    "restarts",
    Level.Wrong,
    /memory: prod-node-2/,
  ],
  [
    "a version below the floor",
    () => facts(() => ({ versions: [{ image: ImageName.Haproxy, reference: "haproxy:3.0", container: "x", version: "2.6.12" }] })),
    "versions",
    Level.Wrong,
    /haproxy:3\.0 is 2\.6\.12, older than 3\.0/,
  ],
  [
    "a program that does not say its version",
    () => facts(() => ({ versions: [{ image: ImageName.Redis, reference: "redis:7", container: "x" }] })),
    "versions",
    Level.Attention,
    /redis:7 does not say/,
  ],
  [
    "a certificate near its end",
    () => facts(() => ({ certificates: [{ name: "c", kind: "inner", daysLeft: 20 }] })),
    "certificates",
    Level.Attention,
    /ends in 20 days/,
  ],
  [
    "a certificate that is over",
    () => facts(() => ({ certificates: [{ name: "https://registry", kind: "given", daysLeft: -1 }] })),
    "certificates",
    Level.Wrong,
    /ends in -1 days/,
  ],
  [
    "a CA that clients have to be told of",
    () => facts(() => ({ certificates: [{ name: "ca", kind: "ca", daysLeft: 100 }] })),
    "certificates",
    Level.Attention,
    /100 days/,
  ],
  ["old passwords", () => facts(() => ({ passwords: [{ name: "prod-ci", ageDays: 366 }] })), "passwords", Level.Attention, /prod-ci/],
  [
    "a store that is too full",
    () => facts(() => ({ outlook: { level: Level.Wrong, problems: ["95 % is used"] } })),
    "capacity",
    Level.Wrong,
    /95 % is used/,
  ],
  [
    "a collection that failed",
    () => facts(({ survey: all }) => ({ survey: { ...all, collection: { ...all.collection, result: "failed" } as never } })),
    "garbage collection",
    Level.Wrong,
    /failed at 2026/,
  ],
  [
    "a replica far behind",
    () => facts(survey({ redis: [{ name: "prod-redis-2", role: "replica", lagBytes: 2 ** 24 }] })),
    "replication",
    Level.Attention,
    /16\.0 MiB behind/,
  ],
  [
    "a node of Garage that the others do not see",
    () =>
      facts(
        survey({
          store: {
            kind: ObjectStoreKind.Garage,
            nodes: [{ name: "prod-garage-2", up: false, assignedBytes: 1, usedBytes: 0, freeBytes: 1 }],
          },
        }),
      ),
    "replication",
    Level.Wrong,
    /prod-garage-2/,
  ],
  [
    "one node left",
    () => facts(undefined, { "prod-node-2": { state: "exited" }, "prod-node-3": { state: "exited" } }),
    "redundancy",
    Level.Wrong,
    /1 of 3 nodes serve/,
  ],
  [
    "drift",
    () => facts(() => ({ drift: [{ kind: "container", name: "prod-node-1", found: "stopped", operation: "update", properties: [] }] })),
    "drift",
    Level.Attention,
    /container prod-node-1 does not run/,
  ],
  ["drift that is not known", () => facts(() => ({ drift: "prod is locked" })), "drift", Level.Attention, /prod is locked/],
  [
    "a log without bounds",
    () =>
      facts(({ survey: all }) => {
        const { logLimitBytes: _limit, ...unbound } = foundContainer("x");
        return { survey: { ...all, hosts: all.hosts.map((host) => ({ ...host, containers: [unbound] })) } };
      }),
    "logs",
    Level.Attention,
    /nothing bounds those of x/,
  ],
  [
    "clocks apart",
    () =>
      facts(({ survey: all }) => ({
        survey: { ...all, hosts: all.hosts.map((host, index) => ({ ...host, clockAheadSeconds: -20 * index })) },
      })),
    "clocks",
    Level.Wrong,
    /40\.0 s apart/,
  ],
];

for (const [what, found, check, level, finding] of cases) {
  test(`${what} is told, with what to do`, () => {
    const told = complaints(found()).find((each) => each.check === check);
    assert.ok(told, check);
    assert.equal(told.level, level);
    assert.match(told.finding, finding);
    assert.ok((told.advice ?? "") !== "");
  });
}

test("what only one host has is said, and what nobody set up", () => {
  const local = resolveTopology("local");
  const found = facts(({ survey: all }) => ({
    survey: {
      ...all,
      topology: local,
      containers: containersOn(local, "").map((name) => ({ ...foundContainer(name), host: "", expected: true })),
      redis: [],
      store: { kind: ObjectStoreKind.Filesystem },
    },
  }));
  assert.deepEqual(
    complaints(found).map(({ check, level }) => [check, level]),
    ["garbage collection", "redundancy", "backups", "alerts"].map((check) => [check, Level.Attention]),
  );
});

test("as Markdown it is a table, whatever is in a line", () => {
  const lines = markdown("prod", "2026-11-27T12:00:00Z", [{ check: "a", level: Level.Wrong, finding: "x | y\nz", advice: "mend it" }]);
  assert.deepEqual(lines.slice(-1), ["| wrong | a | x \\| y z | mend it |"]);
});
