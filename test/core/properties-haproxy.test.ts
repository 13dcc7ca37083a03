import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  AccessMode,
  RegistryError,
  renderHaproxy,
  renderRedis,
  renderReplicatedRedis,
  renderSentinel,
  resolveTopology,
} from "ha-registry-core";
import type { HaproxyFiles, RegistryShape, Topology } from "ha-registry-core";
import { linesOf, parseHaproxy, sectionOf } from "./support/haproxy-parser";
import type { HaproxySection } from "./support/haproxy-parser";
import { parseRedis } from "./support/redis-parser";
import { anyShape, extraKeywords, registryName } from "./support/shapes";

/** Paths that a file name may hold; the library makes none of these, but who composes the parts may. */
const path = fc.constantFrom(
  "/files/0a/tls.pem",
  "/files/my cert.pem",
  "/files/a'b.pem",
  '/files/a"b # c.pem',
  "/files/${HOME}\\",
  "/files/x ssl verify none",
);
const files: fc.Arbitrary<HaproxyFiles> = fc.record({ certificate: path, clientCa: path }, { requiredKeys: ["certificate"] });

function resolve(name: string, shape: RegistryShape): Topology | undefined {
  try {
    return resolveTopology(name, shape);
  } catch (error) {
    assert.ok(error instanceof RegistryError && error.problems.length > 0, String(error));
    return undefined;
  }
}

describe("haproxy.cfg, redis.conf and sentinel.conf of any registry", () => {
  it("hold what the topology says and nothing that a text smuggled in (10,000 registries)", () => {
    let [rendered, replicated] = [0, 0];
    const property = fc.property(registryName, anyShape, files, (name, shape, paths) => {
      const topology = resolve(name, shape);
      if (topology === undefined) return;
      rendered += 1;
      checkHaproxy(topology, paths);
      checkRedis(topology);
      if (topology.redis.sentinel) replicated += 1;
      if (topology.redis.sentinel) checkSentinels(topology, topology.redis.sentinel.downAfterMilliseconds);
    });
    fc.assert(property, { numRuns: 10_000, seed: 20_261_121, endOnFailure: false });
    assert.ok(rendered > 2000 && rendered < 8000, `both outcomes are met often: ${rendered} of 10000 rendered`);
    assert.ok(replicated > 200, `sentinels are met often: ${replicated}`);
  });
});

function checkHaproxy(topology: Topology, paths: HaproxyFiles): void {
  const sections = parseHaproxy(renderHaproxy(topology, paths), extraKeywords);
  const store = topology.objectStore.garage === undefined ? [] : ["frontend store", "backend store-of-this-host"];
  const expected = [
    ...["global ", "defaults ", "frontend clients", "backend registry-reads", "backend registry-writes"],
    ...store,
    "frontend statistics",
  ];
  assert.deepEqual(
    sections.map(({ kind, name }) => `${kind} ${name}`),
    expected,
  );
  const clients = sectionOf(sections, "frontend", "clients");
  const bind = linesOf(clients, "bind")[0] ?? [];
  assert.equal(bind[bind.indexOf("crt") + 1], paths.certificate);
  assert.equal(bind.includes("ca-file") ? bind[bind.indexOf("ca-file") + 1] : undefined, paths.clientCa);
  assert.equal(bind.length, paths.clientCa === undefined ? 7 : 11);
  checkPatterns(topology, clients);
  for (const name of ["registry-reads", "registry-writes"]) {
    const servers = linesOf(sectionOf(sections, "backend", name), "server").map(([, , address, ...options]) => [
      address,
      options.includes("backup"),
    ]);
    assert.deepEqual(
      servers,
      topology.nodes.map((node) => [`${node.address}:5000`, node.backup]),
    );
  }
}

/** Names and networks arrive word by word as they were given, no more and no fewer. */
function checkPatterns({ access, loadBalancer, network }: Topology, clients: HaproxySection): void {
  const users = linesOf(clients, "acl", "catalog_user").map((words) => words.slice(2));
  const named = access.mode === AccessMode.Htpasswd ? loadBalancer.catalogUsers : [];
  assert.deepEqual(
    users,
    named.map((user) => ["var(txn.user)", "-m", "str", "--", user]),
  );
  const ranges = linesOf(clients, "acl", "from_allowed_address").map((words) => words.slice(2).join(" "));
  const given = loadBalancer.allowedAddressRanges.map((range) => `src ${range}`);
  assert.deepEqual(
    ranges.filter((range, index) => index < given.length || range !== `src ${network.gateway}`),
    given,
  );
}

const redisFiles = { certificate: "/files/a/srv.crt", key: "/files/b/srv.key", ca: "/files/c/ca.crt" };
const passwords = { registry: "r".repeat(16), replica: "p".repeat(16), sentinel: "s".repeat(16), control: "c".repeat(16) };

function checkRedis(topology: Topology): void {
  const { values, users } = parseRedis(renderRedis(topology, redisFiles, "0a".repeat(32)));
  assert.deepEqual(values.get("port"), ["0"]);
  assert.deepEqual(values.get("maxmemory"), [`${Math.floor(topology.redis.memoryMiB * 0.75)}mb`]);
  assert.deepEqual([...users.keys()], ["default", "registry"]);
  assert.deepEqual(users.get("default"), ["off"]);
}

/** Every sentinel names the same servers, first the first one, and the other sentinels. */
function checkSentinels(topology: Topology, downAfterMilliseconds: number): void {
  const { servers, sentinels } = topology.redis;
  for (const server of servers) {
    const { values } = parseRedis(renderReplicatedRedis(topology, server, redisFiles, passwords));
    assert.deepEqual([values.get("replica-announce-ip"), values.get("replica-announce-port")], [[server.address], ["6379"]]);
    assert.equal(values.get("replicaof"), undefined);
  }
  for (const sentinel of sentinels) {
    const told = parseRedis(renderSentinel(topology, sentinel, redisFiles, passwords)).sentinel;
    const all = (option: string): readonly (readonly string[])[] => told.filter(([name]) => name === option).map((words) => words.slice(1));
    const [primary, ...replicas] = servers.map(({ address }) => [topology.name, address, "6379"]);
    assert.deepEqual(all("monitor"), [[...(primary ?? []), "2"]]);
    assert.deepEqual(all("known-replica"), replicas);
    assert.deepEqual(all("down-after-milliseconds"), [[topology.name, String(downAfterMilliseconds)]]);
    assert.deepEqual(
      all("known-sentinel").map(([, address]) => address),
      sentinels.filter(({ number }) => number !== sentinel.number).map(({ address }) => address),
    );
  }
}
