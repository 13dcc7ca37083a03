import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, it } from "node:test";
import {
  GaragePhase,
  containerPlace,
  garageNodeId,
  garageNodeKey,
  renderGarage,
  renderGarageScript,
  resolveTopology,
  sizeFor,
} from "ha-registry-core";
import type { GaragePeer, GarageShape, GarageTopology, RegistryShape } from "ha-registry-core";
import { problemPaths } from "./support/problems";

const files = { rpcSecret: "/files/a/rpc-secret", metricsToken: "/files/b/metrics-token" };
const peers: GaragePeer[] = [{ id: "a".repeat(64), address: "10.1.2.72:3901" }];

function garageOf(garage: GarageShape, shape: RegistryShape = {}): GarageTopology {
  const resolved = resolveTopology("demo", { ...shape, objectStore: { garage } }).objectStore.garage;
  assert.ok(resolved);
  return resolved;
}

function render(phase = GaragePhase.Serving, others = peers, paths = files): string {
  const [node] = garageOf({}, { subnet: "10.1.2.0/24" }).nodes;
  assert.ok(node);
  return renderGarage(containerPlace(node), others, paths, phase);
}

/** The values of lines `name = value`, in whatever section. */
const valuesOf = (text: string, name: string): string[] =>
  text.split("\n").flatMap((line) => (line.startsWith(`${name} = `) ? [line.slice(name.length + 3)] : []));

describe("an object store of the registry's own", () => {
  it("has three nodes with the capacity that the team needs, each as far from the others as one host allows", () => {
    const { nodes } = garageOf({}, { teamSize: 300, subnet: "10.1.2.0/24" });
    assert.deepEqual(
      nodes.map(({ name, address, zone }) => [name, address, zone]),
      [1, 2, 3].map((number) => [`demo-garage-${number}`, `10.1.2.7${number}`, `demo-garage-${number}`]),
    );
    for (const { capacityBytes } of nodes) assert.equal(capacityBytes, sizeFor(300).storageGiB * 2 ** 30);
  });

  it("shares the capacity out among more nodes", () => {
    const { nodes } = garageOf({ nodes: 9 }, { teamSize: 300 });
    assert.equal(nodes.length, 9);
    const total = nodes.reduce((sum, { capacityBytes }) => sum + capacityBytes, 0);
    assert.ok(total >= 3 * sizeFor(300).storageGiB * 2 ** 30, "every object lies on three of them");
  });

  it("lets what is given win, and refuses what cannot be", () => {
    const { nodes, memoryMiB, cpus } = garageOf({ nodes: 4, capacityGiB: 7, memoryMiB: 333, cpus: 2 });
    assert.deepEqual([nodes.length, nodes[0]?.capacityBytes, memoryMiB, cpus], [4, 7 * 2 ** 30, 333, 2]);
    for (const [field, value] of [
      ["nodes", 2],
      ["nodes", 10],
      ["nodes", 3.5],
      ["nodes", NaN],
      ["capacityGiB", 0],
      ["memoryMiB", 10],
      ["cpus", 0],
    ] as const) {
      const found = problemPaths(() => resolveTopology("demo", { objectStore: { garage: { [field]: value } } }));
      assert.deepEqual(found, [`objectStore.garage.${field}`], `${field}: ${value}`);
    }
  });

  it("is a bucket for the registry, at a name that all of its nodes have", () => {
    const { s3, garage } = resolveTopology("demo", { objectStore: { garage: {} } }).objectStore;
    assert.ok(s3 && garage);
    assert.equal(s3.endpoint, `http://${garage.host}:3900`);
    assert.deepEqual([s3.bucket, s3.forcePathStyle, s3.redirect], [garage.bucket, true, false]);
  });
});

describe("garage.toml", () => {
  it("keeps three copies, and on disk what it acknowledged", () => {
    const text = render();
    assert.deepEqual(valuesOf(text, "replication_factor"), ["3"]);
    assert.deepEqual(valuesOf(text, "consistency_mode"), ['"consistent"']);
    assert.deepEqual([valuesOf(text, "metadata_fsync"), valuesOf(text, "data_fsync")], [["true"], ["true"]]);
  });

  it("opens S3 to others only once the node serves; nothing else differs", () => {
    const [joining, serving] = [render(GaragePhase.Joining), render(GaragePhase.Serving)];
    assert.equal(valuesOf(joining, "api_bind_addr")[0], '"127.0.0.1:3900"');
    assert.equal(valuesOf(serving, "api_bind_addr")[0], '"0.0.0.0:3900"');
    assert.equal(joining.replace("127.0.0.1:3900", "0.0.0.0:3900"), serving);
  });

  it("names the others, and secrets only by the files that hold them", () => {
    const text = render();
    assert.ok(text.includes(`  "${"a".repeat(64)}@10.1.2.72:3901",\n`));
    assert.deepEqual(valuesOf(text, "rpc_public_addr"), ['"10.1.2.71:3901"']);
    assert.deepEqual(valuesOf(text, "rpc_secret_file"), [`"${files.rpcSecret}"`]);
    assert.deepEqual(valuesOf(text, "metrics_token_file"), [`"${files.metricsToken}"`]);
    assert.deepEqual([valuesOf(text, "rpc_secret"), valuesOf(text, "admin_token"), valuesOf(text, "admin_token_file")], [[], [], []]);
  });

  it("takes nothing that would be a line of its own", () => {
    for (const rpcSecret of ['/a"', "/a\nx = 1", "", "/a b"]) {
      assert.throws(() => render(GaragePhase.Serving, peers, { ...files, rpcSecret }), TypeError, rpcSecret);
    }
    assert.throws(() => render(GaragePhase.Serving, [{ id: '"', address: "10.0.0.1:1" }]), TypeError);
  });
});

describe("the script of a Garage node", () => {
  const scripts = (count: number): string[] => {
    const topology = resolveTopology("team", { objectStore: { garage: { nodes: count } } });
    const { garage } = topology.objectStore;
    return (garage?.nodes ?? []).map((node) => renderGarageScript(topology, node, peers));
  };

  it("lets the last node alone form the cluster", () => {
    for (const count of [3, 5]) {
      assert.deepEqual(
        scripts(count).map((script) => /^last=(.*)$/m.exec(script)?.[1]),
        Array.from({ length: count }, (_, index) => (index === count - 1 ? "yes" : "no")),
      );
    }
  });
});

describe("a Garage node that is to stop", () => {
  const topology = resolveTopology("team", {
    subnet: "10.9.8.0/24",
    hosts: Object.fromEntries(
      [1, 2, 3].map((number) => [`host-${number}`, { dockerHost: `ssh://host-${number}`, address: `10.0.0.1${number}` }]),
    ),
    objectStore: { garage: { nodes: 3 } },
  });

  it("waits for the requests of its host's balancer, and for no other connection", () => {
    const { garage } = topology.objectStore;
    const [node] = garage?.nodes ?? [];
    assert.ok(garage && node);
    const expression = /grep -Eq '(.*)' \/proc\/net\/tcp/.exec(renderGarageScript(topology, node, peers))?.[1];
    assert.ok(expression !== undefined);
    const balancer = topology.loadBalancer.balancers.find(({ host }) => host === node.host)?.address ?? "";
    const line = (local: number, remote: string, state: string): string => {
      const reversed = Buffer.from(remote.split(".").map(Number).reverse()).toString("hex").toUpperCase();
      return `   1: 4708090A:${local.toString(16).toUpperCase().padStart(4, "0")} ${reversed}:D2F0 ${state} 00000000:00000000 00:00000000 00000000`;
    };
    const waitsFor = (text: string): boolean => new RegExp(expression).test(text);
    assert.ok(waitsFor(line(3900, balancer, "01")));
    assert.ok(!waitsFor(line(3900, balancer, "06")), "a connection that ended");
    assert.ok(!waitsFor(line(3900, "10.9.8.11", "01")), "one of a registry node");
    assert.ok(!waitsFor(line(3904, balancer, "01")), "one to another port");
  });
});

describe("the key of a Garage node", () => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const publicPem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const privatePem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();

  it("is what libsodium keeps: 32 private bytes, then the 32 public ones that the node is known by", () => {
    const key = Buffer.from(garageNodeKey(privatePem), "base64");
    assert.equal(key.length, 64);
    assert.equal(key.subarray(32).toString("hex"), garageNodeId(publicPem));
    assert.equal(publicKey.export({ type: "spki", format: "der" }).subarray(-32).toString("hex"), garageNodeId(publicPem));
    assert.equal(privateKey.export({ type: "pkcs8", format: "der" }).subarray(-32).toString("hex"), key.subarray(0, 32).toString("hex"));
  });

  it("is of no other kind", () => {
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
    assert.throws(() => garageNodeId(other.publicKey.export({ type: "spki", format: "pem" }).toString()), TypeError);
    assert.throws(() => garageNodeKey(other.privateKey.export({ type: "pkcs8", format: "pem" }).toString()), TypeError);
  });
});
