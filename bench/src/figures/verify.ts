import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { AccessMode } from "ha-registry-core";
import { BodyFamily, mediumBytes } from "../../../test/dist/engine/support/bodies";
import { docker } from "../../../test/dist/engine/support/docker";
import { RawClient } from "../../../test/dist/engine/support/http-client";
import { runProgram } from "../../../test/dist/engine/support/program";
import { Verifications } from "../../../test/dist/engine/support/verifications";
import type { Figure } from "../bench";
import { pushImages } from "../load/images";
import { absolute, ratio } from "../measure/result";
import { BenchRegistry } from "../setup/bench-registry";

/** Blobs of 32 MiB, for the speed. */
const blobs = 40;

/** Small images, for the memory: each is two blobs. */
const sizes = [500, 5000];

const fewBlobs = 10;
const fewSizes = [100, 500];

/** How fast a store is verified, and what that takes. */
export const verify: Figure = {
  name: "verify",
  about: "MB/s of a full verification, against openssl over the same files, and peak memory at two sizes of the store",
  async run(bench) {
    const registry = await BenchRegistry.start(AccessMode.Htpasswd, bench.cleanups, { garbageCollection: {} });
    const verifications = new Verifications(registry.stack);
    bench.cleanups.add(`verifications of ${registry.stack.name}`, async () => verifications.end());
    const options = await registry.stack.client();

    const memory: { images: number; peaks: Peaks[] }[] = [];
    let pushed = 0;
    for (const images of bench.quick ? fewSizes : sizes) {
      bench.report(`pushing ${images - pushed} images`);
      await pushImages(options, pushed, images);
      pushed = images;
      const peaks: Peaks[] = [];
      for (let round = 0; round < bench.rounds; round++) peaks.push(await verifiedPeaks(verifications));
      memory.push({ images, peaks });
    }

    const count = bench.quick ? fewBlobs : blobs;
    bench.report(`pushing ${count} blobs of 32 MiB`);
    const client = new RawClient(options);
    const layers = new BodyFamily(mediumBytes, 83);
    for (let index = 0; index < count; index++) await client.pushBlob("bench/large", layers.body(index));
    client.close();
    const files = await filesOf(registry.stack.name);
    const [ours, baseline]: [number[], number[]] = [[], []];
    for (let round = 0; round < bench.rounds; round++) {
      let bytes = 0;
      const seconds = await secondsOf(async () => {
        bytes = (await verifications.sound()).verifiedBytes;
      });
      ours.push(bytes / 1e6 / seconds);
      baseline.push(bytes / 1e6 / (await secondsOf(() => runProgram("sh", ["-c", hashAll, "sh", files]))));
    }
    const speed = { what: "verify, full", unit: "MB/s", against: "openssl dgst -sha256, the same files", goal: { atLeast: 0.5 } };
    return [
      ratio(speed, { ours, baseline }),
      ...memory.flatMap(({ images, peaks }) => [
        absolute(
          { what: `verify, peak memory of the command, ${2 * images} blobs`, unit: "MiB" },
          peaks.map(({ command }) => command),
        ),
        absolute(
          { what: `verify, peak memory of rclone, ${2 * images} blobs`, unit: "MiB" },
          peaks.map(({ rclone }) => rclone),
        ),
      ]),
    ];
  },
};

const hashAll = `find "$1" -name data -path '*/blobs/*' -print0 | xargs -0 openssl dgst -sha256 > /dev/null`;

/** MiB. */
interface Peaks {
  command: number;
  /** Of the largest of its processes. */
  rclone: number;
}

async function verifiedPeaks(verifications: Verifications): Promise<Peaks> {
  const started = verifications.start("--json");
  let running = true;
  const ended = started.end.finally(() => (running = false));
  const peaks: Peaks = { command: 0, rclone: 0 };
  while (running) {
    peaks.command = Math.max(peaks.command, await peakOf(String(started.child.pid)));
    for (const line of await verifications.processes()) {
      const pid = /^\s*(\d+)\s+rclone /.exec(line)?.[1];
      if (pid !== undefined) peaks.rclone = Math.max(peaks.rclone, await peakOf(pid));
    }
    await sleep(20);
  }
  const { code, stderr } = await ended;
  assert.equal(code, 0, stderr);
  return peaks;
}

/** The most memory that a process has had; 0 when it is gone. */
async function peakOf(pid: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
}

/** Where the store's volume is on this machine. */
async function filesOf(stack: string): Promise<string> {
  return (await docker.command("volume", "inspect", "--format", "{{.Mountpoint}}", `${stack}-store`)).trim();
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
