import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { Registry } from "ha-registry-docker";
import { container, containerInputs, services } from "./support/containers";
import { record } from "./support/mocks";
import type { Recording } from "./support/mocks";

// What makes a change roll: order, addresses, ports. Not proved under mocks: that replacements then lose no request (test/engine/rolling).

const args = { subnet: "10.200.7.0/24", nodes: { count: 4 }, loadBalancer: { port: 5443, bindAddress: "192.0.2.1" } };

describe("order of replacement", () => {
  let recording: Recording<Registry>;
  before(async () => {
    recording = await record(() => new Registry("team", args));
  });
  /** Containers that have to be there first: those that it depends on itself, and those that its parents do. */
  const dependsOn = (name: string): string[] =>
    [recording.get("Container", name), ...recording.ancestors(recording.get("Container", name))]
      .flatMap((resource) => resource.dependsOn)
      .filter((urn) => urn.includes("docker:index/container:Container::"))
      .map((urn) => urn.slice(urn.lastIndexOf("::") + 2));
  const among = (name: string, prefix: string): string[] => dependsOn(name).filter((other) => other.startsWith(prefix));

  it("chains the nodes: each depends on the one before", () => {
    assert.deepEqual(
      [1, 2, 3, 4].map((number) => among(`team-node-${number}`, "team-node-")),
      [[], ["team-node-1"], ["team-node-2"], ["team-node-3"]],
    );
  });
  it("chains the HAProxies likewise, after the container that owns their network", () => {
    assert.deepEqual(among("team-haproxy-1", "team-haproxy-"), []);
    assert.deepEqual(among("team-haproxy-2", "team-haproxy-"), ["team-haproxy-1"]);
    for (const name of ["team-haproxy-1", "team-haproxy-2"]) assert.ok(dependsOn(name).includes("team-balancer"), name);
  });
  it("starts a service only when its files are there", () => {
    assert.ok(dependsOn("team-node-1").includes("team-nodes-files-secret"));
    assert.ok(dependsOn("team-node-1").includes("team-nodes-files-htpasswd"));
    assert.ok(dependsOn("team-haproxy-1").includes("team-balancer-files-plain"));
    assert.ok(dependsOn("team-haproxy-1").includes("team-balancer-files-secret"));
    assert.ok(dependsOn("team-redis").includes("team-redis-files-secret"));
  });
  it("balances only to nodes that are there, and nodes start only on a store that is theirs", () => {
    for (const number of [1, 2, 3, 4]) assert.ok(dependsOn("team-haproxy-1").includes(`team-node-${number}`), `team-node-${number}`);
    assert.ok(dependsOn("team-node-1").includes("team-store-owner"));
  });
  it("makes address, ports and files beside the nodes, which take the most time", () => {
    for (const name of ["team-balancer", "team-balancer-files-plain", "team-balancer-files-secret", "team-nodes-files-secret"]) {
      assert.deepEqual(dependsOn(name), [], name);
    }
  });
  it("computes no container from another one, which would delete both before either is made again, but for the network they share", () => {
    const fromContainers = recording
      .all("Container")
      .flatMap(({ name, computedFrom }) =>
        Object.entries(computedFrom).flatMap(([input, sources]) =>
          sources.filter((urn) => urn.includes("container:Container::")).map((urn) => [name, input, urn.slice(urn.lastIndexOf("::") + 2)]),
        ),
      );
    assert.deepEqual(fromContainers.sort(), [
      ["team-haproxy-1", "networkMode", "team-balancer"],
      ["team-haproxy-2", "networkMode", "team-balancer"],
    ]);
  });
  it("removes a container before it makes it again, since name and address are taken", () => {
    for (const { name, deleteBeforeReplace } of services(recording)) assert.equal(deleteBeforeReplace, true, name);
  });
  it("keeps the port open while image, configuration or certificate change", () => {
    const namespace = recording.get("Container", "team-balancer");
    assert.ok(namespace.ignoreChanges.includes("image"));
    assert.deepEqual(
      Object.keys(namespace.computedFrom).filter(
        (input) => input !== "networksAdvanced" && (namespace.computedFrom[input] ?? []).length > 0,
      ),
      [],
    );
  });
});

describe("addresses and ports", () => {
  it("are fixed by the subnet", async () => {
    const recording = await record(() => new Registry("team", args));
    const addresses = recording
      .all("Container")
      .map(containerInputs)
      .flatMap(({ name, networksAdvanced = [] }) => networksAdvanced.map(({ ipv4Address }) => [name, ipv4Address]));
    assert.deepEqual(Object.fromEntries(addresses), {
      "team-balancer": "10.200.7.2",
      "team-redis": "10.200.7.3",
      "team-node-1": "10.200.7.11",
      "team-node-2": "10.200.7.12",
      "team-node-3": "10.200.7.13",
      "team-node-4": "10.200.7.14",
    });
    const network = recording.get("Network", "team");
    assert.deepEqual(network.inputs["ipamConfigs"], [{ subnet: "10.200.7.0/24", gateway: "10.200.7.1" }]);
  });

  it("are published by the balancer alone; what tells of it listens on the host only", async () => {
    const recording = await record(() => new Registry("team", args));
    const publishing = recording
      .all("Container")
      .map(containerInputs)
      .filter(({ ports }) => ports !== undefined);
    assert.deepEqual(
      publishing.map(({ name }) => name),
      ["team-balancer"],
    );
    const ports = container(recording, "team-balancer").ports ?? [];
    assert.deepEqual(
      ports.map(({ ip, external }) => `${ip}:${external}`),
      ["192.0.2.1:5443", "127.0.0.1:8847", "127.0.0.1:8848"],
    );
    for (const name of ["team-haproxy-1", "team-haproxy-2"])
      assert.equal(container(recording, name).networkMode, "container:team-balancer-id");
  });

  it("stay when nodes are added or removed", async () => {
    const two = await record(() => new Registry("team", { ...args, nodes: { count: 2 } }));
    const four = await record(() => new Registry("team", args));
    for (const name of ["team-node-1", "team-node-2", "team-balancer", "team-redis"]) {
      assert.deepEqual(container(two, name), container(four, name), name);
    }
    assert.deepEqual(
      two.names("Container").filter((name) => !four.names("Container").includes(name)),
      [],
    );
  });
});
