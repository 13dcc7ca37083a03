import { AccessMode } from "ha-registry-core";
import { Collections } from "../../../test/dist/engine/support/collections";
import type { Figure } from "../bench";
import { pushImages } from "../load/images";
import { absolute } from "../measure/result";
import { BenchRegistry } from "../setup/bench-registry";

/** Images, each with a layer and a manifest of its own. */
const images = 5000;

/** The same in a short run. */
const fewImages = 200;

/** What a collection costs those who push. */
export const garbageCollection: Figure = {
  name: "garbage-collection",
  about: "how long pushes are put off by a collection on a store of 10,000 blobs",
  async run(bench) {
    const registry = await BenchRegistry.start(AccessMode.Htpasswd, bench.cleanups, { garbageCollection: { minimumAgeHours: 1 } });
    const count = bench.quick ? fewImages : images;
    bench.report(`pushing ${count} images`);
    await pushImages(await registry.stack.client(), 0, count);
    const collections = new Collections(registry.stack);
    const fences: number[] = [];
    for (let round = 0; round < bench.rounds; round++) fences.push((await collections.run()).fenceSeconds);
    const what = `pushes put off by a collection, ${2 * count} blobs, nothing to remove`;
    return [absolute({ what, unit: "s" }, fences)];
  },
};
