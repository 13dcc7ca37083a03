import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { imageTable } from "ha-registry-core";
import { RawClient } from "../engine/support/http-client";
import { Load } from "../engine/support/load";
import { startRegistry, type RegistryStack } from "../engine/support/stack";
import { until } from "../engine/support/waiting";
import { Lan } from "./support/lan";
import { Machine } from "./support/machine";

/** What Docker starts again takes a while, and containers that need each other may take several attempts. */
const BACK_SECONDS = 120;

/** What this cannot show is what the kernel had not yet written to the disk: only processes die here, and memory of theirs. */
describe("the machine loses its power under load", () => {
  let lan: Lan | undefined;
  let machine: Machine;
  let registry: RegistryStack | undefined;
  let load: Load | undefined;
  before(async () => {
    lan = await Lan.make();
    machine = await Machine.start(lan, 2);
    await machine.load(...Object.values(imageTable).map(({ repository, tag }) => `${repository}:${tag}`));
    registry = await startRegistry({ dockerHost: machine.dockerHost, args: { hostname: machine.address } });
    await registry.up();
  });
  after(async () => {
    await load?.end();
    try {
      await registry?.down();
    } finally {
      await machine.end();
      await lan?.remove();
    }
  });

  // In which order Docker starts what it finds is a matter of luck, so once would prove little.
  for (const time of ["first", "second", "third"]) {
    it(`the ${time} time: the registry answers again by itself, with every push that was acknowledged`, async (context) => {
      const workers = (["push", "pull"] as const).map((role) => ({ role, size: "small" as const, count: 2 }));
      const running = await Load.start({ client: { ...(await up().client()), idleSeconds: 5 }, workers, maxSeconds: 600 });
      load = running;
      await until("there is something to lose", 60, async () => ((await running.peek()).succeeded["push small"] ?? 0) > 20);
      await machine.losePower();
      await running.stop();

      await machine.boot();
      await until("the registry answers", BACK_SECONDS, answers);
      const { count, lost } = await running.verify();
      assert.deepEqual(lost, []);
      context.diagnostic(`${count} pushes; ${await stillDown()}`);
    });

    // Before version 29 Docker may try to start a container before the one whose network it joins, and does not try again.
    it(`the ${time} time: what Docker did not start, the next up does`, async () => {
      await up().up();
      assert.deepEqual(await broken(), []);
    });
  }

  it("there is nothing to repair: a preview and a refresh change nothing", async () => {
    for (const changes of [await up().refresh(), await up().preview()]) {
      const { same = 0, ...others } = changes;
      assert.ok(same > 0);
      assert.deepEqual(others, {});
    }
  });

  it("Docker being restarted in order is no different", async (context) => {
    await machine.restartDocker();
    await until("the registry answers", BACK_SECONDS, answers);
    context.diagnostic(await stillDown());
  });

  function up(): RegistryStack {
    assert.ok(registry, "the registry is not up yet");
    return registry;
  }

  /** What does not run once everything had its time, and why. */
  async function stillDown(): Promise<string> {
    await until("every part runs", 30, async () => (await broken()).length === 0).catch(() => undefined);
    const reasons = (await machine.log()).split("\n").filter((line) => line.includes("failed to start container"));
    const down = await broken();
    return down.length === 0 ? "every part runs" : `still down: ${down.join(", ")}; ${reasons.at(-1)}`;
  }

  async function broken(): Promise<string[]> {
    return machine.docker.broken(up().name);
  }

  async function answers(): Promise<boolean> {
    const options = { ...(await up().client()), idleSeconds: 2 };
    for (let connection = 0; connection < 20; connection++) {
      const client = new RawClient(options);
      await client.request("GET", "/v2/", { expect: [200] }).finally(() => client.close());
    }
    return true;
  }
});
