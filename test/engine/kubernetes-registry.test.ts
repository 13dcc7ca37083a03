import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { Provider } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Stack } from "@pulumi/pulumi/automation";
import { resolveKubernetesTopology, RouteKind, ServiceType } from "ha-registry-core";
import { Monitoring, Registry } from "ha-registry-kubernetes";
import type { RegistryArgs } from "ha-registry-kubernetes";
import { ExitCode } from "ha-registry/dist/cli/exit";
import { parseDocument } from "yaml";
import { CommandLine } from "./support/command-line";
import { ControlPlane } from "./support/kubernetes";
import type { KubernetesObject } from "./support/kubernetes";
import { createLocalStack } from "./support/local-stack";
import { freshName } from "./support/names";
import { opened } from "./support/plain-secrets";
import { farOff, until } from "./support/waiting";
import { withoutWaiting } from "./support/without-waiting";

// The components through the real provider at a real API server, which admits, refuses and defaults as a cluster's does. Not shown: pods that run, since there are
// no hosts; so nothing waits for them.

/** Registries which between them have every kind of object. */
const registries: Record<string, RegistryArgs> = {
  direct: {
    hostname: "registry.corp.example",
    labels: { team: "platform" },
    dataProtection: false,
    objectStore: { volume: { storageClass: "cephfs", sizeGiB: 10 } },
    nodes: { autoscaling: { maximum: 4 } },
    loadBalancer: { service: { type: ServiceType.NodePort } },
    scheduling: { tolerations: [{ key: "registry", effect: "NoSchedule" }], nodeSelector: { "kubernetes.io/os": "linux" } },
    networkPolicies: { metricsNamespaces: ["monitoring"] },
    garbageCollection: { startsAt: farOff, deleteUntagged: true },
    backup: {
      targets: {
        far: { s3: { bucket: "copies" }, startsAt: farOff, everyMinutes: 1440 },
        shelf: { existingClaim: "shelf", startsAt: farOff, everyMinutes: 1440 },
      },
    },
    monitoring: { prometheusOperator: { labels: { release: "prometheus" } }, dashboards: { namespaces: ["direct", "default"] } },
  },
  routed: {
    hostname: "images.corp.example",
    objectStore: { s3: { bucket: "images", endpoint: "https://s3.corp.example" } },
    redis: { enabled: false },
    loadBalancer: { gateway: { name: "outside", kind: RouteKind.TLSRoute } },
    certificates: { certManager: { issuer: "corporate" } },
    secrets: { s3AccessKey: "access", s3SecretKey: "secret" },
  },
  clear: {
    hostname: "clear.corp.example",
    objectStore: { s3: { bucket: "images", endpoint: "https://s3.corp.example" } },
    redis: { sentinel: {} },
    loadBalancer: { gateway: { name: "outside", namespace: "gateways" } },
  },
  classed: {
    hostname: "classed.corp.example",
    objectStore: { garage: { capacityGiB: 10, storageClass: "local" } },
    dataProtection: false,
    redis: { enabled: false },
    loadBalancer: { ingress: { className: "traefik", proxyAddressRanges: ["10.42.0.0/16"] } },
    networkPolicies: { metricsNamespaces: ["monitoring"] },
    monitoring: {},
  },
};

let cluster: ControlPlane;
let stack: Stack;
let directory: string;

before(async () => {
  cluster = await ControlPlane.start();
  await cluster.installDefinitions("cert-manager");
  await cluster.installDefinitions("gateway-api");
  directory = await mkdtemp(path.join(tmpdir(), "kubernetes-registry-"));
  stack = await createLocalStack("kubernetes-registry", { directory, optional: ["kubernetes"] });
});

after(async () => {
  await cluster?.stop();
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
});

/** The program, in which nothing is waited for; `settings` are those of the first registry. */
const program =
  (settings: RegistryArgs["settings"] = {}) =>
  async (): Promise<void> => {
    const provider = new Provider("cluster", { kubeconfig: pulumi.secret(cluster.kubeconfig) });
    for (const [name, args] of Object.entries(registries))
      new Registry(name, { ...args, settings: name === "direct" ? settings : {} }, { providers: [provider], transforms: [withoutWaiting] });
  };

/** An object as it was asked for. */
interface StrictObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

/** Path of the list that an object belongs to. */
async function listOf({ apiVersion, kind, metadata }: StrictObject): Promise<string> {
  const base = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
  const { name } = (await cluster.kinds(base)).find((each) => each.kind === kind) ?? assert.fail(`${base} has no ${kind}`);
  return `${base}${metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`}/${name}`;
}

/** A Deployment, as far as it is read here. */
interface Deployment extends KubernetesObject {
  spec: { replicas: number; template: { spec: { volumes: { projected?: { sources: { secret?: { name: string } }[] } }[] } } };
}

async function deployment(namespace: string, name: string): Promise<Deployment> {
  const found = await cluster.find<Deployment>(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`);
  return found ?? assert.fail(`there is no Deployment ${name}`);
}

/** Name of the Secret with the configuration of the nodes. */
async function configuration(): Promise<string> {
  const { spec } = await deployment("direct", "direct-nodes");
  const sources = spec.template.spec.volumes.flatMap(({ projected }) => projected?.sources ?? []);
  return sources.find(({ secret }) => secret !== undefined)?.secret?.name ?? assert.fail("nodes mount no secret");
}

const secretAt = (name: string): Promise<KubernetesObject | undefined> => cluster.find(`/api/v1/namespaces/direct/secrets/${name}`);

describe("registries at an API server", () => {
  test("are told of custom resources that were asked for and are not installed", async () => {
    const monitored = async (): Promise<void> => {
      const provider = new Provider("cluster", { kubeconfig: pulumi.secret(cluster.kubeconfig) });
      const topology = resolveKubernetesTopology("direct", { ...registries["direct"], existingNamespace: "default" });
      new Monitoring("early", { topology, namespaceName: "default" }, { providers: [provider] });
    };
    await assert.rejects(stack.up({ program: monitored, color: "never" }), /monitoring\.coreos\.com.*does not exist|no matches for kind/s);
    await stack.destroy({ color: "never" });
    await cluster.installDefinitions("prometheus-operator");
  });

  test("come up, and their pods are admitted where restricted ones alone are", async () => {
    const { summary } = await stack.up({ program: program(), color: "never" });
    assert.deepEqual(Object.keys(summary.resourceChanges ?? {}), ["create"]);
    for (const [namespace, count] of [
      ["direct", 5], // two nodes, two balancers, Redis
      ["routed", 4],
      ["clear", 7], // and three of Redis
      ["classed", 7], // and three of Garage
    ] as const)
      await until(`${namespace} has ${count} pods`, 300, async () => {
        return (await cluster.list(`/api/v1/namespaces/${namespace}/pods`)).length === count;
      });
  });

  test("have no field that the API server does not know: it is asked once more, strictly", async () => {
    const { resources } = (await stack.exportStack()).deployment as { resources: { type: string; inputs?: unknown }[] };
    const objects = resources.filter(({ type }) => type.startsWith("kubernetes:")).map(({ inputs }) => opened(inputs) as StrictObject);
    assert.ok(objects.length > 100, `${objects.length} objects`);
    for (const object of objects) {
      const { status, text } = await cluster.post(`${await listOf(object)}?dryRun=All&fieldValidation=Strict`, object);
      assert.equal(status, 409, `${object.kind} ${object.metadata.name}: ${text}`); // it is there already; a field too much is told before
    }
    const [some] = objects;
    assert.ok(some);
    const wrong = { ...some, metadata: { ...some.metadata, lables: {} } };
    assert.equal((await cluster.post(`${await listOf(some)}?dryRun=All&fieldValidation=Strict`, wrong)).status, 400);
  });

  test("ask other projects' controllers for what they want of them", async () => {
    for (const object of [
      "/apis/gateway.networking.k8s.io/v1/namespaces/routed/tlsroutes/routed",
      "/apis/gateway.networking.k8s.io/v1/namespaces/clear/httproutes/clear",
      "/apis/cert-manager.io/v1/namespaces/routed/certificates/routed-certificate",
      "/apis/networking.k8s.io/v1/namespaces/classed/ingresses/classed",
      "/apis/autoscaling/v2/namespaces/direct/horizontalpodautoscalers/direct-nodes",
      "/apis/monitoring.coreos.com/v1/namespaces/direct/podmonitors/direct-registry",
      "/apis/monitoring.coreos.com/v1/namespaces/direct/podmonitors/direct-haproxy",
      "/apis/monitoring.coreos.com/v1/namespaces/direct/prometheusrules/direct-alerts",
      "/api/v1/namespaces/default/configmaps/direct-ha-registry-overview",
    ])
      assert.ok((await cluster.find(object)) !== undefined, `there is no ${object}`);
  });

  test("run what their CronJobs run when somebody asks for it, where restricted pods alone are admitted", async () => {
    const names = ["direct-collection", "direct-backup-far", "direct-backup-shelf", "direct-restore-far"];
    for (const name of names) {
      await cluster.startJob("direct", name, name);
      await until(`the pod of ${name} is admitted`, 120, async () => {
        const pods = await cluster.list(`/api/v1/namespaces/direct/pods?labelSelector=job-name%3D${name}`);
        return pods.length === 1;
      });
    }
  });

  test("have nothing to do a second time", async () => {
    const { changeSummary } = await stack.preview({ program: program(), color: "never", diff: true });
    assert.deepEqual(Object.keys(changeSummary), ["same"]);
  });

  test("find nothing changed by anybody else", async () => {
    const { summary } = await stack.refresh({ color: "never" });
    assert.deepEqual(Object.keys(summary.resourceChanges ?? {}), ["same"]);
  });

  test("have nodes rolled by a change of the configuration, and nothing else, and leave no old one", async () => {
    const before = await configuration();
    const balancers = await deployment("direct", "direct-balancer");
    await stack.up({ program: program({ readOnly: true }), color: "never" });
    const changed = await configuration();
    assert.notEqual(changed, before);
    assert.ok((await secretAt(changed)) !== undefined);
    assert.equal(await secretAt(before), undefined);
    assert.deepEqual((await deployment("direct", "direct-balancer")).spec, balancers.spec);
  });

  test("leave nothing behind when they are destroyed", async () => {
    await stack.destroy({ color: "never" });
    for (const namespace of Object.keys(registries)) assert.equal(await cluster.find(`/api/v1/namespaces/${namespace}`), undefined);
    const { resources = [] } = (await stack.exportStack()).deployment as { resources?: unknown[] };
    assert.deepEqual(resources, []);
  });
});

describe("an environment on Kubernetes, by the command line", () => {
  const commandLine = new CommandLine(freshName("k"));
  const { name, configFile, environment } = commandLine;
  before(() => {
    const kubeconfig = path.join(directory, "kubeconfig");
    writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
    environment["KUBECONFIG"] = kubeconfig;
    const example = readFileSync(path.join(path.dirname(configFile), "prod-kubernetes.example.yaml"), "utf8");
    const file = parseDocument(example);
    file.deleteIn(["config", "kubernetes:context"]);
    file.setIn(["config", "ha-registry:backend"], `file://${commandLine.backend}`);
    writeFileSync(configFile, file.toString());
  });
  after(() => commandLine.end());

  test("is looked at in the cluster, and what it would make is told", async () => {
    const { stdout } = await commandLine.run(ExitCode.Success, "preview", name);
    for (const object of [`deployment ${name}-nodes`, `deployment ${name}-balancer`, `horizontal pod autoscaler ${name}-nodes`])
      assert.ok(stdout.includes(`+ create ${object}`), stdout);
    assert.equal(await cluster.find(`/api/v1/namespaces/${name}`), undefined);
  });

  test("is judged by the policies for Kubernetes", async () => {
    const { stdout } = await commandLine.run(ExitCode.Success, "compliance", name, "--json");
    const { substrate, policies } = JSON.parse(stdout) as { substrate: string; policies: { name: string; verdict: string }[] };
    assert.equal(substrate, "kubernetes");
    assert.deepEqual(
      policies.filter(({ verdict }) => verdict === "fail"),
      [],
    );
    assert.ok(policies.filter(({ verdict }) => verdict === "pass").length > 20);
  });

  test("has nothing for commands that look after containers, which say so", async () => {
    for (const command of [["gc"], ["status"], ["up", "--lost-host", "south"]]) {
      const { stderr } = await commandLine.run(ExitCode.WrongUse, ...command, name);
      assert.match(stderr, /is for registries on Docker hosts/);
    }
  });

  test("is refused with the fields that are wrong before the cluster is asked", async () => {
    commandLine.configure({ hosts: {}, objectStore: { volume: { accessMode: "ReadWriteOnce" } } });
    const { stderr } = await commandLine.run(ExitCode.WrongUse, "preview", name);
    assert.match(stderr, /registry\.hosts: is no field of registry/);
  });
});
