import assert from "node:assert/strict";
import { after, before, describe, it, type TestContext } from "node:test";
import { collectUnderLoad } from "../engine/support/collection-load";
import { Collections } from "../engine/support/collections";
import { startRegistry, type RegistryStack } from "../engine/support/stack";
import { Cluster } from "./support/cluster";
import { imagesOfProduction, startProduction } from "./support/production";

/** Collections, some eight seconds each on one host, and up to half a minute on three; `HA_REGISTRY_CYCLES` asks for another number. */
const CYCLES = Number(process.env["HA_REGISTRY_CYCLES"] ?? 500);

/** On three hosts, which share the cores of this machine, a tenth of them. */
const CYCLES_OF_SEVERAL = Math.max(Math.round(CYCLES / 10), 1);

/** How long pushes have between two collections, milliseconds. */
const REST_MILLISECONDS = 1000;

const garbageCollection = { minimumAgeHours: 0, fenceTimeoutSeconds: 2, deleteUntagged: true };

describe("garbage collection on one host, for long", () => {
  let registry: RegistryStack;
  before(async () => {
    registry = await startRegistry({ args: { garbageCollection } });
    await registry.up();
  });
  after(async () => {
    assert.deepEqual(await registry.down(), []);
  });

  it(`${CYCLES} times while clients push, pull and delete: nothing is lost, and no read fails`, (context) =>
    collect(context, registry, CYCLES));
});

/** The environment `prod-docker` with garbage collection, on three machines in this machine: balancers of three hosts, and a bucket. */
describe("garbage collection on three hosts, for long", () => {
  let cluster: Cluster | undefined;
  let registry: RegistryStack | undefined;
  before(async () => {
    cluster = await Cluster.start(await imagesOfProduction({ garbageCollection }));
    registry = await startProduction(cluster, { garbageCollection });
  });
  after(async () => {
    try {
      await registry?.removeByForce();
    } finally {
      await cluster?.end();
    }
  });

  it(`${CYCLES_OF_SEVERAL} times while clients push, pull and delete: nothing is lost, and no read fails`, async (context) => {
    assert.ok(registry);
    await collect(context, registry, CYCLES_OF_SEVERAL);
  });
});

async function collect(context: TestContext, registry: RegistryStack, cycles: number): Promise<void> {
  const options = await registry.client();
  const { counts, failures, removed, fences, givenUp, lost } = await collectUnderLoad(new Collections(registry), options, {
    cycles,
    restMilliseconds: REST_MILLISECONDS,
    mayGiveUp: Math.ceil(cycles / 100),
    report: (done) => done % 25 === 0 && process.stderr.write(`${new Date().toISOString()} ${done} collections\n`),
  });
  for (const reason of givenUp) context.diagnostic(reason);
  context.diagnostic(`${JSON.stringify(counts)}; ${removed} blobs removed; fences of ${Math.min(...fences)} to ${Math.max(...fences)} s`);
  context.diagnostic(`lost: ${lost.length}`);
  assert.deepEqual(failures, []);
  assert.ok(removed > 0 && counts.pulls > 0);
  assert.deepEqual(lost, []);
}
