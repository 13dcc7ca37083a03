import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { ClientLoad, describeOperations, pullPushes, type ClientOperation } from "../engine/support/client-load";
import { prepareClients, type Clients } from "../engine/support/clients";
import type { RegistryStack } from "../engine/support/stack";
import { until } from "../engine/support/waiting";
import { Cluster } from "./support/cluster";
import { imagesOfProduction, startProduction, untilWhole } from "./support/production";

/** Operations to do, pushes and pulls: some 20 minutes on two cores. `HA_REGISTRY_OPERATIONS` asks for another number, as 100000. */
const COUNT = Number(process.env["HA_REGISTRY_OPERATIONS"] ?? 10_000);

/** Small, so that an operation is hardly more than its requests, and many of them can be done. */
const LAYER_BYTES = 16 * 1024;

/** Nine of ten operations read, as in a registry that is used. */
const PULLS_PER_PUSH = 9;

/** Instances of regctl at a time, beside one docker, which is slower by far. */
const REGCTLS = 16;

/** Parts that die in turn. */
const PARTS = [
  "node-1",
  "redis-1",
  "garage-2",
  "sentinel-3",
  "node-2",
  "middle-haproxy-1",
  "redis-2",
  "garage-1",
  "node-3",
  "south-haproxy-2",
];

/** How long an operation may take to succeed, all attempts together. */
const OPERATION_SECONDS = 240;

/**
 * Parts whose death may cost an operation that is under way on them. An HAProxy takes its connections with it, and docker asks for a manifest only once. A
 * Garage node that dies while it begins a multipart upload leaves half of one: the registry's S3 driver finds it again and again and answers 500
 * for that one upload; docker begins a new one, and regctl does not.
 */
const COSTLY = /haproxy|garage/;

/** How long after a death the first request can be one that it met, milliseconds: until balancers have noticed. */
const UNNOTICED_MILLISECONDS = 3000;

/** What was killed, and when, milliseconds since 1970. */
interface Death {
  part: string;
  at: number;
}

/** Whether an operation was under way when a part died whose death may cost it. */
function metBy({ startedAt, endedAt }: ClientOperation, { part, at }: Death): boolean {
  return COSTLY.test(part) && startedAt <= at + UNNOTICED_MILLISECONDS && endedAt >= at;
}

/** The environment `prod-docker` on three machines in this machine, of which part after part is killed. */
describe("docker and regctl lose nothing while part after part dies", () => {
  let cluster: Cluster | undefined;
  let registry: RegistryStack | undefined;
  let clients: Clients | undefined;
  let load: ClientLoad | undefined;
  let directory = "";
  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "operations-"));
    cluster = await Cluster.start(await imagesOfProduction());
    registry = await startProduction(cluster);
    registry.logs.stop(); // who reads along a log takes time from what writes it
    clients = await prepareClients(directory, await registry.outputs());
    for (const client of [clients.docker, clients.regctl]) await client.login();
  });
  after(async () => {
    await load?.stop();
    await clients?.remove();
    try {
      await registry?.removeByForce();
    } finally {
      await cluster?.end();
    }
    await rm(directory, { recursive: true, force: true });
  });

  it("only what is under way on an HAProxy or a Garage node that dies may fail", async (context) => {
    assert.ok(clients);
    const { docker, regctl } = clients;
    load = new ClientLoad([docker, ...Array.from({ length: REGCTLS }, () => regctl)], directory, {
      layerBytes: LAYER_BYTES,
      pullsPerPush: PULLS_PER_PUSH,
    });
    const begun = Date.now();
    const deaths: Death[] = [];
    while (load.operations.length < COUNT) {
      deaths.push(await kill(PARTS[deaths.length % PARTS.length] ?? ""));
      await everyClientSucceedsSince(load, Date.now());
    }
    const operations = await load.stop();
    const seconds = Math.round((Date.now() - begun) / 1000);
    const longest = Math.max(...operations.map(({ startedAt, endedAt }) => endedAt - startedAt));
    const counts = JSON.stringify(load.succeededSince(0));
    context.diagnostic(
      `${operations.length} operations (${counts}) and ${deaths.length} deaths in ${seconds} s; the longest took ${longest} ms`,
    );
    const failed = operations.filter(({ error }) => error !== undefined);
    const causes = failed.map((operation) => deaths.find((death) => metBy(operation, death))?.part);
    context.diagnostic(`${failed.length} were cut off, by the deaths of ${[...new Set(causes)].join(", ")}`);
    assert.equal(describeOperations(failed.filter((_, index) => causes[index] === undefined)), "");
    await untilWhole(up());
  });

  it("and every acknowledged push can be pulled", async (context) => {
    const pushes = await pullPushes(await up().client(), load?.operations ?? []);
    assert.ok(pushes > 0);
    context.diagnostic(`${pushes} pushes`);
  });

  async function kill(part: string): Promise<Death> {
    const name = up().container(part);
    return { part, at: await (await up().engineOf(name)).crash(name, OPERATION_SECONDS) };
  }

  async function everyClientSucceedsSince(running: ClientLoad, time: number): Promise<void> {
    await until("every client succeeds", OPERATION_SECONDS, async () =>
      Object.values(running.succeededSince(time)).every((done) => done > 0),
    );
  }

  function up(): RegistryStack {
    assert.ok(registry, "the registry is not up yet");
    return registry;
  }
});
