import assert from "node:assert/strict";
import { chmod, chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Provider } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Stack } from "@pulumi/pulumi/automation";
import { ImageName, ServiceType, users } from "ha-registry-core";
import { Registry } from "ha-registry-kubernetes";
import type { RegistryArgs } from "ha-registry-kubernetes";
import { ensureImages } from "ha-registry-tools";
import { KubernetesNode, type Pod } from "./support/kubernetes-node";
import { assertNothingFails, begunAfter, describeFailures, Load, untilAllSucceed } from "./support/load";
import { createLocalStack } from "./support/local-stack";
import { describePod, evict, isReady, partOf } from "./support/pods";
import { until } from "./support/waiting";

// Garage and Redis with sentinels on a cluster whose pods run. Not shown: several hosts, storage classes that make volumes, claims that grow.

const name = "stores";

/** Bounds the load should a step hang; far more than all steps take. */
const LOAD_SECONDS = 1700;

/** Bound of what Kubernetes does by itself. A node of Garage that is lost with its address is ready again when the others have noticed. */
const RECOVERY_SECONDS = 400;

const port = 31443;
const storageClass = "by-hand";

let cluster: KubernetesNode;
let stack: Stack;
let directory: string;
let load: Load | undefined;
let drainSeconds = 60;

describe("a registry with stores of its own, whose pods run", () => {
  before(async () => {
    const names = [ImageName.Registry, ImageName.Haproxy, ImageName.Redis, ImageName.Garage];
    const images = await ensureImages({ names, report: () => undefined });
    cluster = await KubernetesNode.start(images.map(({ reference }) => reference));
    directory = await mkdtemp(path.join(os.tmpdir(), "kubernetes-stores-"));
    await makeVolumes();
    stack = await createLocalStack(name, { directory, optional: ["kubernetes"] });
  });
  after(async () => {
    await load?.end();
    await cluster?.stop();
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  });

  it("comes up: a cluster of Garage forms, and Redis has a primary", async (context) => {
    const began = Date.now();
    await up();
    context.diagnostic(`seconds: ${Math.round((Date.now() - began) / 1000)}`);
    const pods = await cluster.pods(name);
    assert.deepEqual(pods.map(partOf).sort(), [
      "balancer",
      "balancer",
      "node",
      "node",
      ...Array<string>(3).fill("object-store"),
      ...Array<string>(3).fill("redis"),
    ]);
    assert.deepEqual(pods.filter((pod) => !isReady(pod)).map(describePod), []);
  });

  it("takes pushes and gives pulls", async () => {
    const { endpoint, caCertificatePem, credentials } = await stack.outputs();
    const client = {
      endpoint: endpoint?.value as string,
      caPem: caCertificatePem?.value as string,
      ...(credentials?.value as { username: string; password: string }),
    };
    const workers = (["push", "pull"] as const).flatMap((role) => [
      { role, size: "small" as const, count: 1 },
      { role, size: "medium" as const, count: 1 },
    ]);
    load = await Load.start({ client, workers, maxSeconds: LOAD_SECONDS, pauseMilliseconds: 200 });
    await nothingFails(() => Promise.resolve());
  });

  for (const index of [0, 1, 2])
    it(`pod ${index} of Redis is lost, be it the primary or not, and nobody notices`, async () => {
      const pod = await podOf("redis", index);
      await nothingFails(async () => {
        await cluster.remove(pod);
        await allReady();
      });
    });

  it("a pod of Garage is evicted, and comes back at another address, with not one request failing", async () => {
    const [first, second] = [await podOf("object-store", 0), await podOf("object-store", 1)];
    await nothingFails(async () => {
      assert.deepEqual([await evict(cluster.plane, first), await evict(cluster.plane, second)], [201, 429]);
      await replaced(first);
      await allReady();
    });
    const back = await podOf("object-store", 0);
    assert.notEqual(back.metadata.uid, first.metadata.uid);
  });

  it("a changed configuration replaces all of Garage, one pod at a time, with not one request failing", async () => {
    const before = await cluster.pods(name, "object-store");
    drainSeconds = 61;
    await nothingFails(async () => {
      await up();
      // What of the StatefulSet is still to be replaced then, its controller replaces.
      for (const pod of before) await replaced(pod);
      await allReady();
    });
  });

  it("a pod of Garage is lost without notice; what was not in flight succeeds, and it is ready when the others reach it", async () => {
    const pod = await podOf("object-store", 2);
    const failedBefore = (await running().peek()).failures.length;
    await cluster.remove(pod);
    const lost = Date.now();
    await allReady();
    await untilAllSucceed(running(), await running().peek());
    const failures = (await running().peek()).failures.slice(failedBefore);
    const late = begunAfter(failures, lost);
    assert.equal(late.length, 0, describeFailures({ failures: late, failed: late.length }));
  });

  it("has nothing to do a second time", async () => {
    const { changeSummary } = await stack.preview({ program, color: "never", diff: true });
    assert.deepEqual(Object.keys(changeSummary), ["same"]);
  });

  it("has every push that was acknowledged, and no tag was read as older than it was", async (context) => {
    const report = await running().stop();
    context.diagnostic(JSON.stringify({ succeeded: report.succeeded, failed: report.failed, longestMilliseconds: report.longest }));
    assert.deepEqual(report.staleReads, []);
    const { count, lost } = await running().verify();
    assert.ok(count > 0);
    assert.deepEqual(lost, []);
  });

  it("leaves nothing behind when it is destroyed", async () => {
    await stack.destroy({ color: "never" });
    assert.equal(await cluster.plane.find(`/api/v1/namespaces/${name}`), undefined);
  });
});

async function program(): Promise<Record<string, unknown>> {
  const provider = new Provider("cluster", { kubeconfig: pulumi.secret(cluster.plane.kubeconfig) });
  const args: RegistryArgs = {
    hostname: cluster.address,
    objectStore: { garage: { capacityGiB: 5, memoryMiB: 512, storageClass } },
    redis: { sentinel: {} },
    nodes: { drainSeconds },
    loadBalancer: { port, service: { type: ServiceType.NodePort, nodePort: port } },
    dataProtection: false,
  };
  const { endpoint, caCertificatePem, credentials } = new Registry(name, args, { providers: [provider] });
  return { endpoint, caCertificatePem, credentials };
}

async function up(): Promise<void> {
  try {
    await stack.up({ program, color: "never" });
  } catch (error) {
    const pods = (await cluster.pods(name)).map(describePod);
    throw new Error([String(error), ...pods, await cluster.logs()].join("\n"));
  }
}

/** A volume for each claim, in a directory of the test's, since no storage class makes any here. */
async function makeVolumes(): Promise<void> {
  const [node] = await cluster.plane.list("/api/v1/nodes");
  const host = node?.metadata.name ?? assert.fail("there is no node");
  for (let number = 1; number <= 6; number++) {
    const place = path.join(directory, `volume-${number}`);
    await mkdir(place);
    await chown(place, 0, users.garage);
    await chmod(place, 0o2775);
    const { status } = await cluster.plane.post("/api/v1/persistentvolumes", {
      metadata: { name: `volume-${number}` },
      spec: {
        storageClassName: storageClass,
        capacity: { storage: "10Gi" },
        accessModes: ["ReadWriteOnce"],
        local: { path: place },
        nodeAffinity: {
          required: { nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [host] }] }] },
        },
      },
    });
    assert.equal(status, 201);
  }
}

function running(): Load {
  assert.ok(load, "there is no load");
  return load;
}

/** Does something of which no request that begins afterwards or meanwhile may suffer. */
async function nothingFails(work: () => Promise<unknown>): Promise<void> {
  await assertNothingFails(running(), work);
}

async function replaced({ metadata }: Pod): Promise<void> {
  await until(`${metadata.name} is another one`, RECOVERY_SECONDS, async () => {
    const found = (await cluster.pods(name)).find((pod) => pod.metadata.name === metadata.name);
    return found !== undefined && found.metadata.uid !== metadata.uid;
  });
}

async function podOf(of: string, index: number): Promise<Pod> {
  const pod = (await cluster.pods(name, of)).find(({ metadata }) => metadata.name.endsWith(`-${index}`));
  return pod ?? assert.fail(`there is no pod ${index} of ${of}`);
}

async function allReady(): Promise<void> {
  await until("all pods are ready", RECOVERY_SECONDS, async () => {
    const pods = await cluster.pods(name);
    return pods.length === 10 && pods.every(isReady);
  });
}
