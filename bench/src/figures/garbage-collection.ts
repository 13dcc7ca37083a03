import { AccessMode } from "ha-registry-core";
import { BodyFamily } from "../../../test/dist/engine/support/bodies";
import { Collections } from "../../../test/dist/engine/support/collections";
import { RawClient, type ClientOptions } from "../../../test/dist/engine/support/http-client";
import type { Figure } from "../bench";
import { absolute } from "../measure/result";
import { BenchRegistry } from "../setup/bench-registry";

/** Images, each with a layer and a manifest of its own. */
const images = 5000;

/** The same in a short run. */
const fewImages = 200;

/** Clients that fill the store. */
const clients = 4;

/** How many repositories the images are spread over. */
const repositories = 50;

/** What a collection costs those who push. */
export const garbageCollection: Figure = {
  name: "garbage-collection",
  about: "how long pushes are put off by a collection on a store of 10,000 blobs",
  async run(bench) {
    const registry = await BenchRegistry.start(AccessMode.Htpasswd, bench.cleanups, { garbageCollection: { minimumAgeHours: 1 } });
    const count = bench.quick ? fewImages : images;
    bench.report(`pushing ${count} images`);
    await fill(await registry.stack.client(), count);
    const collections = new Collections(registry.stack);
    const fences: number[] = [];
    for (let round = 0; round < bench.rounds; round++) fences.push((await collections.run()).fenceSeconds);
    const what = `pushes put off by a collection, ${2 * count} blobs, nothing to remove`;
    return [absolute({ what, unit: "s" }, fences)];
  },
};

async function fill(options: ClientOptions, count: number): Promise<void> {
  const layers = new BodyFamily(1024, 81);
  const first = new RawClient(options);
  for (let index = 0; index < repositories; index++) await first.pushConfig(`bench/${index}`);
  first.close();
  const queue = Array.from({ length: count }, (_, index) => index).values();
  const work = async (): Promise<void> => {
    const client = new RawClient(options);
    for (const index of queue) {
      const repository = `bench/${index % repositories}`;
      await client.pushBlob(repository, layers.body(index));
      await client.pushManifest(repository, `v${index}`, layers.body(index));
    }
    client.close();
  };
  await Promise.all(Array.from({ length: clients }, work));
}
