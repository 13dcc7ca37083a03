import { BodyFamily } from "../../../test/dist/engine/support/bodies";
import { RawClient, type ClientOptions } from "../../../test/dist/engine/support/http-client";

/** Clients that push. */
const clients = 4;

/** How many repositories the images are spread over. */
const repositories = 50;

/** Pushes small images from number `from` to before `to`, each with a layer and a manifest of its own. */
export async function pushImages(options: ClientOptions, from: number, to: number): Promise<void> {
  const layers = new BodyFamily(1024, 81);
  const first = new RawClient(options);
  for (let index = 0; index < repositories; index++) await first.pushConfig(`bench/${index}`);
  first.close();
  const queue = Array.from({ length: to - from }, (_, index) => from + index).values();
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
