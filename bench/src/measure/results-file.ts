import { mkdir, writeFile } from "node:fs/promises";
import { cpus, release, totalmem } from "node:os";
import path from "node:path";
import { docker } from "../../../test/dist/engine/support/docker";
import type { Result } from "./result";

/** Where results are kept; git ignores it. */
const directory = path.join(__dirname, "..", "..", "results");

/**
 * Writes the results as JSON, with what has to be known of the machine to judge them, under the time and as `latest.json`.
 *
 * @returns path of the file.
 */
export async function writeResults(results: readonly Result[], rounds: number): Promise<string> {
  const at = new Date().toISOString();
  const text = `${JSON.stringify({ at, rounds, rateLimit: 0, machine: await machine(), results }, undefined, 2)}\n`;
  await mkdir(directory, { recursive: true });
  const file = path.join(directory, `${at.replaceAll(":", "-").slice(0, 19)}.json`);
  await writeFile(file, text);
  await writeFile(path.join(directory, "latest.json"), text);
  return file;
}

async function machine(): Promise<Record<string, string | number>> {
  return {
    processor: cpus()[0]?.model ?? "",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    docker: (await docker.command("version", "--format", "{{.Server.Version}}")).trim(),
    node: process.version,
  };
}
