import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { Provider } from "@pulumi/kubernetes";
import { Deployment, type DeploymentArgs } from "@pulumi/kubernetes/apps/v1";
import { ConfigMap, Namespace } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { Stack } from "@pulumi/pulumi/automation";
import { ControlPlane, type KubernetesObject } from "./support/kubernetes";
import { createLocalStack } from "./support/local-stack";
import { until } from "./support/waiting";

/** What the program below is told. */
interface Wanted {
  greeting: string;
  replicas: number;
}

interface Namespaced {
  namespace: string;
}

const namespace = "registry";
const resources = ["namespace", "configuration", "deployment", "provider", "stack"].length;
const restricted = { "pod-security.kubernetes.io/enforce": "restricted" };
const labels = { app: "registry" };
const securityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
};
const container = { name: "registry", image: "registry:3.1.2", securityContext };

let cluster: ControlPlane;

before(async () => {
  cluster = await ControlPlane.start();
});

after(() => cluster?.stop());

/** Pods of the Deployment stay unscheduled, since there is no node: that one runs is not shown here, and is not waited for. */
describe("a program on the kubernetes provider", () => {
  let stack: Stack;
  let directory: string;

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), "kubernetes-"));
    stack = await createLocalStack("kubernetes", { directory, optional: ["kubernetes"] });
  });

  after(async () => {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  });

  /** The program; what it makes is named as it is called, so that tests find it. */
  const program =
    ({ greeting, replicas }: Wanted) =>
    async (): Promise<Namespaced> => {
      const provider = new Provider("cluster", { kubeconfig: pulumi.secret(cluster.kubeconfig) });
      const options = { provider };
      const space = new Namespace(namespace, { metadata: { name: namespace, labels: restricted } }, options);
      const inSpace = { ...options, dependsOn: [space] };
      new ConfigMap("greeting", { metadata: { name: "greeting", namespace }, data: { greeting } }, inSpace);
      const spec = {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      };
      const annotations = { "pulumi.com/skipAwait": "true" };
      const deployment: DeploymentArgs = { metadata: { name: "registry", namespace, annotations }, spec };
      new Deployment("registry", deployment, inSpace);
      return { namespace };
    };

  const first: Wanted = { greeting: "hello", replicas: 2 };
  const second: Wanted = { greeting: "hello again", replicas: 3 };

  test("comes up, and the pods that controllers make of it are admitted where restricted ones alone are", async () => {
    const { summary } = await stack.up({ program: program(first), color: "never" });
    assert.deepEqual(summary.resourceChanges, { create: resources });

    const found = await cluster.find(`/api/v1/namespaces/${namespace}`);
    assert.equal(found?.metadata.labels?.["pod-security.kubernetes.io/enforce"], "restricted");
    assert.deepEqual((await greetings()).greeting, first.greeting);
    await podsAre(first.replicas);
  });

  test("has nothing to do a second time", async () => {
    const { changeSummary } = await stack.preview({ program: program(first), color: "never" });
    assert.deepEqual(changeSummary, { same: resources });
  });

  test("finds nothing changed by anybody else", async () => {
    const { summary } = await stack.refresh({ color: "never" });
    assert.deepEqual(summary.resourceChanges, { same: resources });
  });

  test("changes what its arguments change", async () => {
    await stack.up({ program: program(second), color: "never" });
    assert.deepEqual((await greetings()).greeting, second.greeting);
    await podsAre(second.replicas);
  });

  test("is refused with a value that Kubernetes does not take, and nothing changes", async () => {
    await assert.rejects(stack.up({ program: program({ ...second, replicas: -1 }), color: "never" }), /must be greater than or equal to 0/);
    await podsAre(second.replicas);
  });

  /** The provider itself asks for warnings only: a component's objects have to be sent like this to find a field that nobody knows. */
  test("has a field that Kubernetes does not know refused where validation is strict", async () => {
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments?dryRun=All&fieldValidation=Strict`;
    const template = { metadata: { labels }, spec: { containers: [container] } };
    const right = { metadata: { name: "other" }, spec: { selector: { matchLabels: labels }, template } };
    const { status, text } = await cluster.post(path, { ...right, spec: { ...right.spec, replicaCount: 1 } });
    assert.equal(status, 400);
    assert.match(text, /unknown field \\"spec\.replicaCount\\"/);
    assert.equal((await cluster.post(path, right)).status, 201);
  });

  test("keeps what is needed to reach the cluster encrypted", async () => {
    const entries = await readdir(path.join(directory, ".pulumi"), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
    assert.ok(
      texts.some((text) => text.includes("kubernetes:core/v1:Namespace")),
      "no state was read",
    );
    assert.ok(!texts.some((text) => text.includes(cluster.token)), "the token is in the state");
  });

  test("leaves nothing behind when it is destroyed", async () => {
    await stack.destroy({ color: "never" });
    assert.equal(await cluster.find(`/api/v1/namespaces/${namespace}`), undefined);
    const { resources: left = [] } = (await stack.exportStack()).deployment as { resources?: unknown[] };
    assert.deepEqual(left, []);
  });

  async function greetings(): Promise<Record<string, string>> {
    const found = await cluster.find<KubernetesObject & { data: Record<string, string> }>(
      `/api/v1/namespaces/${namespace}/configmaps/greeting`,
    );
    assert.ok(found, "there is no ConfigMap");
    return found.data;
  }

  async function podsAre(count: number): Promise<void> {
    await until(`there are ${count} pods`, 300, async () => (await cluster.list(`/api/v1/namespaces/${namespace}/pods`)).length === count);
  }
});

test("a pod that may do more than restricted ones is refused by a namespace's labels alone", async () => {
  const name = "restricted";
  const made = await cluster.post("/api/v1/namespaces", { metadata: { name, labels: restricted } });
  assert.equal(made.status, 201);
  await until("the namespace has its service account", 300, async () => {
    return (await cluster.find(`/api/v1/namespaces/${name}/serviceaccounts/default`)) !== undefined;
  });
  const { status, text } = await cluster.post(`/api/v1/namespaces/${name}/pods`, {
    metadata: { name: "loose" },
    spec: { containers: [{ ...container, securityContext: {} }] },
  });
  assert.equal(status, 403);
  assert.match(text, /violates PodSecurity \\"restricted:/);
});

for (const { project, apiVersion, kind, plural, spec } of [
  {
    project: "cert-manager",
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    plural: "certificates",
    spec: { secretName: "registry", issuerRef: { name: "corporate" }, dnsNames: ["registry.example.com"] },
  },
  {
    project: "gateway-api",
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    plural: "httproutes",
    spec: { parentRefs: [{ name: "public" }], rules: [{ backendRefs: [{ name: "registry", port: 443 }] }] },
  },
  {
    project: "prometheus-operator",
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    plural: "servicemonitors",
    spec: { selector: { matchLabels: labels }, endpoints: [{ port: "metrics" }] },
  },
] as const) {
  test(`the custom resources of ${project} can be installed, and are checked`, async () => {
    await cluster.installDefinitions(project);
    const objects = `/apis/${apiVersion}/namespaces/default/${plural}?fieldValidation=Strict`;
    const object = { apiVersion, kind, metadata: { name: "registry" }, spec };
    const mistaken = await cluster.post(objects, { ...object, spec: { ...spec, nonsense: true } });
    assert.equal(mistaken.status, 400);
    assert.match(mistaken.text, /unknown field \\"spec\.nonsense\\"/);
    const right = await cluster.post(objects, object);
    assert.equal(right.status, 201, right.text);
  });
}
