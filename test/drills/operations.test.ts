import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { ClientLoad, describeOperations, pullPushes, type ClientOperation } from "../engine/support/client-load";
import { prepareClients, type Clients } from "../engine/support/clients";
import { Docker } from "../engine/support/docker";
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

/** Operations of regctl at a time, beside one docker, which is slower by far. */
const REGCTLS = 16;

/** What dies, in turn: a part, or all that a host runs. */
const DEATHS: readonly (string | { host: string })[] = [
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
  { host: "south" },
];

/** Operations between two deaths: of 3000, everything dies once. Faster, the machine does little but start containers. */
const OPERATIONS_PER_DEATH = 250;

/** How long an operation may take to succeed, all attempts together. */
const OPERATION_SECONDS = 240;

/**
 * Whose death may cost an operation that is under way on it. An HAProxy takes its connections with it, and docker asks for a manifest only once. A node or a
 * Garage node that dies when an upload is complete and not yet moved to its place leaves one that the registry's S3 driver cannot go on with;
 * docker begins a new one, and regctl does not.
 */
const COSTLY: Readonly<Record<string, readonly string[]>> = { docker: ["haproxy"], regctl: ["haproxy", "node-", "garage-"] };

/** How long after a death the first request can be one that it met, milliseconds: until balancers have noticed. */
const UNNOTICED_MILLISECONDS = 3000;

/** What was killed, and when, milliseconds since 1970. */
interface Death {
  part: string;
  at: number;
}

/** Whether an operation was under way when a part died whose death may cost it. */
function metBy({ client, startedAt, endedAt }: ClientOperation, { part, at }: Death): boolean {
  return (COSTLY[client] ?? []).some((costly) => part.includes(costly)) && startedAt <= at + UNNOTICED_MILLISECONDS && endedAt >= at;
}

/** The environment `prod-docker` on three machines in this machine, of which part after part is killed, and then everything of a host at once. */
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
    await clients.docker.login();
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

  it(`${COUNT} operations: only what is under way on an HAProxy, a node or a Garage node that dies may fail`, async (context) => {
    assert.ok(clients);
    const { docker, regclient } = clients;
    load = new ClientLoad([docker, ...Array.from({ length: REGCTLS }, () => regclient)], directory, {
      layerBytes: LAYER_BYTES,
      pullsPerPush: PULLS_PER_PUSH,
    });
    const begun = Date.now();
    const deaths: Death[] = [];
    while (load.operations.length < COUNT) {
      deaths.push(await kill(DEATHS[deaths.length % DEATHS.length] ?? ""));
      await everyClientSucceedsSince(load, Date.now());
      await operationsDone(load, Math.min(deaths.length * OPERATIONS_PER_DEATH, COUNT));
    }
    const operations = await load.stop();
    const seconds = Math.round((Date.now() - begun) / 1000);
    const longest = Math.max(...operations.map(({ startedAt, endedAt }) => endedAt - startedAt));
    const counts = JSON.stringify(load.succeededSince(0));
    context.diagnostic(
      `${operations.length} operations (${counts}) and ${deaths.length} deaths in ${seconds} s; the longest took ${longest} ms`,
    );
    const failed = operations.filter(({ error }) => error !== undefined);
    const cutOff = failed.filter((operation) => deaths.some((death) => metBy(operation, death)));
    context.diagnostic(`${cutOff.length} of ${failed.length} failed ones were under way on what died`);
    assert.equal(describeOperations(failed.filter((operation) => !cutOff.includes(operation))), "");
    await untilWhole(up());
  });

  it("and every acknowledged push can be pulled", async (context) => {
    const pushes = await pullPushes(await up().client(), load?.operations ?? []);
    assert.ok(pushes > 0);
    context.diagnostic(`${pushes} pushes`);
  });

  async function kill(target: string | { host: string }): Promise<Death> {
    if (typeof target === "object") return { part: `haproxy and all else of ${target.host}`, at: await killAllOf(target.host) };
    const name = up().container(target);
    return { part: target, at: await (await up().engineOf(name)).crash(name, OPERATION_SECONDS) };
  }

  /**
   * Kills everything that the registry runs on a host at once. Docker starts an HAProxy again only if the container whose network it joins is there
   * already, which is a matter of luck: what it did not start, the next `up` does.
   */
  async function killAllOf(host: string): Promise<number> {
    const engine = new Docker(cluster?.machine(host).dockerHost);
    const pids = await Promise.all((await engine.runningNames(up().name)).map((name) => engine.hostPid(name)));
    for (const pid of pids) process.kill(pid, "SIGKILL");
    const killed = Date.now();
    await until(`${host} runs again but for its balancers`, OPERATION_SECONDS, async () =>
      (await engine.broken(up().name)).every((line) => /-(haproxy-\d|keepalived) /.test(line)),
    );
    await up().up();
    await untilWhole(up());
    return killed;
  }

  async function everyClientSucceedsSince(running: ClientLoad, time: number): Promise<void> {
    await until("every client succeeds", OPERATION_SECONDS, async () =>
      Object.values(running.succeededSince(time)).every((done) => done > 0),
    );
  }

  async function operationsDone(running: ClientLoad, number: number): Promise<void> {
    await until(`${number} operations are done`, OPERATION_SECONDS, async () => running.operations.length >= number);
  }

  function up(): RegistryStack {
    assert.ok(registry, "the registry is not up yet");
    return registry;
  }
});
