import { chown, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { AccessMode, storeDirectory, users } from "ha-registry-core";
import { DockerCli } from "ha-registry-tools";
import type { BackupResult } from "ha-registry/dist/cli/backup";
import { linesOf, runScript } from "ha-registry/dist/cli/script";
import { BodyFamily, mediumBytes } from "../../../test/dist/engine/support/bodies";
import { RawClient } from "../../../test/dist/engine/support/http-client";
import type { RegistryStack } from "../../../test/dist/engine/support/stack";
import type { Bench, Figure } from "../bench";
import { pushImages } from "../load/images";
import { absolute, ratio, type Result } from "../measure/result";
import { BenchRegistry } from "../setup/bench-registry";

/** Images, each with a layer and a manifest of its own. */
const images = 5000;

/** The same in a short run. */
const fewImages = 200;

/** Layers of 32 MiB beside them, for throughput. */
const largeLayers = 32;

/** What backups cost when nothing has changed, and how fast a restore is. */
export const backup: Figure = {
  name: "backup",
  about: "backup of an unchanged store of 10,000 blobs, and restore against a plain copy",
  async run(bench) {
    const target = await mkdtemp(path.join(os.tmpdir(), "ha-registry-bench-backup-"));
    await chown(target, users.registry, users.registry);
    bench.cleanups.add(target, () => rm(target, { recursive: true, force: true }));
    const { stack } = await BenchRegistry.start(AccessMode.Htpasswd, bench.cleanups, {
      backup: { targets: { shelf: { directory: target, everyMinutes: 1440 } } },
    });
    const count = bench.quick ? fewImages : images;
    bench.report(`pushing ${count} images`);
    await pushImages(await stack.client(), 0, count);
    await run(stack, "now", "all", "accept-loss", "take-over");
    const unchanged: number[] = [];
    for (let round = 0; round < bench.rounds; round++) unchanged.push((await run(stack, "now", "all", "accept-loss", "take-over")).seconds);
    const what = `backup of an unchanged store of ${2 * count} blobs`;
    return [absolute({ what, unit: "s", goal: { atMost: 10 } }, unchanged), await restoreSpeed(bench, stack)];
  },
};

/** Both write into the store's volume, each time into an empty directory. */
async function restoreSpeed(bench: Bench, stack: RegistryStack): Promise<Result> {
  await inContainer(
    stack,
    `rm -rf ${storeDirectory}/docker/registry/v2/* /backup/shelf/* /var/lib/backup/repositories/* /var/lib/backup/changed`,
  );
  const client = new RawClient(await stack.client());
  const layers = new BodyFamily(mediumBytes, 82);
  await client.pushConfig("bench/large");
  for (let index = 0; index < largeLayers; index++) {
    await client.pushBlob("bench/large", layers.body(index));
    await client.pushManifest("bench/large", `v${index}`, layers.body(index));
  }
  client.close();
  await run(stack, "now", "all", "accept-loss", "take-over");
  const [ours, baseline]: [number[], number[]] = [[], []];
  const megabytes = (largeLayers * mediumBytes) / 1e6;
  for (let round = 0; round < bench.rounds; round++) {
    await inContainer(stack, `rm -rf ${storeDirectory}/docker/registry/v2/*`);
    const began = process.hrtime.bigint();
    await run(stack, "restore", "shelf", "latest", "empty");
    ours.push(megabytes / secondsSince(began));
    await inContainer(stack, `rm -rf ${storeDirectory}/docker/plain`);
    const copyBegan = process.hrtime.bigint();
    await inContainer(stack, `cp -r /backup/shelf/blobs ${storeDirectory}/docker/plain`);
    baseline.push(megabytes / secondsSince(copyBegan));
  }
  const subject = { what: "restore of layers of 32 MiB", unit: "MB/s", against: "cp -r of the same blobs", goal: { atLeast: 0.7 } };
  return ratio(subject, { ours, baseline });
}

function secondsSince(began: bigint): number {
  return Number(process.hrtime.bigint() - began) / 1e9;
}

async function run(stack: RegistryStack, ...task: string[]): Promise<BackupResult> {
  const { code, output } = await runScript(new DockerCli(), stack.container("backup"), task);
  const [result] = linesOf<BackupResult>(output);
  if (code !== 0 || result === undefined) throw new Error(`${task.join(" ")} failed: ${output}`);
  return result as BackupResult;
}

async function inContainer(stack: RegistryStack, script: string): Promise<void> {
  await stack.docker.command("exec", stack.container("backup"), "sh", "-c", script);
}
