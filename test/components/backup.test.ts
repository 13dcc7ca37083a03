import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RegistryError } from "ha-registry-core";
import { Registry } from "ha-registry-docker";
import type { RegistryArgs } from "ha-registry-docker";
import { container, uploaded } from "./support/containers";
import { record } from "./support/mocks";
import type { Recording } from "./support/mocks";

// What backups are made of. Not proved under mocks: that they copy, and can be restored (test/engine/backup).

const backup = { targets: { far: { s3: { bucket: "copies" } }, shelf: { directory: "/mnt/shelf" } } };
const secrets = { backupAccessKeys: { far: "the-access-key" }, backupSecretKeys: { far: "the-secret-key" } };

const deploy = (args: RegistryArgs = {}): Promise<Recording<Registry>> =>
  record(() => new Registry("team", { subnet: "10.200.7.0/24", backup, secrets, ...args }));

describe("backups", () => {
  it("are one container that needs no root, no right, no writable root and no open port", async () => {
    const { user, readOnly, capabilities, securityOpts, restart, networksAdvanced, ports } = container(await deploy(), "team-backup");
    assert.deepEqual([readOnly, capabilities, securityOpts, restart], [true, { drops: ["ALL"] }, ["no-new-privileges"], "unless-stopped"]);
    assert.equal(user, "65532:65532");
    assert.equal(networksAdvanced?.[0]?.ipv4Address, "10.200.7.93");
    assert.equal(ports, undefined);
  });

  it("have the store, the directories of the host that are named, and nothing else of it", async () => {
    const { mounts = [] } = container(await deploy(), "team-backup");
    assert.deepEqual(
      mounts.filter(({ type }) => type === "bind").map(({ source, target }) => [source, target]),
      [["/mnt/shelf", "/backup/shelf"]],
    );
    assert.ok(mounts.some(({ source, target }) => source === "team-store" && target === "/var/lib/registry"));
  });

  it("know keys from a file alone", async () => {
    const recording = await deploy();
    assert.match(uploaded(recording, "team-backup", "rclone.conf"), /^secret_access_key = the-secret-key$/m);
    const { command, envs } = container(recording, "team-backup");
    assert.doesNotMatch(JSON.stringify([command, envs]), /the-(access|secret)-key/);
  });

  it("refuse keys of a target that is none, and half a pair", async () => {
    const wrong = { backupAccessKeys: { near: "a", far: "b" }, backupSecretKeys: { shelf: "c" } };
    await assert.rejects(deploy({ secrets: wrong }), (error: unknown) => {
      assert.ok(error instanceof RegistryError);
      assert.deepEqual(error.problems.map(({ path }) => path).sort(), [
        "secrets.backupAccessKeys.far",
        "secrets.backupAccessKeys.near",
        "secrets.backupAccessKeys.near",
        "secrets.backupSecretKeys.shelf",
        "secrets.backupSecretKeys.shelf",
      ]);
      return true;
    });
  });
});
