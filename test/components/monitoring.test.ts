import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AccessMode, ReceiverKind } from "ha-registry-core";
import { Registry } from "ha-registry-docker";
import type { RegistryArgs } from "ha-registry-docker";
import { leaveOutGrafana } from "ha-registry/dist/program";
import { makeCertificate } from "./support/certificate";
import { container, containerInputs, uploaded } from "./support/containers";
import { record } from "./support/mocks";
import type { Recording } from "./support/mocks";

// What monitoring is made of. Not proved under mocks: that it sees and tells anything (test/engine/monitoring).

const parts = ["prometheus", "alertmanager", "node-exporter", "redis-exporter", "blackbox-exporter", "probe", "grafana"].map(
  (part) => `team-${part}`,
);

const deploy = (monitoring: RegistryArgs["monitoring"] = { grafana: {} }, args: RegistryArgs = {}): Promise<Recording<Registry>> =>
  record(() => new Registry("team", { subnet: "10.200.7.0/24", ...args, monitoring }));

describe("monitoring", () => {
  it("is containers that need no root, no right and no writable root", async () => {
    const recording = await deploy();
    for (const name of parts) {
      const { user, readOnly, capabilities, securityOpts, restart, networksAdvanced } = container(recording, name);
      assert.deepEqual(
        [user, readOnly, capabilities, securityOpts, restart],
        ["65530:65530", true, { drops: ["ALL"] }, ["no-new-privileges"], "unless-stopped"],
        name,
      );
      assert.match(networksAdvanced?.[0]?.ipv4Address ?? "", /^10\.200\.7\.8[3-9]$/);
    }
  });

  it("opens on the machine itself what people look at, and nothing else", async () => {
    const recording = await deploy();
    const open = parts.flatMap((name) => (container(recording, name).ports ?? []).map(({ external, ip }) => `${name} ${ip} ${external}`));
    assert.deepEqual(open, ["team-prometheus 127.0.0.1 9090", "team-alertmanager 127.0.0.1 9093", "team-grafana 127.0.0.1 9094"]);
  });

  it("keeps what Prometheus and Alertmanager know in volumes that no label replaces", async () => {
    const recording = await deploy();
    for (const name of ["team-prometheus", "team-alertmanager"]) {
      const volume = recording.get("Volume", `${name}-data`);
      assert.deepEqual([volume.ignoreChanges, volume.protect], [["labels"], false]);
      const { mounts } = container(recording, name);
      assert.ok(mounts?.some(({ source, readOnly }) => source === `${name}-data` && readOnly !== true));
    }
  });

  it("may look at the store's disk, and write to nothing of the registry", async () => {
    const recording = await deploy();
    const mounts = parts.flatMap((name) => (container(recording, name).mounts ?? []).map((mount) => ({ name, ...mount })));
    assert.deepEqual(
      mounts.filter(({ source }) => source === "team-store").map(({ name, target, readOnly }) => [name, target, readOnly]),
      [["team-node-exporter", "/store", true]],
    );
    const written = mounts.filter(({ readOnly }) => readOnly !== true).map(({ source }) => source);
    assert.deepEqual(written, ["team-prometheus-data", "team-alertmanager-data"]);
  });

  it("comes when the balancer is there: what is not there yet would be told of as missing", async () => {
    const recording = await deploy();
    const balancer = recording.urn(recording.get("Container", "team-haproxy-2"));
    for (const name of parts) assert.ok(recording.get("Container", name).dependsOn.includes(balancer), name);
  });

  it("has every password in a file of the container that needs it alone", async () => {
    const url = "https://chat.example/hook?token=the-secret-token";
    const recording = await deploy(
      { grafana: {}, receivers: { operators: { kind: ReceiverKind.Webhook } } },
      { objectStore: { garage: {} }, secrets: { receivers: { operators: url } } },
    );
    const probe = JSON.parse(uploaded(recording, "team-probe", "regctl.json")) as { hosts: Record<string, { user: string; pass: string }> };
    const { user = "", pass = "" } = probe.hosts["localhost:5000"] ?? {};
    assert.equal(user, "ha-registry-probe");
    assert.match(uploaded(recording, "team-nodes", "htpasswd"), /^ha-registry-probe:\$2b\$/m);
    const redis = JSON.parse(uploaded(recording, "team-redis-exporter", "passwords.json")) as Record<string, string>;
    const [redisPassword = ""] = Object.values(redis);
    assert.deepEqual(Object.keys(redis), ["rediss://monitor@10.200.7.3:6379"]);
    assert.equal(uploaded(recording, "team-alertmanager", "secret-of-operators"), url);
    const garageToken = uploaded(recording, "team-prometheus", "garage-token");
    const secrets = [pass, redisPassword, "the-secret-token", garageToken];
    assert.ok(secrets.every((secret) => secret.length >= 12));
    for (const name of parts) {
      const { command, envs } = container(recording, name);
      for (const secret of secrets) assert.ok(!JSON.stringify([command, envs]).includes(secret), name);
    }
    for (const plain of recording.all("Container").filter(({ name }) => name.endsWith("-files-plain"))) {
      for (const secret of secrets) assert.ok(!JSON.stringify(plain.inputs).includes(secret), plain.name);
    }
  });

  it("gives no path that tells what a person chose for a password", async () => {
    const email = { server: "smtp.corp.example:587", from: "registry@corp.example", to: ["ops@corp.example"], username: "registry" };
    const pathOf = async (password: string): Promise<string> => {
      const args = { secrets: { receivers: { mail: password } } };
      const recording = await deploy({ receivers: { mail: { kind: ReceiverKind.Email, email } } }, args);
      return /\/files\/[0-9a-f]{16}\/secret-of-mail/.exec(uploaded(recording, "team-alertmanager", "alertmanager.yml"))?.[0] ?? "";
    };
    // SHA-256 of "summer2026" begins with these digits.
    assert.match(await pathOf("summer2026"), /^\/files\/(?!6a0436ee)/);
    assert.notEqual(await pathOf("summer2026"), await pathOf("winter2026"));
  });

  it("crosses the network between hosts by TLS, where both sides show a certificate", async () => {
    const hosts = Object.fromEntries(
      ["north", "middle", "south"].map((name, index) => [name, { dockerHost: `ssh://${name}`, address: `10.0.0.${11 + index}` }]),
    );
    const recording = await deploy({}, { hosts, objectStore: { garage: {} } });
    const proxies = ["middle", "south"].map((host) => container(recording, `team-${host}-metrics-proxy`));
    assert.deepEqual(
      proxies.map(({ user, ports }) => [user, ports]),
      ["10.0.0.12", "10.0.0.13"].map((ip) => ["65530:65530", [{ internal: 9443, external: 21060, ip }]]),
    );
    assert.ok(!recording.names("Container").includes("team-north-metrics-proxy"));
    const uses = (name: string): unknown => recording.get("LocallySignedCert", `team-monitoring-metrics-${name}`).inputs["allowedUses"];
    assert.deepEqual(uses("server"), ["digital_signature", "key_encipherment", "server_auth"]);
    assert.deepEqual(uses("client"), ["digital_signature", "key_encipherment", "client_auth"]);
    // The key of each is a secret file of the container that shows it, and of no other.
    const withFile = (file: string): string[] =>
      recording
        .all("Container")
        .filter((each) => (containerInputs(each).uploads ?? []).some((upload) => upload.file.endsWith(`/${file}`)))
        .map(({ name }) => name);
    assert.deepEqual(withFile("client.key"), ["team-north-prometheus-files-secret"]);
    for (const host of ["middle", "south"])
      assert.ok(withFile("server.pem").includes(`team-${host}-metrics-proxy-files-secret`), withFile("server.pem").join(", "));
    const configuration = uploaded(recording, "team-north-prometheus", "prometheus.yml");
    const [keyPath = ""] = /\/files\/[0-9a-f]+\/client\.key/.exec(configuration) ?? [];
    assert.notEqual(keyPath, "");
  });

  it("is refused where the probe does not get in, or a receiver lacks what is secret", async () => {
    const { certificatePem } = makeCertificate("clients", new Date(Date.now() + 1e10));
    await assert.rejects(deploy({}, { trust: { clientCaPem: certificatePem } }), /monitoring\.probe/);
    await deploy({}, { trust: { clientCaPem: certificatePem }, loadBalancer: { clientCertificates: { required: false } } });
    await assert.rejects(deploy({}, { settings: { proxy: { remoteUrl: "https://upstream.example" } } }), /settings\.proxy/);
    await assert.rejects(deploy({ receivers: { chat: { kind: ReceiverKind.WeCom } } }), /secrets\.receivers\.chat/);
    await assert.rejects(deploy({}, { secrets: { receivers: { chat: "https://chat.example" } } }), /secrets\.receivers\.chat/);
    const token = { realm: "https://auth.example/token", service: "registry", issuer: "auth" };
    const access = { mode: AccessMode.Token, token };
    const trust = { tokenJwks: '{"keys":[{}]}' };
    await assert.rejects(deploy({ probe: { enabled: true } }, { access, trust }), /secrets\.probePassword/);
    await deploy({}, { access, trust });
  });

  it("is all there but Grafana where a run of the program is to leave that out", async () => {
    const config = { registry: { monitoring: { port: 9999, grafana: {} } } };
    const of = async ({ registry = {} }: { registry?: RegistryArgs }): Promise<string[]> =>
      (await record(() => new Registry("team", registry))).names("Container").filter((name) => !name.includes("-files-"));
    assert.deepEqual(
      (await of(config)).filter((name) => name !== "team-grafana"),
      await of(leaveOutGrafana(config)),
    );
    assert.equal(leaveOutGrafana(config).registry?.monitoring?.port, 9999);
  });
});
