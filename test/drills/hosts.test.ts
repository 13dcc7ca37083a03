import assert from "node:assert/strict";
import { mkdtemp, open, rm, statfs } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, it, type TestContext } from "node:test";
import { ClientLoad } from "../engine/support/client-load";
import { prepareClients, type Clients } from "../engine/support/clients";
import type { RegistryStack } from "../engine/support/stack";
import { until } from "../engine/support/waiting";
import { Cluster } from "./support/cluster";
import { assertNothingLost, assertOnlyInFlight, HostLoad, type Aftermath } from "./support/host-load";
import { imagesOfProduction, startProduction, untilWhole } from "./support/production";

/** How long the whole drill may take. */
const LOAD_SECONDS = 3000;

/**
 * The environment `prod-docker` on three machines in this machine, each with a Docker Engine, a network namespace and a disk of its own.
 * What this cannot show is what the kernel had not yet written to a disk.
 */
describe("three hosts under load", () => {
  let cluster: Cluster;
  let registry: RegistryStack | undefined;
  let clients: Clients | undefined;
  let load: HostLoad | undefined;
  let directory = "";
  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "hosts-"));
    cluster = await Cluster.start(await imagesOfProduction());
    registry = await startProduction(cluster);
    clients = await prepareClients(directory, await registry.outputs());
    const all = [clients.docker, clients.regctl];
    for (const client of all) await client.login();
    load = await HostLoad.start(await registry.client(), new ClientLoad(all, directory), LOAD_SECONDS);
  });
  after(async () => {
    await load?.end();
    await clients?.remove();
    try {
      await registry?.down();
    } finally {
      await cluster?.end();
      await rm(directory, { recursive: true, force: true });
    }
  });

  it("a second preview changes nothing", async () => {
    await running().withoutClients(async () => {
      const { same = 0, ...others } = await up().preview();
      assert.ok(same > 0);
      assert.deepEqual(others, {});
    });
  });

  for (const part of ["node-1", "redis-1", "sentinel-2", "garage-2"]) {
    it(`${part} dies: clients that resume lose nothing`, async (context) => {
      const aftermath = await running().through(() => killPart(part));
      tell(context, aftermath);
      assertNothingLost(aftermath);
      await whole();
    });
  }

  for (const part of ["haproxy-1", "keepalived"]) {
    it(`${part} of the host that holds the address dies: requests fail only where they were in flight`, async (context) => {
      const host = await holder();
      const aftermath = await running().through(() => killPart(`${host}-${part}`));
      tell(context, aftermath);
      assertOnlyInFlight(aftermath);
      await whole();
    });
  }

  it("the store stalls for 20 seconds: nobody loses anything", async (context) => {
    const stores = await Promise.all([1, 2, 3].map((number) => container(`garage-${number}`)));
    const aftermath = await running().through(async () => {
      for (const { engine, name } of stores) await engine.command("pause", name);
      await sleep(20_000);
      for (const { engine, name } of stores) await engine.command("unpause", name);
    });
    tell(context, aftermath);
    assertNothingLost(aftermath);
    await whole();
  });

  it("the link of the host that holds the address is cut for 60 seconds", async (context) => {
    const machine = cluster.machine(await holder());
    await machine.setLink("down");
    try {
      const [aftermath] = await Promise.all([running().through(async () => undefined), sleep(60_000)]);
      tell(context, aftermath);
      assertOnlyInFlight(aftermath);
    } finally {
      await machine.setLink("up");
    }
    await whole();
  });

  it("a disk is full: nobody loses anything", async (context) => {
    const { dataDirectory } = cluster.machine("south");
    const file = path.join(dataDirectory, "filler");
    try {
      const aftermath = await running().through(() => fill(file));
      tell(context, aftermath);
      assertNothingLost(aftermath);
    } finally {
      await rm(file, { force: true });
    }
    await whole();
  });

  it("the host that holds the address loses its power, and comes back", async (context) => {
    const machine = cluster.machine(await holder());
    const aftermath = await running().through(() => machine.losePower());
    tell(context, aftermath);
    assertOnlyInFlight(aftermath);
    await machine.boot();
    await running().withoutClients(async () => {
      await up().up();
      await whole();
    });
  });

  it("every acknowledged push can be pulled, and no tag was read as older than it was", async (context) => {
    context.diagnostic(JSON.stringify(await running().verify()));
  });

  /** Kills the main process of a container as a crash would. */
  async function killPart(part: string): Promise<void> {
    const { engine, name } = await container(part);
    const pid = await engine.hostPid(name);
    process.kill(pid, "SIGKILL");
    await until(`${name} is not what it was`, 20, async () => (await engine.inspect(name)).State.Pid !== pid);
  }

  async function container(part: string) {
    const name = up().container(part);
    return { name, engine: await up().engineOf(name) };
  }

  function whole(): Promise<void> {
    return untilWhole(up());
  }

  /** Name of the host that has the address. */
  async function holder(): Promise<string> {
    for (const [name, machine] of Object.entries(cluster.machines)) {
      const addresses = await machine.run("ip", "-o", "address", "show", "dev", "eth0");
      if (addresses.includes(` ${cluster.virtualAddress}/`)) return name;
    }
    throw new Error("no host holds the address");
  }

  /** Writes until there is no room for one more byte. It refuses to fill the disk of this machine. */
  async function fill(file: string): Promise<void> {
    const [own, whole] = await Promise.all([statfs(path.dirname(file)), statfs(os.tmpdir())]);
    assert.notDeepEqual([own.blocks, own.type], [whole.blocks, whole.type], "the disk is this machine's own");
    const handle = await open(file, "w");
    try {
      for (const size of [2 ** 20, 2 ** 12, 1]) {
        const piece = Buffer.alloc(size, 1);
        while (
          await handle.write(piece).then(
            () => true,
            () => false,
          )
        )
          continue;
      }
    } finally {
      await handle.close().catch(() => undefined);
    }
  }

  function tell(context: TestContext, { begun, served, clients: operations, raw }: Aftermath): void {
    const { length } = operations;
    context.diagnostic(`new connections answered after ${served - begun} ms; failed: ${length} of clients, ${raw.length} raw requests`);
  }

  function up(): RegistryStack {
    assert.ok(registry, "the registry is not up yet");
    return registry;
  }

  function running(): HostLoad {
    assert.ok(load, "there is no load");
    return load;
  }
});
