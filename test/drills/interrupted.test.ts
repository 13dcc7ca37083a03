import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { after, before, describe, it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { BodyFamily, smallBytes } from "../engine/support/bodies";
import { CommandLine, type Started } from "../engine/support/command-line";
import { Docker } from "../engine/support/docker";
import { RawClient } from "../engine/support/http-client";
import { onInterrupt } from "../engine/support/interrupt";
import { freshName } from "../engine/support/names";
import { freePorts } from "../engine/support/ports";
import { runProgram } from "../engine/support/program";

/** How often `up` is killed: the first half on the way to the first registry, the second while it changes what serves. */
const kills = 10;

/** A kill comes after this many lines of progress at the most, and after some more milliseconds. */
const mostLines = 25;
const mostMilliseconds = 1500;

/**
 * What this cannot show is a machine that goes down: the Docker Engine lives on, and ends by itself what it had begun. `seed` is printed;
 * HA_REGISTRY_SEED repeats the order of the moments, though not what they meet.
 */
describe("up is killed at any moment", () => {
  const seed = Number(process.env["HA_REGISTRY_SEED"] ?? randomInt(2 ** 31));
  const random = generator(seed);
  const name = freshName("i");
  const docker = new Docker();
  const layers = new BodyFamily(smallBytes, 4);
  const cleanUp = async (): Promise<void> => {
    await docker.removeLeftovers(name);
    commandLine.end();
  };
  let commandLine: CommandLine;
  let port: number;

  before(async () => {
    commandLine = new CommandLine(name);
    onInterrupt(cleanUp);
    port = await freePorts(4);
    configure(0);
  });
  after(cleanUp);

  it("on the way to the first registry", async (context) => {
    context.diagnostic(`seed ${seed}`);
    await interruptHalf(context, () => undefined);
    await commandLine.run(0, "up", name, "--clear-lock");
    await push("before");
  });

  it("while nodes, balancers and Redis are replaced", async (context) => {
    await interruptHalf(context, configure);
    await commandLine.run(0, "up", name, "--clear-lock");
  });

  it("what was pushed before is there, and what is pushed now", async () => {
    await push("after");
    for (const tag of ["before", "after"]) await pull(tag);
  });

  it("nothing runs that the state does not know, nothing is left to do, and nothing of the killed runs is left", async () => {
    const known = new Set(commandLine.resources().map(({ id }) => id));
    const unknown = (await docker.containers(name)).filter((id) => !known.has(id));
    assert.deepEqual(unknown, []);
    assert.deepEqual(await docker.broken(name), []);
    const { stdout } = await commandLine.run(0, "preview", name, "--json");
    assert.deepEqual((JSON.parse(stdout) as { changes: unknown[] }).changes, []);
    const { stdout: processes } = await runProgram("ps", ["-eo", "pid=,args="]);
    assert.deepEqual(
      processes.split("\n").filter((line) => line.includes(commandLine.directory) && !line.includes(" ps ")),
      [],
    );
  });

  it("down leaves nothing", async () => {
    await commandLine.run(0, "down", name, "--yes");
    assert.deepEqual(await docker.leftovers(name), []);
  });

  /** Every variant replaces nodes, balancers and Redis, and has another number of nodes. */
  function configure(variant: number): void {
    commandLine.configure({
      nodes: { count: 2 + (variant % 2), drainSeconds: 5, memoryMiB: 256 + variant },
      loadBalancer: { port, statistics: { port: port + 1 }, maxConnections: 1000 + variant },
      redis: { memoryMiB: 64 + variant },
    });
  }

  /** Kills half of the times; a run that ends before its moment does not count. */
  async function interruptHalf(context: TestContext, prepare: (time: number) => void): Promise<void> {
    let killed = 0;
    for (let time = 1; killed < kills / 2; time++) {
      prepare(time);
      const moment = await interrupt();
      context.diagnostic(moment);
      if (moment.startsWith("killed")) killed++;
    }
  }

  /** @returns at which moment it was killed. */
  async function interrupt(): Promise<string> {
    const lines = Math.floor(random() * mostLines);
    const milliseconds = Math.floor(random() * mostMilliseconds);
    const up = commandLine.start("up", name, "--clear-lock");
    const ended = up.end.then(() => true);
    while (up.told().split("\n").length <= lines) if (await Promise.race([ended, sleep(20, false)])) break;
    await Promise.race([ended, sleep(milliseconds)]);
    killGroup(up);
    const { code, stderr } = await up.end;
    assert.ok(code <= 0, stderr); // killed, or just done
    return `${code === 0 ? "done before" : "killed"} after ${lines} lines and ${milliseconds} ms: ${stderr.trim().split("\n").at(-1)}`;
  }

  async function push(tag: string): Promise<void> {
    const client = new RawClient(await commandLine.client());
    await client.pushConfig("drill");
    await client.pushBlob("drill", layerOf(tag));
    await client.pushManifest("drill", tag, layerOf(tag));
    client.close();
  }

  async function pull(tag: string): Promise<void> {
    const client = new RawClient(await commandLine.client());
    const { layer, digest } = await client.pullManifest("drill", tag);
    assert.equal(digest, client.manifestDigest(layerOf(tag)));
    assert.equal(await client.pullBlob("drill", layer), smallBytes);
    client.close();
  }

  function layerOf(tag: string) {
    return layers.body(tag.length);
  }
});

function killGroup({ child }: Started): void {
  try {
    process.kill(-(child.pid ?? 0), "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
