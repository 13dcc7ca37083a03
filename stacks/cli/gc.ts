import { RegistryError, resolveTopology } from "ha-registry-core";
import type { Report } from "ha-registry-tools";
import type { Environment } from "./environment";
import { Failure } from "./exit";
import { hostsOf } from "./hosts";
import { linesOf, progressOf, runScript } from "./script";

/** Options of `gc`. */
export interface GcOptions {
  /** Prints the result as JSON. */
  json?: boolean;
}

/** What a collection says of itself (render/garbage-collector-script.ts). */
export interface Collection {
  /** When it ended, ISO 8601. */
  time: string;
  /** `done` or `failed`. */
  result: string;
  /** Blobs that were removed. */
  blobs: number;
  /** Links to them that were removed. */
  links: number;
  /** Tags that were removed. */
  tags: number;
  /** How long it took. */
  seconds: number;
  /** How long pushes were put off. */
  fenceSeconds: number;
}

/** Exit code of the script when a collection goes on already. */
const underWay = 3;

/**
 * Collects garbage at once. Who interrupts it interrupts the waiting: the collection goes on, and opens the fence at its end.
 *
 * @throws {RegistryError} when the environment has no garbage collection.
 * @throws {Failure} when it failed, or another one is under way.
 */
export async function gc({ name, config }: Environment, options: GcOptions, report: Report): Promise<void> {
  const { garbageCollection } = resolveTopology(name, config.registry);
  const host = hostsOf(name, config).find((each) => each.name === garbageCollection?.collector.host);
  if (garbageCollection === undefined || host === undefined) {
    const message = "there is no garbage collection: set it (`garbageCollection: {}` has defaults for everything), then run up";
    throw new RegistryError(name, [{ path: "registry.garbageCollection", message }]);
  }
  report(`${name}: collecting garbage; pushes are put off meanwhile`);
  const { code, output } = await runScript(host.docker, garbageCollection.collector.name, ["now"], { say: progressOf(name, report) });
  if (code === underWay) throw new Failure(`${name}: a collection is under way already.`);
  const collection = collectionIn(output);
  if (collection === undefined) throw new Failure(`${name}: the collection did not say how it ended: ${output.trim()}`);
  if (options.json === true) process.stdout.write(`${JSON.stringify(collection)}\n`);
  else process.stdout.write(summary(name, collection));
  if (collection.result !== "done") throw new Failure(`${name}: not everything was collected. What was not is no harm: run gc again.`);
}

/** How a collection ended, in what was said; undefined when it did not say. */
export function collectionIn(output: string): Collection | undefined {
  return linesOf<Collection>(output).find((told): told is Collection => told.result !== undefined);
}

function summary(name: string, { blobs, links, tags, seconds, fenceSeconds }: Collection): string {
  return `${name}: ${tags} tags, ${blobs} blobs and ${links} links to blobs removed in ${seconds} s; pushes were put off for ${fenceSeconds} s\n`;
}
