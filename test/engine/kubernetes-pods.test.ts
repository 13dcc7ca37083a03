import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Provider } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Stack } from "@pulumi/pulumi/automation";
import { ImageName, ServiceType } from "ha-registry-core";
import { Registry } from "ha-registry-kubernetes";
import type { RegistryArgs } from "ha-registry-kubernetes";
import { ensureImages } from "ha-registry-tools";
import { collectionIn, type Collection } from "ha-registry/dist/cli/gc";
import { ClientLoad, describeOperations, pullPushes, type ClientOperation } from "./support/client-load";
import { prepareClients, type Clients } from "./support/clients";
import type { ClientOptions } from "./support/http-client";
import { collectUnderLoad } from "./support/collection-load";
import { makeImageOf } from "./support/images";
import type { KubernetesObject } from "./support/kubernetes";
import { KubernetesNode, type Pod } from "./support/kubernetes-node";
import { assertNothingFails, begunAfter, describeFailures, Load, untilAllSucceed } from "./support/load";
import { createLocalStack } from "./support/local-stack";
import { describePod, evict, isReady, partOf, pathOf } from "./support/pods";
import { S3Server } from "./support/s3-server";
import { farOff, until } from "./support/waiting";

// The components on a cluster whose pods run. Not shown: several hosts, NetworkPolicies at work (the node's network enforces none), storage classes.

const name = "pods";

/** Bounds the load should a step hang; far more than all steps take. */
const LOAD_SECONDS = 1700;

/** Bound of what Kubernetes does by itself. */
const RECOVERY_SECONDS = 300;

/** Port of the node: any of Kubernetes' own range, since nobody else is in that network. It is the Service's, too, so that the endpoint is right. */
const port = 31443;

let cluster: KubernetesNode;
let store: S3Server;
let stack: Stack;
let directory: string;
let clients: Clients;
let load: Load;
let clientLoad: ClientLoad;
let client: ClientOptions;

describe("a registry whose pods run", () => {
  before(async () => {
    const names = [ImageName.Registry, ImageName.Haproxy, ImageName.Redis, ImageName.Rclone];
    const images = await ensureImages({ names, report: () => undefined });
    cluster = await KubernetesNode.start(images.map(({ reference }) => reference));
    store = await S3Server.start(cluster.outside);
    directory = await mkdtemp(path.join(os.tmpdir(), "kubernetes-pods-"));
    stack = await createLocalStack(name, { directory, optional: ["kubernetes"] });
  });
  after(async () => {
    await clientLoad?.stop();
    await load?.end();
    await clients?.remove();
    await store?.stop();
    await cluster?.stop();
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  });

  it("comes up, and up waits until its pods are ready", async () => {
    await up();
    const pods = await cluster.pods(name);
    assert.deepEqual(pods.map(partOf).sort(), ["balancer", "balancer", "node", "node", "redis"]);
    assert.deepEqual(pods.filter((pod) => !isReady(pod)).map(describePod), []);
  });

  it("serves clients through its Service", async () => {
    const { endpoint, authority, caCertificatePem, credentials } = await outputs();
    client = { endpoint, caPem: caCertificatePem, ...credentials };
    clients = await prepareClients(directory, { authority, caCertificatePem, credentials });
    await clients.regctl.login();
    const workers = (["push", "pull"] as const).flatMap((role) => [
      { role, size: "small" as const, count: 1 },
      { role, size: "medium" as const, count: 1 },
    ]);
    load = await Load.start({ client, workers, maxSeconds: LOAD_SECONDS, pauseMilliseconds: 200 });
    clientLoad = new ClientLoad([clients.regctl], directory);
    await clientSucceedsSince(Date.now());
    assert.equal(describeOperations(failedSince(0)), "");
    const report = await load.peek();
    assert.equal(report.failed, 0, describeFailures(report));
  });

  it("lets the cluster's own containerd pull", async () => {
    const { authority, credentials, clientConfig } = await outputs();
    await cluster.trust(clientConfig);
    await clients.docker.login();
    const image = await makeImageOf(path.join(directory, "waits"), Buffer.concat([await cluster.program(), Buffer.from(authority)]));
    await clients.docker.push(image, "cluster/waits:1");
    const auth = { [authority]: credentials };
    const data = { ".dockerconfigjson": Buffer.from(JSON.stringify({ auths: auth })).toString("base64") };
    const namespace = "/api/v1/namespaces/default";
    const login = { metadata: { name: "login" }, type: "kubernetes.io/dockerconfigjson", data };
    assert.equal((await cluster.plane.post(`${namespace}/secrets`, login)).status, 201);
    const container = { name: "waits", image: `${authority}/cluster/waits:1`, command: ["/data"] };
    const pod = { metadata: { name: "waits" }, spec: { imagePullSecrets: [{ name: "login" }], containers: [container] } };
    assert.equal((await cluster.plane.post(`${namespace}/pods`, pod)).status, 201);
    await until("the pod runs", RECOVERY_SECONDS, async () => {
      return (await cluster.plane.find<Pod>(`${namespace}/pods/waits`))?.status.phase === "Running";
    });
    await cluster.plane.remove(`${namespace}/pods/waits`);
  });

  it("a node that crashes is started again; requests fail only where they were in flight", async () => {
    const pod = await onePod("node");
    await loses(() => cluster.crash(pod));
    await startedAgain(pod);
  });

  it("an HAProxy that crashes is started again, and then nothing fails", async () => {
    const pod = await onePod("balancer");
    await cluster.crash(pod);
    await startedAgain(pod);
    // What was in flight has ended then.
    await untilAllSucceed(load, await load.peek());
    await clientSucceedsSince(Date.now());
    await nothingFails(() => Promise.resolve());
  });

  it("a node whose pod is deleted without notice is replaced; requests fail only where they were in flight", async () => {
    const pod = await onePod("node");
    await loses(() => cluster.remove(pod));
    await allReady();
  });

  it("Redis is lost, and nobody notices", async () => {
    const pod = await onePod("redis");
    await nothingFails(() => cluster.remove(pod));
    await allReady();
  });

  it("lets one node at a time be evicted, with not one request failing", async () => {
    const [first, second] = await cluster.pods(name, "node");
    assert.ok(first && second);
    await nothingFails(async () => {
      assert.deepEqual([await evict(cluster.plane, first), await evict(cluster.plane, second)], [201, 429]);
      await until("it is gone", RECOVERY_SECONDS, async () => (await cluster.plane.find(pathOf(first))) === undefined);
      await allReady();
    });
  });

  it("a changed configuration replaces nodes and balancers, with not one request failing", async () => {
    await rolls(["balancer", "node"], (args) => ({
      ...args,
      settings: { maxTags: 500 },
      loadBalancer: { ...args.loadBalancer, timeouts: { keepAliveSeconds: 20 } },
    }));
  });

  it("a changed certificate replaces balancers, with not one request failing", async () => {
    await rolls(["balancer"], (args) => ({ ...args, alternativeNames: ["registry.corp.example"] }));
  });

  it("has nothing to do a second time", async () => {
    const { changeSummary } = await stack.preview({ program, color: "never", diff: true });
    assert.deepEqual(Object.keys(changeSummary), ["same"]);
  });

  it("has every push that was acknowledged, and no tag was read as older than it was", async (context) => {
    const report = await load.stop();
    const operations = await clientLoad.stop();
    context.diagnostic(JSON.stringify({ succeeded: report.succeeded, failed: report.failed, clients: clientLoad.succeededSince(0) }));
    assert.deepEqual(report.staleReads, []);
    const { count, lost } = await load.verify();
    assert.ok(count > 0);
    assert.deepEqual(lost, []);
    assert.ok((await pullPushes(client, operations)) > 0);
  });

  it("collects garbage while clients push, pull and delete, in a Job made of its CronJob: nothing is lost, and no read fails", async (context) => {
    let number = 0;
    const collections = { run: () => collect(`collection-${++number}`) };
    const { counts, failures, removed, fences, lost } = await collectUnderLoad(collections, client, { cycles: 1, restMilliseconds: 0 });
    context.diagnostic(`${JSON.stringify(counts)}; ${removed} blobs removed; fences of ${fences.join()} s`);
    assert.deepEqual(failures, []);
    assert.deepEqual(lost, []);
    assert.ok(removed > 0 && counts.pulls > 0);
  });

  it("leaves nothing behind when it is destroyed", async () => {
    await stack.destroy({ color: "never" });
    assert.equal(await cluster.plane.find(`/api/v1/namespaces/${name}`), undefined);
    const { resources = [] } = (await stack.exportStack()).deployment as { resources?: unknown[] };
    assert.deepEqual(resources, []);
  });
});

/** Collects garbage at once, as whoever says `kubectl create job --from=cronjob/…`. */
async function collect(job: string): Promise<Collection> {
  const batch = `/apis/batch/v1/namespaces/${name}`;
  await cluster.plane.startJob(name, `${name}-collection`, job);
  await until(`${job} has ended`, RECOVERY_SECONDS, async () => {
    const { succeeded = 0, failed = 0 } = (await cluster.plane.find<Job>(`${batch}/jobs/${job}`))?.status ?? {};
    return succeeded + failed > 0;
  });
  const [pod] = (await cluster.pods(name)).filter(({ metadata: { labels } }) => labels?.["job-name"] === job);
  assert.ok(pod);
  const output = await cluster.output(pod, "garbage-collection");
  const collection = collectionIn(output) ?? assert.fail(output);
  assert.equal(collection.result, "done", output);
  return collection;
}

/** A Job, as far as it is read here. */
interface Job extends KubernetesObject {
  status?: { succeeded?: number; failed?: number };
}

let change: (args: RegistryArgs) => RegistryArgs = (args) => args;

async function program(): Promise<Record<string, unknown>> {
  const provider = new Provider("cluster", { kubeconfig: pulumi.secret(cluster.plane.kubeconfig) });
  const args: RegistryArgs = {
    hostname: cluster.address,
    objectStore: { s3: { bucket: store.bucket, endpoint: store.endpoint } },
    // Of a crash HAProxy may keep a connection whose client has given up, and goes without it only when its time is over.
    nodes: { drainSeconds: 60 },
    loadBalancer: { port, service: { type: ServiceType.NodePort, nodePort: port } },
    garbageCollection: { minimumAgeHours: 0, deleteUntagged: true, startsAt: farOff },
    trust: { s3CaPem: store.caPem },
    secrets: { s3AccessKey: store.accessKey, s3SecretKey: store.secretKey },
  };
  const { endpoint, authority, caCertificatePem, credentials, clientConfig } = new Registry(name, change(args), { providers: [provider] });
  return { endpoint, authority, caCertificatePem, credentials, clientConfig };
}

async function up(): Promise<void> {
  try {
    await stack.up({ program, color: "never" });
  } catch (error) {
    const pods = (await cluster.pods(name)).map(describePod);
    throw new Error([String(error), ...pods, await cluster.logs()].join("\n"));
  }
}

interface Outputs {
  endpoint: string;
  authority: string;
  caCertificatePem: string;
  credentials: { username: string; password: string };
  clientConfig: Record<string, string>;
}

async function outputs(): Promise<Outputs> {
  const { endpoint, authority, caCertificatePem, credentials, clientConfig } = await stack.outputs();
  return {
    endpoint: endpoint?.value as string,
    authority: authority?.value as string,
    caCertificatePem: caCertificatePem?.value as string,
    credentials: credentials?.value as Outputs["credentials"],
    clientConfig: clientConfig?.value as Outputs["clientConfig"],
  };
}

/** Does a change on top of those before: it has to replace exactly the pods of the parts named, and nothing may fail meanwhile. */
async function rolls(parts: string[], next: (args: RegistryArgs) => RegistryArgs): Promise<void> {
  const before = await cluster.pods(name);
  const previous = change;
  change = (args) => next(previous(args));
  await nothingFails(async () => {
    await up();
    await until("the pods of before are gone", RECOVERY_SECONDS, async () => (await cluster.pods(name)).length === before.length);
  });
  const uids = new Set((await cluster.pods(name)).map(({ metadata }) => metadata.uid));
  const replaced = before.filter(({ metadata }) => !uids.has(metadata.uid)).map(partOf);
  assert.deepEqual([...new Set(replaced)].sort(), parts);
  const expected = before.map(partOf).filter((each) => parts.includes(each)).length;
  assert.equal(replaced.length, expected, "each of their pods is replaced");
}

/**
 * Loses something: what regctl had begun before may fail, and so may raw requests, which nobody repeats, that were sent, or whose connection was made, before the
 * loss; nothing else. regctl tries again, but where blobs are in a bucket, the other nodes may refuse to go on with an upload whose node died in the middle of a part.
 */
async function loses(lose: () => Promise<unknown>): Promise<void> {
  const began = Date.now();
  const failedBefore = (await load.peek()).failures.length;
  await lose();
  const lost = Date.now();
  await clientSucceedsSince(lost);
  const lateOperations = failedSince(began).filter(({ startedAt }) => startedAt > lost);
  assert.equal(describeOperations(lateOperations), "");
  const failures = (await load.peek()).failures.slice(failedBefore);
  const late = begunAfter(failures, lost);
  assert.equal(late.length, 0, describeFailures({ failures: late, failed: late.length }));
}

/** Does something of which no client, and no raw request that begins afterwards or meanwhile, may suffer. */
async function nothingFails(work: () => Promise<unknown>): Promise<void> {
  const began = Date.now();
  await assertNothingFails(load, work);
  await clientSucceedsSince(Date.now());
  assert.equal(describeOperations(failedSince(began)), "");
}

/** Waits until regctl has pushed and pulled something that it began after `time`. */
async function clientSucceedsSince(time: number): Promise<void> {
  await until("regctl succeeds", RECOVERY_SECONDS, async () => (clientLoad.succeededSince(time)["regctl"] ?? 0) >= 2);
}

/** What regctl began at `time` or later, or had under way then, and could not do. */
function failedSince(time: number): ClientOperation[] {
  return clientLoad.operations.filter(({ endedAt, error }) => endedAt >= time && error !== undefined);
}

async function startedAgain(pod: Pod): Promise<void> {
  await until("it has been started again", RECOVERY_SECONDS, async () => {
    const found = await cluster.plane.find<Pod>(pathOf(pod));
    return found !== undefined && isReady(found) && (found.status.containerStatuses?.[0]?.restartCount ?? 0) > 0;
  });
}

async function onePod(what: string): Promise<Pod> {
  const [pod] = await cluster.pods(name, what);
  return pod ?? assert.fail(`there is no pod of ${what}`);
}

async function allReady(): Promise<void> {
  await until("all pods are ready", RECOVERY_SECONDS, async () => {
    const pods = await cluster.pods(name);
    return pods.length === 5 && pods.every(isReady);
  });
}
