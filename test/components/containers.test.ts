import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { Registry } from "ha-registry-docker";
import { parse } from "yaml";
import { container, containerInputs, services, uploaded } from "./support/containers";
import { record, stackName } from "./support/mocks";
import type { Recording } from "./support/mocks";

// What the components ask Docker for. Not proved under mocks: that Docker and the provider take it, that the images hold the programs that
// are called, that a health check tells the truth, that limits suffice. test/engine does that.

const expected = ["team-balancer", "team-haproxy-1", "team-haproxy-2", "team-node-1", "team-node-2", "team-node-3", "team-redis"];

describe("every container that serves", () => {
  let recording: Recording<Registry>;
  before(async () => {
    const labels = { owner: "platform" };
    recording = await record(() => new Registry("team", { nodes: { count: 3, cpus: 1.5 }, labels, logs: { maxSizeMiB: 20, maxFiles: 3 } }));
  });
  const each = (claim: string, check: (inputs: ReturnType<typeof containerInputs>) => void): void => {
    it(claim, () => {
      const all = services(recording);
      assert.deepEqual(all.map(({ name }) => name).sort(), expected);
      for (const resource of all) check(containerInputs(resource));
    });
  };

  each("has the name of its resource, so that docker ps tells what it is", ({ name }) => assert.ok(expected.includes(name), name));
  each("does not run as root", ({ name, user }) => assert.match(user ?? "", /^[1-9]\d*:[1-9]\d*$/, name));
  each("cannot write its root file system", ({ name, readOnly }) => assert.equal(readOnly, true, name));
  each("has no capabilities and gains none", ({ name, capabilities, securityOpts, privileged }) => {
    assert.deepEqual(capabilities, { drops: ["ALL"] }, name);
    assert.deepEqual(securityOpts, ["no-new-privileges"], name);
    assert.equal(privileged, undefined, name);
  });
  each("has a limit for memory, without swap", ({ name, memory, memorySwap }) => {
    assert.ok(memory !== undefined && memory > 0, name);
    assert.equal(memorySwap, memory, name);
  });
  each("rotates its log", ({ name, logDriver, logOpts }) => {
    assert.equal(logDriver, "json-file", name);
    assert.deepEqual(logOpts, { "max-size": "20m", "max-file": "3" }, name);
  });
  each("comes back after a crash or a reboot", ({ name, restart }) => assert.equal(restart, "unless-stopped", name));
  each("says itself what it runs, whatever the image's defaults", ({ name, entrypoints, command }) => {
    assert.ok((entrypoints?.length ?? 0) > 0 && (command?.length ?? 0) > 0, name);
  });
  each("carries the labels of stack and part, and the user's own", ({ name, labels = [] }) => {
    const values = Object.fromEntries(labels.map(({ label, value }) => [label, value]));
    assert.equal(values["ha-registry"], stackName, name);
    assert.match(values["ha-registry.part"] ?? "", /^[a-z-]+$/, name);
    assert.equal(values["owner"], "platform", name);
  });
  each("sees nothing of the host but volumes", ({ name, mounts = [], networkMode }) => {
    for (const mount of mounts) assert.equal(mount.type, "volume", `${name} mounts ${mount.source}`);
    assert.notEqual(networkMode, "host", name);
  });
  each("reads its files, and cannot change them", ({ name, mounts = [] }) => {
    const files = mounts.filter(({ target }) => target === "/files");
    assert.equal(files.length, name === "team-balancer" ? 0 : 1, name);
    for (const mount of files) assert.equal(mount.readOnly, true, name);
  });
  each("is waited for until its health check passes", ({ name, healthcheck, wait }) => {
    if (name === "team-balancer") return; // it only holds the network namespace
    assert.equal(wait, true, name);
    assert.ok((healthcheck?.tests.length ?? 0) > 1 && (healthcheck?.retries ?? 0) > 0, name);
  });
  each("may have a limit for CPU", ({ name, cpus }) => assert.equal(cpus, name.startsWith("team-node-") ? "1.5" : undefined, name));

  it("labels everything in Docker, not only what serves", () => {
    for (const { name, inputs } of ["Container", "Volume", "Network"].flatMap((type) => recording.all(type))) {
      const { labels } = inputs as { labels: { label: string; value: string }[] };
      const found = labels.find(({ label }) => label === "ha-registry");
      assert.equal(found?.value, stackName, name);
    }
  });

  it("gives nodes and HAProxies longer to end than the longest transfer takes", () => {
    const config = parse(uploaded(recording, "team-nodes", "config.yml")) as { http: { draintimeout: string } };
    const drain = Number.parseInt(config.http.draintimeout, 10);
    assert.equal(drain, 300);
    for (const name of ["team-node-1", "team-node-3", "team-haproxy-1", "team-haproxy-2"]) {
      const grace = container(recording, name).destroyGraceSeconds ?? 0;
      assert.ok(grace > drain, `${name}: ${grace} s`);
    }
    assert.equal(container(recording, "team-haproxy-1").stopSignal, "SIGUSR1"); // a soft stop (HAProxy management guide, 4)
  });
});

describe("containers that only prepare", () => {
  it("have no network, and root only where ownership changes, without any other right", async () => {
    const recording = await record(() => new Registry("team"));
    const serving = new Set(services(recording).map(({ name }) => name));
    const others = recording.all("Container").filter(({ name }) => !serving.has(name));
    assert.ok(others.length > 0);
    for (const inputs of others.map(containerInputs)) {
      assert.equal(inputs.networkMode, "none", inputs.name);
      if (inputs.start === false) assert.notEqual(inputs.user, "0", inputs.name);
      else assert.deepEqual(inputs.capabilities?.adds, ["CAP_CHOWN", "CAP_DAC_OVERRIDE"], inputs.name);
    }
  });

  it("upload files that only the user of the service may read, into directories named after their content", async () => {
    const recording = await record(() => new Registry("team"));
    const owners = { "team-nodes": "65532", "team-balancer": "65533", "team-redis": "65534" };
    for (const [part, owner] of Object.entries(owners)) {
      const all = recording.all("Container").filter(({ name }) => name.startsWith(`${part}-files-`));
      const uploads = all.flatMap((resource) => containerInputs(resource).uploads ?? []);
      assert.ok(uploads.length > 0, part);
      for (const upload of uploads) {
        assert.match(upload.file, /^\/files\/[0-9a-f]{16}\/[a-z0-9.-]+$/);
        assert.deepEqual([upload.permissions, upload.owner, upload.group], ["0400", owner, owner], upload.file);
      }
    }
  });
});
