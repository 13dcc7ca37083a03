import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Registry } from "ha-registry-docker";
import type { RegistryArgs } from "ha-registry-docker";
import { makeCertificate } from "./support/certificate";
import { container, containerInputs, uploaded } from "./support/containers";
import { record } from "./support/mocks";
import type { Recording } from "./support/mocks";

// What garbage collection is made of. Not proved under mocks: that it collects, and loses nothing (test/engine/garbage-collection).

const parts = ["team-garbage-collector", "team-garbage-marker", "team-garbage-cache-cleaner"];

const deploy = (args: RegistryArgs = {}): Promise<Recording<Registry>> =>
  record(() => new Registry("team", { subnet: "10.200.7.0/24", garbageCollection: {}, ...args }));

describe("garbage collection", () => {
  it("is three containers that need no root, no right and no writable root", async () => {
    const recording = await deploy();
    for (const name of parts) {
      const { user, readOnly, capabilities, securityOpts, restart, networksAdvanced, ports } = container(recording, name);
      assert.deepEqual(
        [readOnly, capabilities, securityOpts, restart],
        [true, { drops: ["ALL"] }, ["no-new-privileges"], "unless-stopped"],
        name,
      );
      assert.match(user ?? "", /^655\d\d:655\d\d$/);
      assert.match(networksAdvanced?.[0]?.ipv4Address ?? "", /^10\.200\.7\.8[012]$/);
      assert.equal(ports, undefined, "nothing is open on a single host");
    }
  });

  it("may write to the store in one of them alone", async () => {
    const recording = await deploy();
    const store = (name: string) => container(recording, name).mounts?.find(({ target }) => target === "/var/lib/registry");
    assert.equal(store("team-garbage-collector")?.readOnly, undefined);
    assert.equal(store("team-garbage-marker")?.readOnly, true);
    assert.equal(store("team-garbage-cache-cleaner"), undefined);
  });

  it("runs the registry with the configuration of a node", async () => {
    const recording = await deploy();
    const [, , marked] = container(recording, "team-garbage-marker").command ?? [];
    const [, served] = container(recording, "team-node-1").command ?? [];
    assert.equal(marked, served);
  });

  it("knows the bucket's keys and Redis's password from files alone", async () => {
    const recording = await deploy({
      objectStore: { s3: { bucket: "images", endpoint: "https://s3.example" } },
      secrets: { s3AccessKey: "the-access-key", s3SecretKey: "the-secret-key" },
    });
    assert.match(uploaded(recording, "team-garbage-collector", "rclone.conf"), /^secret_access_key = the-secret-key$/m);
    assert.match(uploaded(recording, "team-garbage-cache-cleaner", "login"), /^AUTH registry /);
    for (const name of parts) {
      const { command, envs } = container(recording, name);
      assert.doesNotMatch(JSON.stringify([command, envs]), /the-(access|secret)-key|AUTH/);
    }
  });

  it("trusts the endpoint that the nodes trust", async () => {
    const caPem = makeCertificate("ca.corp.example", new Date(Date.now() + 1e10)).certificatePem;
    const environmentOf = async (args: RegistryArgs, verifyCertificate = true) => {
      const s3 = { bucket: "images", endpoint: "https://s3.example", verifyCertificate };
      const recording = await deploy({ ...args, objectStore: { s3 } });
      return { recording, envs: container(recording, "team-garbage-collector").envs };
    };
    assert.equal((await environmentOf({})).envs, undefined);
    const { recording, envs } = await environmentOf({ trust: { s3CaPem: caPem } });
    assert.match(envs?.join() ?? "", /^SSL_CERT_FILE=\/files\/.+\/s3-ca\.crt$/);
    assert.equal(uploaded(recording, "team-garbage-collector", "s3-ca.crt"), caPem);
    const unchecked = await environmentOf({}, false);
    assert.match(uploaded(unchecked.recording, "team-garbage-collector", "rclone.conf"), /^override\.no_check_certificate = true$/m);
  });

  it("is published on the inner address of its host where there are several", async () => {
    const hosts = Object.fromEntries(
      ["a", "b", "c"].map((name, index) => [name, { dockerHost: `ssh://${name}`, address: `10.0.0.${index + 1}` }]),
    );
    const recording = await deploy({ hosts, objectStore: { garage: {} } });
    const { ports } = containerInputs(recording.get("Container", "team-garbage-collector-a"));
    assert.deepEqual(
      ports?.map(({ internal, external, ip }) => [internal, external, ip]),
      [
        [5003, 21_050, "10.0.0.1"],
        [5004, 21_051, "10.0.0.1"],
      ],
    );
  });

  it("has HAProxy ask before it starts whether pushes are put off", async () => {
    const { entrypoints, command } = container(await deploy(), "team-haproxy-1");
    assert.deepEqual(entrypoints, ["sh", "-c"]);
    assert.match(
      command?.[0] ?? "",
      /^export HA_REGISTRY_FENCE=\$\(timeout 1 nc 10\.200\.7\.80 5004 < \/dev\/null 2> \/dev\/null\); exec haproxy -db -f \//,
    );
    const without = container(await deploy({ garbageCollection: undefined }), "team-haproxy-1");
    assert.deepEqual(without.entrypoints, ["haproxy"]);
  });

  it("is refused for a pull-through cache, which removes by itself what it has no use for", async () => {
    await assert.rejects(deploy({ settings: { proxy: { remoteUrl: "https://upstream.example" } } }), /settings\.proxy/);
  });
});
