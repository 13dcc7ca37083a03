import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { resolveTopology } from "ha-registry-core";
import { BodyFamily } from "./support/bodies";
import { ClientLoad, describeOperations, type ClientOperation } from "./support/client-load";
import { prepareClients, type Clients } from "./support/clients";
import { RawClient } from "./support/http-client";
import { begunAfter, describeFailures, Load, type Failure } from "./support/load";
import { useRegistry } from "./support/stack";
import { until } from "./support/waiting";

/** How long clients may take to succeed again: docker tries five times, and waits 5 s longer before each. */
const AFTERMATH_SECONDS = 600;

/** How long Docker may take to notice a death, to start what died again, and to find it healthy. */
const RECOVERY_SECONDS = 240;

/** Ways to die: after a kill on the host Docker sees a crash, and starts the container again; `docker kill` leaves it down. */
enum Way {
  HostPid = "by its process id on the host",
  DockerKill = "by docker kill",
}

/** What happened from a death until its aftermath was over. */
interface Aftermath {
  /** When the part began to die, milliseconds since 1970. */
  killing: number;
  /** When it was dead. */
  killed: number;
  /** Operations of real clients that failed. */
  clients: ClientOperation[];
  /** Requests of raw clients that failed. */
  raw: Failure[];
}

describe("a part dies without warning, under load", () => {
  let load: Load | undefined;
  let clients: Clients | undefined;
  let clientLoad: ClientLoad | undefined;
  let directory = "";
  after(async () => {
    await clientLoad?.stop();
    await load?.end();
    await clients?.remove();
    await rm(directory, { recursive: true, force: true });
  });
  const registry = useRegistry();
  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "death-"));
    clients = await prepareClients(directory, await registry().outputs());
    const all = [clients.docker, clients.crane, clients.regctl, clients.skopeo];
    for (const client of all) await client.login();
    const workers = (["small", "medium"] as const).flatMap((size) => (["push", "pull"] as const).map((role) => ({ role, size, count: 1 })));
    load = await Load.start({ client: await registry().client(), workers, maxSeconds: 1700 });
    clientLoad = new ClientLoad(all, directory);
  });

  for (const way of [Way.HostPid, Way.DockerKill]) {
    it(`a node, ${way}: docker and regctl lose nothing; what does not retry fails only where it was in flight`, async () => {
      const aftermath = await kill("node-1", way);
      assert.equal(describeOperations(failedBy(aftermath, "docker", "regctl")), "");
      assertOnlyInFlight(aftermath);
      await comesBack("node-1", way);
    });

    it(`Redis, ${way}: nobody loses anything`, async () => {
      const aftermath = await kill("redis", way);
      assert.equal(describeOperations(aftermath.clients), "");
      assert.equal(aftermath.raw.length, 0, describeFailures({ failures: aftermath.raw, failed: aftermath.raw.length }));
      await comesBack("redis", way);
    });

    it(`one of the two HAProxys, ${way}: requests fail only where they were in flight`, async () => {
      assertOnlyInFlight(await kill("haproxy-1", way));
      await comesBack("haproxy-1", way);
    });

    it(`the container that owns the balancer's address, ${way}: the registry comes back, and then nothing fails`, async () => {
      await kill("balancer", way);
      await comesBack("balancer", way);
      await until("everything runs", RECOVERY_SECONDS, async () => (await broken()).length === 0); // the HAProxies notice it one by one
      await until("the registry answers", RECOVERY_SECONDS, answers);
      await nothingFailsFromNowOn();
    });

    it(`after all that died ${way}, up leaves everything running and nothing to change`, repaired);
  }

  it("an upload begun on one node, which then dies, finishes on another", async () => {
    const { args, name } = registry();
    const [first, second] = resolveTopology(name, { loadBalancer: args.loadBalancer }).nodes;
    assert.ok(first && second);
    const { username, password } = await registry().client();
    const at = (address: string): RawClient => new RawClient({ endpoint: `http://${address}:5000`, username, password });
    const [beginning, end] = [at(first.address), at(second.address)];
    const body = new BodyFamily(1_000_000, 77).body(0);
    const half = 500_000;

    const upload = await beginning.appendUpload(await beginning.beginUpload("test/moved"), body, 0, half);
    const pid = await registry().docker.hostPid(first.name);
    process.kill(pid, "SIGKILL");
    await dead(first.name, pid);
    await end.commitUpload(await end.appendUpload(upload, body, half), body.digest);
    assert.equal(await end.pullBlob("test/moved", body.digest), body.size);
    beginning.close();
    end.close();
    await comesBack("node-1", Way.HostPid);
    await repaired();
  });

  it("every acknowledged push can be pulled, and no tag was read as older than it was", async (context) => {
    const raw = running().load;
    const report = await raw.stop();
    const operations = await running().clientLoad.stop();
    context.diagnostic(
      JSON.stringify({ succeeded: report.succeeded, seconds: report.seconds, clients: running().clientLoad.succeededSince(0) }),
    );
    assert.deepEqual(report.staleReads, []);
    const { count, lost } = await raw.verify();
    assert.ok(count > 0);
    assert.deepEqual(lost, []);

    const client = new RawClient(await registry().client());
    for (const { name, digest } of operations.filter(({ operation, digest: known }) => operation === "push" && known !== undefined)) {
      const [repository = ""] = name.split(":");
      const { layer } = await client.pullManifest(repository, digest ?? "");
      await client.pullBlob(repository, layer);
    }
    client.close();
  });

  /** Kills a part, and waits until every client, if the registry serves at all, has succeeded with something that it began afterwards. */
  async function kill(part: string, way: Way): Promise<Aftermath> {
    const { docker } = registry();
    const failedBefore = (await running().load.peek()).failures.length;
    const name = registry().container(part);
    const pid = await docker.hostPid(name);
    const killing = Date.now();
    if (way === Way.DockerKill) await docker.command("kill", name);
    else process.kill(pid, "SIGKILL");
    await dead(name, pid);
    const killed = Date.now();
    if (part !== "balancer") await everyoneSucceedsSince(killed);
    return {
      killing,
      killed,
      clients: running().clientLoad.operations.filter(({ endedAt, error }) => endedAt >= killing && error !== undefined),
      raw: (await running().load.peek()).failures.slice(failedBefore),
    };
  }

  /** Waits until Docker, too, knows that the process is gone. */
  async function dead(name: string, pid: number): Promise<void> {
    await until(`${name} is not what it was`, RECOVERY_SECONDS, async () => (await registry().docker.inspect(name)).State.Pid !== pid);
  }

  /** After a crash by itself, else by the next `up`. */
  async function comesBack(part: string, way: Way): Promise<void> {
    if (way === Way.DockerKill) await withoutClients(() => registry().up());
    await registry().docker.untilHealthy(registry().container(part), RECOVERY_SECONDS);
  }

  /**
   * What failed has to have begun before the death, or on a connection from before it, of whose end the client had not heard yet. Each
   * worker can have had only one thing in flight.
   */
  function assertOnlyInFlight({ killed, clients: operations, raw }: Aftermath): void {
    const lateOperations = operations.filter(({ startedAt }) => startedAt > killed);
    assert.deepEqual(describeOperations(lateOperations), "", "operations that began after the death");
    const lateRequests = begunAfter(raw, killed);
    assert.equal(lateRequests.length, 0, `after the death: ${describeFailures({ failures: lateRequests, failed: lateRequests.length })}`);
    const workers = raw.map(({ worker }) => worker);
    assert.deepEqual(workers, [...new Set(workers)], "a worker failed more than once");
  }

  function failedBy({ clients: operations }: Aftermath, ...names: string[]): ClientOperation[] {
    return operations.filter(({ client }) => names.includes(client));
  }

  /** `up`; then everything runs, and nothing is left to do. */
  async function repaired(): Promise<void> {
    await withoutClients(async () => {
      await registry().up();
      assert.deepEqual(await broken(), []);
      const { same = 0, ...others } = await registry().preview();
      assert.ok(same > 0);
      assert.deepEqual(others, {});
    });
  }

  function broken(): Promise<string[]> {
    return registry().docker.broken(registry().name);
  }

  /** Does something that is not about clients while they rest, since they would only make it slow. The raw load goes on. */
  async function withoutClients(work: () => Promise<unknown>): Promise<void> {
    running().clientLoad.pause();
    await work().finally(() => running().clientLoad.resume());
  }

  async function nothingFailsFromNowOn(): Promise<void> {
    const now = Date.now();
    await everyoneSucceedsSince(now);
    const operations = running().clientLoad.operations.filter(({ startedAt, error }) => startedAt > now && error !== undefined);
    assert.equal(describeOperations(operations), "");
    const failures = (await running().load.peek()).failures.filter(({ startedAt }) => startedAt > now);
    assert.equal(failures.length, 0, describeFailures({ failures, failed: failures.length }));
  }

  /** Waits until each client has done something that began after `time`; what was in flight then has ended, too. */
  async function everyoneSucceedsSince(time: number): Promise<void> {
    const { load: raw, clientLoad: real } = running();
    // Of what a raw worker does, the first success may have begun before.
    const earlier = await raw.peek();
    const rawSucceed = async (): Promise<boolean> => {
      const { succeeded } = await raw.peek();
      return Object.entries(succeeded).every(([kind, count]) => count >= (earlier.succeeded[kind] ?? 0) + 2);
    };
    const realSucceed = (): boolean => Object.values(real.succeededSince(time)).every((count) => count > 0);
    await until("every client succeeds again", AFTERMATH_SECONDS, async () => realSucceed() && (await rawSucceed())).catch((error) => {
      const since = real.operations.filter(({ endedAt }) => endedAt >= time);
      throw new Error(`some client does not succeed again: ${describeOperations(since)}`, { cause: error });
    });
  }

  /** Whether both HAProxys serve: each of several new connections gets an answer. */
  async function answers(): Promise<boolean> {
    const options = { ...(await registry().client()), idleSeconds: 10 };
    for (let connection = 0; connection < 20; connection++) {
      const client = new RawClient(options);
      await client.request("GET", "/v2/", { expect: [200] }).finally(() => client.close());
    }
    return true;
  }

  function running(): { load: Load; clientLoad: ClientLoad } {
    assert.ok(load && clientLoad, "there is no load");
    return { load, clientLoad };
  }
});
