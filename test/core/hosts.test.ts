import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderHaproxy, resolveTopology } from "ha-registry-core";
import type { HostShape, RegistryShape } from "ha-registry-core";
import { problemsOf } from "./support/problems";

const hosts: Record<string, HostShape> = {
  north: { dockerHost: "ssh://deploy@10.0.0.11", address: "10.0.0.11" },
  middle: { dockerHost: "tcp://10.0.0.12:2376", address: "10.0.0.12", certificatesPath: "/etc/docker/client" },
  south: { dockerHost: "unix:///run/south.sock", address: "10.0.0.13" },
};
const s3 = { bucket: "blobs", endpoint: "https://store.example" };
const several: RegistryShape = { hosts, objectStore: { s3 }, subnet: "10.9.8.0/24", teamSize: 300 };

describe("several hosts", () => {
  const topology = resolveTopology("demo", several);

  it("share the nodes evenly, and every host has a balancer", () => {
    assert.deepEqual(
      topology.nodes.map(({ name, host, address, published, publishedAgentPort }) => [name, host, address, published, publishedAgentPort]),
      [
        ["demo-node-1", "north", "10.9.8.11", { address: "10.0.0.11", port: 21101 }, 21201],
        ["demo-node-2", "middle", "10.9.8.12", { address: "10.0.0.12", port: 21102 }, 21202],
        ["demo-node-3", "south", "10.9.8.13", { address: "10.0.0.13", port: 21103 }, 21203],
      ],
    );
    assert.deepEqual(
      topology.loadBalancer.balancers.map(({ host, name, replicas }) => [host, name, replicas]),
      ["north", "middle", "south"].map((host) => [host, `demo-${host}-balancer`, [1, 2].map((number) => `demo-${host}-haproxy-${number}`)]),
    );
  });

  it("put at least one node on each, however small the team is", () => {
    assert.equal(resolveTopology("demo", { ...several, teamSize: 5 }).nodes.length, 3);
  });

  it("are in the certificate, with the address that moves between them", () => {
    const { ipAddresses } = resolveTopology("demo", { ...several, loadBalancer: { virtualAddress: { address: "10.0.0.10" } } });
    assert.deepEqual(ipAddresses, ["127.0.0.1", "10.0.0.10", "10.0.0.11", "10.0.0.12", "10.0.0.13"]);
  });

  it("reach a node on their own host in its private network, the others at published ports, with TLS that is verified", () => {
    const text = renderHaproxy(topology, { certificate: "/files/a/server.pem", internalCa: "/files/b/ca.crt" }, "middle");
    const servers = text.split("\n").filter((line) => line.startsWith("  server node-"));
    const tls = "ssl ca-file /files/b/ca.crt verify required sni str(node.demo.internal)";
    assert.deepEqual(servers.slice(0, 3), [
      `  server node-1 10.0.0.11:21101 agent-port 21201 ${tls}`,
      `  server node-2 10.9.8.12:5000 ${tls}`,
      `  server node-3 10.0.0.13:21103 agent-port 21203 ${tls}`,
    ]);
    assert.throws(() => renderHaproxy(topology, { certificate: "/files/a/server.pem" }, "middle"), TypeError);
  });
});

describe("the own object store of several hosts", () => {
  const topology = resolveTopology("demo", { ...several, objectStore: { garage: {} } });
  const files = { certificate: "/files/a/server.pem", internalCa: "/files/b/ca.crt", internalCertificate: "/files/c/internal.pem" };
  const text = renderHaproxy(topology, files, "middle");
  const block = (header: string): string[] => {
    const [, rest = ""] = text.split(`\n${header}\n`);
    return (rest.split(/\n\S/)[0] ?? "").split("\n").map((line) => line.trim());
  };

  it("has a node on each, which the registry nodes of that host ask first", () => {
    assert.deepEqual(
      topology.objectStore.garage?.nodes.map(({ host, zone, published }) => [host, zone, published?.port]),
      [
        ["north", "north", 21031],
        ["middle", "middle", 21032],
        ["south", "south", 21033],
      ],
    );
  });

  it("is reached on other hosts by TLS, when the own one does not serve", () => {
    const tls =
      "ssl ca-file /files/b/ca.crt verify required sni str(store.demo.internal) check inter 1s fastinter 100ms downinter 200ms fall 2 rise 1 backup";
    assert.deepEqual(
      block("backend store").filter((line) => line.startsWith("server")),
      [
        "server demo-garage-2 10.9.8.72:3900 track store-of-this-host/demo-garage-2",
        `server north 10.0.0.11:21040 ${tls}`,
        `server south 10.0.0.13:21040 ${tls}`,
      ],
    );
    assert.ok(block("frontend store-of-this-host").includes("bind :3943 ssl crt /files/c/internal.pem"));
    assert.deepEqual(
      block("backend store-of-this-host").filter((line) => line.startsWith("server")),
      ["server demo-garage-2 10.9.8.72:3900"],
    );
  });

  it("needs a third host, and a node on each", () => {
    const two = Object.fromEntries(Object.entries(hosts).slice(0, 2));
    const problems = problemsOf(() => resolveTopology("demo", { ...several, hosts: two, objectStore: { garage: {} } }));
    assert.deepEqual(
      problems.map(({ path }) => path),
      ["hosts"],
    );
    const four = { ...hosts, west: { dockerHost: "ssh://10.0.0.14", address: "10.0.0.14" } };
    const few = problemsOf(() => resolveTopology("demo", { ...several, hosts: four, objectStore: { garage: { nodes: 3 } } }));
    assert.deepEqual(
      few.map(({ path }) => path),
      ["objectStore.garage.nodes"],
    );
  });
});

describe("wrong hosts are refused", () => {
  const north = { dockerHost: "ssh://10.0.0.11", address: "10.0.0.11" };
  const cases: Record<string, [RegistryShape, RegExp]> = {
    "a single one": [{ ...several, hosts: { north } }, /^hosts: 1 hosts/],
    "two at one address": [{ ...several, hosts: { north, south: north } }, /^hosts\.south\.address: 10\.0\.0\.11 is another host's/],
    "a name that no container can have": [{ ...several, hosts: { ...hosts, "No.1": north } }, /^hosts\.No\.1: names of containers/],
    "a Docker Engine that is none": [
      { ...several, hosts: { ...hosts, north: { dockerHost: "http://10.0.0.11", address: "10.0.0.11" } } },
      /^hosts\.north\.dockerHost: "http:\/\/10\.0\.0\.11" is not an address/,
    ],
    "a name instead of an address": [
      { ...several, hosts: { ...hosts, north: { ...north, address: "north.example" } } },
      /^hosts\.north\.address/,
    ],
    "a volume on one of them": [{ hosts }, /^objectStore: a volume is on one host/],
    "ports past the last": [{ ...several, internalPortBase: 65_400 }, /^internalPortBase: ports 65400 to 65650/],
    "ports that meet the balancer's": [{ ...several, internalPortBase: 4900 }, /^internalPortBase: ports 4900 to 5150 meet/],
    "a moving address without hosts": [
      { loadBalancer: { virtualAddress: { address: "10.0.0.10" } } },
      /^loadBalancer\.virtualAddress: needs hosts/,
    ],
    "a moving address that stands still": [
      { ...several, loadBalancer: { virtualAddress: { address: "10.0.0.11" } } },
      /^loadBalancer\.virtualAddress\.address: 10\.0\.0\.11 is the address of a host/,
    ],
  };
  for (const [what, [shape, expected]] of Object.entries(cases)) {
    it(what, () => {
      const problems = problemsOf(() => resolveTopology("demo", shape)).map(({ path, message }) => `${path}: ${message}`);
      assert.ok(
        problems.some((problem) => expected.test(problem)),
        problems.join("\n"),
      );
    });
  }
});
