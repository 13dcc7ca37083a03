import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { renderKeepalived, resolveTopology } from "ha-registry-core";
import type { RegistryShape, Topology } from "ha-registry-core";
import { problemsOf } from "./support/problems";
import { movingShape } from "./support/shapes";

const hosts = Object.fromEntries(["north", "middle", "south"].map((name, index) => [name, host(`10.0.0.1${index + 1}`)]));
const shape: RegistryShape = {
  hosts,
  objectStore: { s3: { bucket: "blobs" } },
  subnet: "10.9.8.0/24",
  loadBalancer: { virtualAddress: { address: "10.0.0.10", prefixLength: 20, interface: "bond0.7", routerId: 51 } },
};

function host(address: string): { dockerHost: string; address: string } {
  return { dockerHost: `ssh://${address}`, address };
}

/** The words of every line that begins with `keyword`, without it. */
function valuesOf(text: string, keyword: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter((line) => line.startsWith(`${keyword} `)).map((line) => line.slice(keyword.length + 1));
}

/** The lines of a block. */
function blockOf(text: string, header: string): string[] {
  const [, inner = ""] = new RegExp(`^ *${header} \\{\n([^}]*)\\}`, "m").exec(text) ?? [];
  return inner
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

const topology = resolveTopology("demo", shape);
const north = renderKeepalived(topology, "north");

// That keepalived understands it and does what is meant is shown by test/engine/consumers and test/drills/virtual-address.
describe("keepalived.conf", () => {
  it("puts the address on the interface that it is given, in its group", () => {
    assert.deepEqual(blockOf(north, "virtual_ipaddress"), ["10.0.0.10/20 dev bond0.7"]);
    assert.deepEqual(blockOf(north, "track_interface"), ["bond0.7"]);
    assert.deepEqual(valuesOf(north, "virtual_router_id"), ["51"]);
    assert.deepEqual(valuesOf(north, "vrrp_version"), ["3"]);
  });

  it("speaks to the other hosts alone, and believes nobody else, nor what came through a router", () => {
    assert.deepEqual(valuesOf(north, "unicast_src_ip"), ["10.0.0.11"]);
    assert.deepEqual(blockOf(north, "unicast_peer"), ["10.0.0.12 min_ttl 255 max_ttl 255", "10.0.0.13 min_ttl 255 max_ttl 255"]);
    assert.deepEqual(valuesOf(north, "unicast_ttl"), ["255"]);
    assert.match(north, /^ {2}vrrp_check_unicast_src$/m);
  });

  it("lets nobody take the address from another, and tells who takes it when it is free", () => {
    const all = Object.keys(hosts).map((name) => renderKeepalived(topology, name));
    for (const text of all) {
      assert.deepEqual(valuesOf(text, "state"), ["BACKUP"]);
      assert.match(text, /^ {2}nopreempt$/m);
    }
    assert.deepEqual(
      all.map((text) => valuesOf(text, "priority")),
      [["250"], ["240"], ["230"]],
    );
  });

  it("asks every HAProxy of its own host, where it is, as a user who may do nothing", () => {
    const three = resolveTopology("demo", { ...shape, loadBalancer: { ...shape.loadBalancer, replicas: 3 } });
    const [script = ""] = valuesOf(renderKeepalived(three, "south"), "script");
    assert.deepEqual(
      [...script.matchAll(/http:\S+/g)].map(([url]) => url),
      [8404, 8405, 8406].map((port) => `http://10.9.8.2:${port}/healthz`),
    );
    assert.ok(!script.includes("$"), "a dollar would be keepalived's");
    assert.match(north, /^ {2}enable_script_security\n {2}script_user nobody$/m);
    assert.deepEqual(blockOf(north, "track_script"), ["balancer"]);
  });

  it("is for hosts of registries whose address moves, and for nothing else", () => {
    assert.throws(() => renderKeepalived(topology, "east"), TypeError);
    assert.throws(() => renderKeepalived(resolveTopology("demo"), ""), TypeError);
  });

  it("is refused beside a port that is bound to an address of one host", () => {
    const bound = { ...shape, loadBalancer: { ...shape.loadBalancer, bindAddress: "10.0.0.11" } };
    const [problem] = problemsOf(() => resolveTopology("demo", bound));
    assert.equal(problem?.path, "loadBalancer.bindAddress");
  });

  it("agrees between the hosts of any registry: one address, one group, each other's peers, priorities of their own", () => {
    fc.assert(
      fc.property(movingShape, (any) => {
        const moving = resolveTopology("demo", any);
        const texts = moving.hosts.map(({ name }) => renderKeepalived(moving, name));
        for (const header of ["virtual_ipaddress", "track_script", "track_interface"])
          assert.equal(new Set(texts.map((text) => blockOf(text, header).join())).size, 1);
        assert.equal(new Set(texts.flatMap((text) => valuesOf(text, "virtual_router_id"))).size, 1);
        const priorities = texts.flatMap((text) => valuesOf(text, "priority")).map(Number);
        assert.equal(new Set(priorities).size, moving.hosts.length);
        // 0 and 255 mean something else: the holder leaves, the holder owns the address (RFC 5798, 5.2.4).
        for (const priority of priorities) assert.ok(priority > 0 && priority < 255);
        for (const [index, text] of texts.entries()) assert.deepEqual(peersOf(text), addressesBut(moving, index));
        assert.deepEqual(
          texts,
          moving.hosts.map(({ name }) => renderKeepalived(moving, name)),
        );
      }),
      { numRuns: 100 },
    );
  });
});

function peersOf(text: string): string[] {
  return blockOf(text, "unicast_peer").map((line) => line.split(" ")[0] ?? "");
}

function addressesBut({ hosts: machines }: Topology, index: number): (string | undefined)[] {
  return machines.filter((_, other) => other !== index).map(({ address }) => address);
}
