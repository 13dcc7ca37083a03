import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { resolveTopology } from "ha-registry-core";
import { Registry } from "ha-registry-docker";
import type { RegistryArgs } from "ha-registry-docker";
import { parse } from "yaml";
import { container, uploaded } from "./support/containers";
import { generated, record } from "./support/mocks";
import type { Recording } from "./support/mocks";

// What the cluster is made of. Not proved under mocks: that it forms, and what happens when one of its nodes goes (test/engine/garage).

const deploy = (args: RegistryArgs = {}): Promise<Recording<Registry>> =>
  record(() => new Registry("team", { objectStore: { garage: {} }, ...args }));
const names = [1, 2, 3].map((number) => `team-garage-${number}`);

describe("Garage", () => {
  it("is rolled one node after the other, and before the registry nodes", async () => {
    const recording = await deploy();
    for (const [index, name] of names.entries()) {
      const { dependsOn, deleteBeforeReplace } = recording.get("Container", name);
      const before = names[index - 1];
      assert.ok(deleteBeforeReplace);
      if (before !== undefined) assert.ok(dependsOn.includes(recording.urn(recording.get("Container", before))), `${name} after ${before}`);
    }
  });

  it("keeps metadata and data in volumes of their own, guarded like all data", async () => {
    for (const dataProtection of [true, false]) {
      const recording = await deploy({ dataProtection });
      for (const name of names) {
        for (const what of ["meta", "data"]) assert.equal(recording.get("Volume", `${name}-${what}`).protect, dataProtection);
      }
      assert.ok(!recording.names("Volume").includes("team-store"));
    }
  });

  it("runs without root on a read-only image that needs no shell of its own", async () => {
    const recording = await deploy();
    for (const name of names) {
      const { user, readOnly, entrypoints, healthcheck, sysctls, mounts = [] } = container(recording, name);
      assert.deepEqual([user, readOnly, entrypoints], ["65531:65531", true, ["/lib/sh"]]);
      assert.deepEqual(healthcheck?.tests.slice(0, 3), ["CMD", "/lib/sh", "-c"]);
      assert.equal(sysctls?.["net.ipv4.tcp_retries2"], "4");
      assert.ok(mounts.some(({ target, readOnly: fixed }) => target === "/lib" && fixed));
    }
  });

  it("gives each node its own key, and tells it the others by theirs", async () => {
    const recording = await deploy();
    const keys = names.map((name) => Buffer.from(uploaded(recording, name, "node-key"), "base64"));
    const ids = keys.map((key) => key.subarray(32).toString("hex"));
    assert.equal(new Set(ids).size, 3);
    const { nodes } = resolveTopology("team", { objectStore: { garage: {} } }).objectStore.garage ?? { nodes: [] };
    for (const [index, name] of names.entries()) {
      const text = uploaded(recording, name, "garage.toml");
      for (const [other, id] of ids.entries()) {
        assert.equal(text.includes(`"${id}@${nodes[other]?.address}:3901"`), other !== index, `${name} about ${names[other]}`);
      }
    }
  });

  it("has no secret in what can be read in a preview", async () => {
    const recording = await deploy();
    for (const name of names) {
      const plain = recording.get("Container", `${name}-files-plain`);
      assert.deepEqual(plain.secretInputs, []);
      assert.ok(recording.get("Container", `${name}-files-secret`).secretInputs.includes("uploads"));
      const own = JSON.stringify([plain.inputs, recording.get("Container", name).inputs]);
      for (const what of ["access-key", "secret-key", "rpc-secret", "metrics-token"]) {
        assert.ok(!own.includes(generated(`bytes of team-garage-${what}`)), `${what} of ${name}`);
      }
    }
  });

  it("is reached by the balancer alone, for which the registry nodes wait", async () => {
    const topology = resolveTopology("team", { objectStore: { garage: {} } });
    const { host } = topology.objectStore.garage ?? {};
    const recording = await deploy();
    for (const name of ["team-node-1", "team-node-2"]) {
      const { hosts, healthcheck } = container(recording, name);
      assert.deepEqual(hosts, [{ host, ip: topology.loadBalancer.balancers[0]?.address }]);
      assert.match(healthcheck?.tests.join() ?? "", /\[ -e \/tmp\/waiting \] \|\| wget/);
    }
    assert.match(uploaded(recording, "team-nodes", "node.sh"), /until wget .* http:\/\/store:3900\/healthz/);
    const { storage } = parse(uploaded(recording, "team-nodes", "config.yml")) as { storage: { s3?: Record<string, unknown> } };
    assert.equal(storage.s3?.["secretkey"], generated("bytes of team-garage-secret-key"));
    assert.equal(storage.s3?.["accesskey"], `GK${generated("bytes of team-garage-access-key")}`);
  });
});
