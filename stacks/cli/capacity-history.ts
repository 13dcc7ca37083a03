import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Sample } from "./capacity-report";
import type { Environment } from "./environment";
import { ensurePrivateDirectory } from "./state-directory";

/** How long samples are kept, and how far apart they are at the least, milliseconds. */
const kept = 400 * 86_400_000;
const apart = 3_600_000;

type Place = Pick<Environment, "name" | "stateDirectory">;

/** What earlier looks at a store found, on this machine. */
export function readSamples(place: Place): Sample[] {
  const file = fileOf(place);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Sample[]) : [];
}

/** Notes a look at a store, unless there was one within the hour, and gives all of them, this one too. */
export function addSample(place: Place, storedBytes: number, now = Date.now()): Sample[] {
  const before = readSamples(place).filter(({ time }) => now - Date.parse(time) <= kept);
  const samples = [...before, { time: new Date(now).toISOString(), storedBytes }];
  if (before.every(({ time }) => now - Date.parse(time) >= apart)) {
    ensurePrivateDirectory(place.stateDirectory);
    const draft = `${fileOf(place)}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(samples), { mode: 0o600 });
    renameSync(draft, fileOf(place));
  }
  return samples;
}

function fileOf({ name, stateDirectory }: Place): string {
  return join(stateDirectory, `${name}.capacity.json`);
}
