import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { collectUnderLoad } from "../engine/support/collection-load";
import { Collections } from "../engine/support/collections";
import type { RegistryStack } from "../engine/support/stack";
import { Cluster } from "./support/cluster";
import { imagesOfProduction, startProduction } from "./support/production";

/** Collections, some fifteen seconds each; `HA_REGISTRY_CYCLES` asks for another number. */
const CYCLES = Number(process.env["HA_REGISTRY_CYCLES"] ?? 500);

/** How long pushes have between two collections, milliseconds. */
const REST_MILLISECONDS = 1000;

/** The environment `prod-docker` with garbage collection, on three machines in this machine: balancers of three hosts, and a bucket. */
describe("garbage collection on three hosts, for long", () => {
  let cluster: Cluster | undefined;
  let registry: RegistryStack | undefined;
  before(async () => {
    const garbageCollection = { minimumAgeHours: 0, fenceTimeoutSeconds: 5, deleteUntagged: true };
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

  it(`${CYCLES} times while clients push, pull and delete: nothing is lost, and no read fails`, async (context) => {
    assert.ok(registry);
    const options = await registry.client();
    const { counts, failures, removed, fences, givenUp, lost } = await collectUnderLoad(new Collections(registry), options, {
      cycles: CYCLES,
      restMilliseconds: REST_MILLISECONDS,
      mayGiveUp: Math.ceil(CYCLES / 100),
      report: (done) => done % 25 === 0 && process.stderr.write(`${new Date().toISOString()} ${done} collections\n`),
    });
    for (const reason of givenUp) context.diagnostic(reason);
    context.diagnostic(`${JSON.stringify(counts)}; ${removed} blobs removed; fences of ${Math.min(...fences)} to ${Math.max(...fences)} s`);
    assert.deepEqual(failures, []);
    assert.ok(removed > 0 && counts.pulls > 0);
    assert.deepEqual(lost, []);
  });
});
