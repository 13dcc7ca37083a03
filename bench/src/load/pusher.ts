import { text } from "node:stream/consumers";
import { BodyFamily } from "../../../test/dist/engine/support/bodies";
import { RawClient } from "../../../test/dist/engine/support/http-client";
import type { PushOrder, PushReport } from "./push";

/** A client of its own process, so that it can run in another network namespace: reads an order, pushes, writes a report. */
async function main(): Promise<void> {
  const { client: options, repository, bytes, first, count } = JSON.parse(await text(process.stdin)) as PushOrder;
  const client = new RawClient(options);
  const bodies = new BodyFamily(bytes, first);
  await client.pushConfig(repository); // opens the connection, and every manifest needs it
  const seconds: number[] = [];
  for (let index = first; index < first + count; index++) {
    const body = bodies.body(index);
    const start = performance.now();
    await client.pushBlob(repository, body);
    seconds.push((performance.now() - start) / 1000);
  }
  const last = bodies.body(first + count - 1);
  await client.pushManifest(repository, "latest", last);
  client.close();
  process.stdout.write(JSON.stringify({ seconds, digest: last.digest } satisfies PushReport));
}

void main();
