import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Registry } from "ha-registry-docker";
import type { RegistryArgs } from "ha-registry-docker";
import { container, containerInputs, uploaded } from "./support/containers";
import { record } from "./support/mocks";
import type { Recording } from "./support/mocks";

// What the audit log is made of. Not proved under mocks: that no event is lost (test/engine/audit).

const forward = { elasticsearch: { url: "https://search.example", username: "audit" }, syslog: { server: "audit.example:6514" } };
const secrets = { auditElasticsearchPassword: "the-search-password" };

const deploy = (args: RegistryArgs = {}): Promise<Recording<Registry>> =>
  record(() => new Registry("team", { subnet: "10.200.7.0/24", audit: {}, ...args }));

describe("the audit log", () => {
  it("is kept by a container that needs no root, no right, no writable root, and no network", async () => {
    const { user, readOnly, capabilities, securityOpts, networkMode, networksAdvanced, ports, mounts } = container(
      await deploy(),
      "team-audit",
    );
    assert.deepEqual([user, readOnly, capabilities, securityOpts], ["65529:65529", true, { drops: ["ALL"] }, ["no-new-privileges"]]);
    assert.deepEqual([networkMode, networksAdvanced, ports], ["none", undefined, undefined]);
    assert.deepEqual(mounts?.map(({ target }) => target).sort(), ["/audit", "/buffer", "/files"]);
  });

  it("gets events through memory that counts as HAProxy's own", async () => {
    const recording = await deploy();
    const buffer = recording.get("Volume", "team-audit-buffer").inputs;
    assert.deepEqual(buffer["driverOpts"], { type: "tmpfs", device: "tmpfs", o: "size=64m,uid=65533,gid=65529,mode=2770" });
    const haproxy = container(recording, "team-haproxy-1");
    assert.deepEqual(
      haproxy.mounts?.map(({ source, target, readOnly }) => [source, target, readOnly]).filter(([, target]) => target === "/buffer"),
      [["team-audit-buffer", "/buffer", undefined]],
    );
    assert.ok(!haproxy.mounts?.some(({ target }) => target === "/audit"), "HAProxy has no way to the log itself");
    const without = container(await deploy({ audit: undefined }), "team-haproxy-1");
    assert.equal(haproxy.memory, Number(without.memory) + 64);
    assert.deepEqual([without.entrypoints, without.command?.slice(0, 2)], [["haproxy"], ["-db", "-f"]]);
  });

  it("has HAProxy start also where there is no buffer", async () => {
    const [script = ""] = container(await deploy({ garbageCollection: {} }), "team-haproxy-1").command ?? [];
    assert.match(
      script,
      /^export HA_REGISTRY_FENCE=.*; number=1; .*touch \$file 2> \/dev\/null && exec 3> \$file \|\| exec 3> \/dev\/null; exec haproxy -db -f \//,
    );
  });

  it("is guarded as other data is", async () => {
    const protects = async (args: RegistryArgs): Promise<boolean> => (await deploy(args)).get("Volume", "team-audit").protect;
    assert.deepEqual([await protects({}), await protects({ dataProtection: false })], [true, false]);
  });

  it("is forwarded from the private network, with passwords that only files hold", async () => {
    const recording = await deploy({ audit: { forward }, secrets });
    const { networksAdvanced, command, envs } = container(recording, "team-audit");
    assert.equal(networksAdvanced?.[0]?.ipv4Address, "10.200.7.94");
    assert.equal(command?.length, 3);
    assert.doesNotMatch(JSON.stringify([command, envs]), /the-search-password/);
    assert.match(uploaded(recording, "team-audit", "elasticsearch.conf"), /password\("the-search-password"\)[^]*\n# [0-9a-f]+\n$/);
  });

  it("is refused without the password of a user, and with one that nobody has", async () => {
    await assert.rejects(deploy({ audit: { forward } }), /secrets\.auditElasticsearchPassword: .* go together/);
    await assert.rejects(deploy({ secrets: { auditLokiPassword: "x" } }), /secrets\.auditLokiPassword: .* go together/);
  });

  it("is there on each of several hosts", async () => {
    const hosts = Object.fromEntries(
      ["a", "b", "c"].map((name, index) => [name, { dockerHost: `ssh://${name}`, address: `10.0.0.${index + 1}` }]),
    );
    const recording = await deploy({ hosts, objectStore: { garage: {} } });
    for (const host of ["a", "b", "c"]) {
      const { mounts } = containerInputs(recording.get("Container", `team-${host}-audit`));
      assert.ok(mounts?.some(({ source }) => source === `team-${host}-audit-buffer`));
      assert.ok(container(recording, `team-${host}-haproxy-2`).mounts?.some(({ source }) => source === `team-${host}-audit-buffer`));
    }
  });
});
