import assert from "node:assert/strict";
import { test } from "node:test";
import * as docker from "@pulumi/docker";
import { program } from "ha-registry/dist/program";
import { ownEnvironments } from "../policy/support/environments";
import { previewWithPolicies } from "./support/policy-stack";

// The pack as users run it: `pulumi preview --policy-pack`, on programs that know nothing of this library and on the library's own environments. Only
// previews: nothing is created. What is not known before `up` is judged by the pack then; test/policy shows that with every value known.

const digest = `sha256:${"0".repeat(64)}`;

const label = (name: string): { label: string; value: string } => ({ label: name, value: "x" });

/** Settings of a container that break no rule. */
const hardened = {
  user: "65532:65532",
  readOnly: true,
  capabilities: { drops: ["ALL"] },
  securityOpts: ["no-new-privileges"],
  memory: 256,
  restart: "unless-stopped",
  logDriver: "json-file",
  logOpts: { "max-size": "10m" },
  destroyGraceSeconds: 60,
  healthcheck: { tests: ["CMD", "true"] },
  labels: ["project", "env", "owner"].map(label),
};

const configuration = [
  "version: 0.1",
  "http: { addr: :5000, secret: one-for-all }",
  "storage: { filesystem: {} }",
  "auth: { htpasswd: { path: /x } }",
].join("\n");

function compliant(): void {
  const data = new docker.Volume("data", { name: "data" }, { protect: true });
  for (const number of [1, 2, 3]) {
    new docker.Container(`node-${number}`, {
      ...hardened,
      image: `registry:3.1.2@${digest}`,
      mounts: [{ type: "volume", source: data.name, target: "/var/lib/registry" }],
      uploads: [{ file: "/etc/distribution/config.yml", content: configuration }],
    });
  }
  for (const number of [1, 2]) {
    new docker.Container(`balancer-${number}`, {
      ...hardened,
      image: `haproxy:3.0.11@${digest}`,
      ports: [{ internal: 443, external: 8440 + number }],
      uploads: [{ file: "/h.cfg", content: "frontend a\n  bind :443 ssl crt /c\n  default_backend b\nbackend b\n  server n node:5000\n" }],
    });
  }
  new docker.Container("logs", { ...hardened, image: `fluent/fluent-bit:4.2@${digest}` });
  new docker.Container("copies", { ...hardened, image: `restic/restic:0.18.1@${digest}` });
  new docker.Container("alerts", { ...hardened, image: `prom/alertmanager:v0.35.0@${digest}` });
}

/** As the guides begin, and worse. */
function violating(): void {
  const data = new docker.Volume("data", { name: "data" });
  new docker.Container("registry", {
    image: "registry:2.8.1",
    envs: ["REGISTRY_HTTP_SECRET=hunter2"],
    ports: [
      { internal: 5000, external: 5000 },
      { internal: 5001, external: 5001 },
    ],
    mounts: [{ type: "volume", source: data.name, target: "/var/lib/registry" }],
  });
  new docker.Container("redis", { image: "bitnami/redis:latest", networkMode: "host" });
  new docker.Container("watcher", {
    ...hardened,
    image: `corp.example/watcher@${digest}`,
    privileged: true,
    volumes: [{ hostPath: "/var/run/docker.sock", containerPath: "/docker.sock" }],
  });
  new docker.Container("balancer", {
    ...hardened,
    image: `haproxy:3.0.11@${digest}`,
    ports: [{ internal: 80, external: 80 }],
    uploads: [
      { file: "/h.cfg", content: "global\n  ssl-default-bind-options ssl-min-ver TLSv1.0\nfrontend a\n  bind :80\n  default_backend b\n" },
    ],
  });
  new docker.Container("collection", {
    ...hardened,
    mustRun: false,
    image: `registry:3.1.2@${digest}`,
    command: ["garbage-collect", "/c.yml"],
  });
  new docker.Tag("published", { sourceImage: "shop:1", targetImage: "corp.example/shop:latest" });
}

test("a program that breaks no rule passes", async () => {
  const { passed, violations, stderr } = await previewWithPolicies({ stack: "prod", program: async () => compliant() });
  assert.deepEqual(violations, []);
  assert.ok(passed, stderr);
});

test("a program that does is stopped, with every violation by its name", async () => {
  const { passed, violations, messages } = await previewWithPolicies({ stack: "prod", program: async () => violating() });
  assert.equal(passed, false);
  const everyone = [
    "capabilities",
    "health-check",
    "image-digest",
    "log-rotation",
    "memory-limit",
    "new-privileges",
    "resource-labels",
    "restart-policy",
  ];
  const hardening = [...everyone, "root-user", "writable-root"].flatMap((name) => [`${name}: redis`, `${name}: registry`]);
  const others = [
    ...["anonymous-write: registry", "balancer-tls: balancer", "balancer-tls: registry", "collection-while-writing: collection"],
    ...["data-protection: data", "docker-socket: watcher", "host-namespaces: redis", "image-floor: registry", "image-naming: published"],
    ...[
      "image-source: redis",
      "image-tag: redis",
      "private-ports: registry",
      "privileged-container: watcher",
      "redis-authentication: redis",
    ],
    ...["redis-failover: redis", "secrets-in-environment: registry", "stop-grace: registry", "tls-version: balancer"],
    // The whole stack.
    ...["alerts", "audit-log", "backup", "balancer-pair", "registry-nodes"].map((name) => `${name}: ha-registry-prod`),
  ];
  assert.deepEqual(violations, [...hardening, ...others].sort());
  assert.match(messages["image-floor: registry"] ?? "", /older than 3\.1\.2 \(CVE-/);
});

test("a stack outside production is asked for less, and its own configuration for less again", async () => {
  const policies = {
    all: { enforcementLevel: "advisory" },
    "registry-nodes": { minimum: 1 },
    "private-ports": { ports: [9999] },
    "root-user": { exceptions: ["redis", "reg*"] },
    "writable-root": { enforcementLevel: "disabled" },
  };
  const { passed, violations, stderr } = await previewWithPolicies({ stack: "dev", program: async () => violating(), policies });
  assert.ok(passed, stderr);
  const named = new Set(violations.map((violation) => violation.split(":")[0]));
  for (const gone of [
    "registry-nodes",
    "private-ports",
    "root-user",
    "writable-root",
    "image-digest",
    "alerts",
    "backup",
    "audit-log",
    "redis-failover",
  ]) {
    assert.ok(!named.has(gone), `${gone} is still reported`);
  }
  assert.ok(named.has("privileged-container"));
});

test("what can be mended safely is mended in the plan, where the configuration says so", async () => {
  const names = ["new-privileges", "restart-policy", "log-rotation"];
  const policies = {
    all: { enforcementLevel: "advisory" },
    ...Object.fromEntries(names.map((name) => [name, { enforcementLevel: "remediate" }])),
  };
  const program = async (): Promise<void> => {
    new docker.Container("registry", { image: "registry:3.1.2", securityOpts: ["apparmor=registry"], logOpts: { "max-file": "9" } });
  };
  const { passed, violations, remediations, planned, stderr } = await previewWithPolicies({ stack: "dev", program, policies });
  assert.ok(passed, stderr);
  assert.deepEqual(remediations, names.map((name) => `${name}: registry`).sort());
  assert.deepEqual(
    violations.filter((violation) => names.includes(violation.split(":")[0] ?? "")),
    [],
  );
  const { securityOpts, restart, logDriver, logOpts } = planned["registry"] ?? {};
  assert.deepEqual(securityOpts, ["apparmor=registry", "no-new-privileges"]);
  assert.deepEqual([restart, logDriver, logOpts], ["unless-stopped", "json-file", { "max-file": "9", "max-size": "50m" }]);
});

for (const { name, registry, policyFile } of ownEnvironments) {
  test(`the library's own environment ${name} passes`, async () => {
    const { secrets, ...shape } = registry;
    const config = { "ha-registry:registry": JSON.stringify(shape), "ha-registry:secrets": JSON.stringify(secrets ?? {}) };
    const outcome = await previewWithPolicies({ stack: name, program, config, ...(policyFile !== undefined && { policies: policyFile }) });
    assert.deepEqual(outcome.violations, []);
    assert.ok(outcome.passed, outcome.stderr);
    assert.ok(Object.keys(outcome.planned).some((resource) => resource.startsWith(`${name}-node-1`)));
  });
}
