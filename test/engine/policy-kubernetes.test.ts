import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { Provider } from "@pulumi/kubernetes";
import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { CronJob } from "@pulumi/kubernetes/batch/v1";
import { ConfigMap, Namespace, PersistentVolumeClaim, Service } from "@pulumi/kubernetes/core/v1";
import { Ingress, NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1";
import { ClusterRoleBinding, Role } from "@pulumi/kubernetes/rbac/v1";
import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Registry } from "ha-registry-kubernetes";
import { policies as pack } from "ha-registry-policy-kubernetes/dist/policies";
import { productionRegistries } from "../policy/support/kubernetes-registries";
import { ControlPlane } from "./support/kubernetes";
import { previewWithPolicies, type PolicyOutcome, type PolicyPreview } from "./support/policy-stack";

// The pack as users run it: `pulumi preview --policy-pack`, on programs that know nothing of this library and on its own registries, with the real provider. The
// provider writes YAML instead of asking a cluster, but for the last test, in which a real API server fills in what programs leave out. Nothing is created.

type PodSpec = types.input.core.v1.PodSpec;

const digest = `sha256:${"0".repeat(64)}`;
const namespace = "images";
const owned = { project: "registry", env: "prod", owner: "platform" };

let directory: string;

before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "policy-kubernetes-"));
});

after(() => rm(directory, { recursive: true, force: true }));

/** A preview of what a program makes with the provider. */
function preview(make: (provider: Provider) => void, options: Partial<PolicyPreview> = {}): Promise<PolicyOutcome> {
  const program = async (): Promise<void> => make(new Provider("yaml", { renderYamlToDirectory: path.join(directory, "yaml") }));
  return previewWithPolicies({ stack: "prod", pack: "kubernetes", program, ...options });
}

const hardened: PodSpec["securityContext"] = { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } };

/** A pod that breaks no rule. */
function pod(name: string, image: string, further: Partial<PodSpec> = {}): PodSpec {
  return {
    automountServiceAccountToken: false,
    securityContext: hardened,
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: { matchLabels: { app: name } },
      },
    ],
    containers: [
      {
        name,
        image,
        readinessProbe: { tcpSocket: { port: 5000 } },
        resources: { limits: { memory: "512Mi" }, requests: { cpu: "100m" } },
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
      },
    ],
    ...further,
  };
}

function deployment(name: string, replicas: number, spec: PodSpec, provider: Provider): void {
  const labels = { app: name };
  const template = { metadata: { labels }, spec };
  new Deployment(
    name,
    { metadata: { name, namespace, labels: { ...labels, ...owned } }, spec: { replicas, selector: { matchLabels: labels }, template } },
    { provider },
  );
}

const restricted = { "pod-security.kubernetes.io/enforce": "restricted" };

function compliant(provider: Provider): void {
  new Namespace(namespace, { metadata: { name: namespace, labels: restricted } }, { provider });
  inNamespace(provider);
}

function inNamespace(provider: Provider): void {
  const on = { provider };
  const claim = new PersistentVolumeClaim(
    "data",
    { metadata: { name: "data", namespace }, spec: { accessModes: ["ReadWriteMany"], resources: { requests: { storage: "10Gi" } } } },
    { ...on, protect: true },
  );
  const volumes = [{ name: "data", persistentVolumeClaim: { claimName: claim.metadata.name } }];
  deployment("registry", 3, pod("registry", `registry:3.1.2@${digest}`, { volumes }), provider);
  deployment("haproxy", 2, pod("haproxy", `haproxy:3.0.11@${digest}`), provider);
  for (const app of ["registry", "haproxy"]) {
    const selector = { matchLabels: { app } };
    new PodDisruptionBudget(app, { metadata: { name: app, namespace }, spec: { maxUnavailable: 1, selector } }, on);
    new NetworkPolicy(app, { metadata: { name: app, namespace }, spec: { podSelector: selector, policyTypes: ["Ingress"] } }, on);
  }
  const host = "registry.corp.example";
  const prefix = "nginx.ingress.kubernetes.io/proxy-";
  const annotations = { [`${prefix}body-size`]: "0", [`${prefix}read-timeout`]: "900", [`${prefix}send-timeout`]: "900" };
  new Ingress(
    "outside",
    {
      metadata: { name: "outside", namespace, annotations },
      spec: { ingressClassName: "nginx", rules: [{ host }], tls: [{ hosts: [host], secretName: "certificate" }] },
    },
    on,
  );
}

/** As a cluster is tried out, and worse. */
function violating(provider: Provider): void {
  const on = { provider };
  new Namespace("open", { metadata: { name: "open" } }, on);
  const configuration = "version: 0.1\nstorage: { filesystem: {} }\n";
  new ConfigMap("files", { metadata: { name: "files", namespace: "default" }, data: { "config.yml": configuration } }, on);
  new ConfigMap("keys", { metadata: { name: "keys", namespace }, data: { "tls.key": "-----BEGIN PRIVATE KEY-----\n" } }, on);
  new PersistentVolumeClaim("data", { metadata: { name: "data", namespace }, spec: { accessModes: ["ReadWriteOnce"] } }, on);
  const labels = { app: "registry" };
  const spec: PodSpec = {
    hostNetwork: true,
    containers: [
      {
        name: "registry",
        image: "bitnami/registry:2.8.1",
        env: [{ name: "PASSWORD", value: "hunter2" }],
        securityContext: { privileged: true },
      },
    ],
    volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
  };
  new Deployment(
    "registry",
    {
      metadata: { name: "registry", namespace },
      spec: { replicas: 2, strategy: { type: "Recreate" }, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
    on,
  );
  deployment("redis", 1, pod("redis", "redis:latest"), provider);
  new Service("redis", { metadata: { name: "redis", namespace }, spec: { type: "NodePort", ports: [{ port: 6379 }] } }, on);
  new Service("open", { metadata: { name: "open", namespace }, spec: { type: "LoadBalancer", ports: [{ port: 443 }] } }, on);
  new PodDisruptionBudget(
    "stuck",
    { metadata: { name: "stuck", namespace }, spec: { maxUnavailable: 0, selector: { matchLabels: { app: "redis" } } } },
    on,
  );
  new Ingress(
    "clear",
    { metadata: { name: "clear", namespace }, spec: { ingressClassName: "nginx", rules: [{ host: "registry.corp.example" }] } },
    on,
  );
  new Role("all", { metadata: { name: "all", namespace }, rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }] }, on);
  new ClusterRoleBinding(
    "administrator",
    {
      metadata: { name: "administrator" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ kind: "ServiceAccount", name: "default", namespace }],
    },
    on,
  );
  collecting(provider);
}

function collecting(provider: Provider): void {
  const { containers, ...rest } = pod("collect", `registry:3.1.2@${digest}`, { restartPolicy: "Never" });
  const [first] = containers as types.input.core.v1.Container[];
  const spec = {
    ...rest,
    automountServiceAccountToken: undefined,
    containers: [{ ...first, name: "collect", args: ["garbage-collect", "/c.yml"] }],
  };
  new CronJob(
    "collect",
    { metadata: { name: "collect", namespace }, spec: { schedule: "30 2 * * *", jobTemplate: { spec: { template: { spec } } } } },
    { provider },
  );
}

test("a program that breaks no rule passes", async () => {
  const { passed, violations, stderr } = await preview(compliant);
  assert.deepEqual(violations, []);
  assert.ok(passed, stderr);
});

test("a program that does is stopped, and every policy finds something in it", async () => {
  const { passed, violations, messages } = await preview(violating);
  assert.equal(passed, false);
  const found = new Set(violations.map((violation) => violation.split(":")[0]));
  assert.deepEqual(
    pack.map(({ name }) => name).filter((name) => !found.has(name)),
    [],
  );
  // Those that a compliant object stands beside find it alone.
  const named = (policy: string): string[] => violations.filter((violation) => violation.startsWith(`${policy}: `));
  assert.deepEqual(named("image-tag"), ["image-tag: redis"]);
  assert.deepEqual(named("root-user"), ["root-user: registry"]);
  assert.deepEqual(named("private-ports"), ["private-ports: redis"]);
  assert.deepEqual(named("source-ranges"), ["source-ranges: open"]);
  assert.match(messages["image-floor: registry"] ?? "", /older than 3\.1\.2 \(CVE-/);
});

test("a stack outside production is asked for less, and its own configuration for less again", async () => {
  const policies = {
    all: { enforcementLevel: "advisory" },
    "root-user": { exceptions: ["reg*"] },
    "pod-spread": { enforcementLevel: "disabled" },
  };
  const { passed, violations, stderr } = await preview(violating, { stack: "dev", policies });
  assert.ok(passed, stderr);
  const found = new Set(violations.map((violation) => violation.split(":")[0]));
  for (const gone of ["root-user", "pod-spread", "image-digest", "source-ranges"]) assert.ok(!found.has(gone), `${gone} is still reported`);
  assert.ok(found.has("privileged-container"));
});

test("what can be mended safely is mended in the plan, where the configuration says so", async () => {
  const names = ["collection-concurrency", "service-account-token"];
  const policies = {
    all: { enforcementLevel: "advisory" },
    ...Object.fromEntries(names.map((name) => [name, { enforcementLevel: "remediate" }])),
  };
  const { passed, remediations, planned, stderr } = await preview(collecting, { stack: "dev", policies });
  assert.ok(passed, stderr);
  assert.deepEqual(
    remediations,
    names.map((name) => `${name}: collect`),
  );
  const spec = planned["collect"]?.["spec"] as types.output.batch.v1.CronJobSpec;
  assert.equal(spec.concurrencyPolicy, "Forbid");
  assert.equal(spec.jobTemplate.spec.template.spec.automountServiceAccountToken, false);
  assert.equal(spec.schedule, "30 2 * * *");
});

test("the library's own registries of production pass", async () => {
  const { passed, violations, planned, stderr } = await preview((provider) => {
    for (const [name, args] of Object.entries(productionRegistries)) new Registry(name, args, { providers: [provider] });
  });
  assert.deepEqual(violations, []);
  assert.ok(passed, stderr);
  for (const name of Object.keys(productionRegistries)) assert.ok(planned[`${name}-nodes`] !== undefined, name);
});

test("what an API server fills in breaks no rule, and what it leaves as it is still does", async () => {
  const cluster = await ControlPlane.start();
  try {
    await cluster.post("/api/v1/namespaces", { metadata: { name: namespace, labels: restricted } });
    const previewThere = (make: (provider: Provider) => void): Promise<PolicyOutcome> => {
      const program = async (): Promise<void> => make(new Provider("cluster", { kubeconfig: pulumi.secret(cluster.kubeconfig) }));
      return previewWithPolicies({ stack: "prod", pack: "kubernetes", program });
    };
    const { passed, violations, stderr } = await previewThere((provider) => {
      inNamespace(provider);
      new Registry("balanced", { ...productionRegistries["balanced"], existingNamespace: namespace }, { providers: [provider] });
    });
    assert.deepEqual(violations, []);
    assert.ok(passed, stderr);
    const worse = await previewThere((provider) => {
      deployment("registry", 1, pod("registry", "registry:3.1.2", { automountServiceAccountToken: undefined }), provider);
    });
    assert.ok(!worse.passed);
    const expected = [
      "image-digest: registry",
      "network-policy: registry",
      "registry-nodes: ha-registry-prod",
      "service-account-token: registry",
    ];
    assert.deepEqual(worse.violations, expected);
  } finally {
    await cluster.stop();
  }
});
