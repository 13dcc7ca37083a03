import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { bodyOf } from "../../../test/dist/engine/support/bodies";
import { RawClient } from "../../../test/dist/engine/support/http-client";
import { until } from "../../../test/dist/engine/support/waiting";
import type { Figure } from "../bench";
import type { ProgramOutputs } from "../programs/child";
import { runScript } from "../programs/docker-script";
import { ProgramStack } from "../programs/process";
import { ratio } from "../measure/result";
import { alternate } from "../measure/statistics";

/** How long one waits for a registry, from nothing but images. */
export const firstPull: Figure = {
  name: "first-pull",
  about: "time of up until the first pull, images present, against a script of docker runs with the same containers and health waits",
  async run(bench) {
    const stack = await ProgramStack.create("component", bench.cleanups);
    const directory = await mkdtemp(path.join(os.tmpdir(), "ha-registry-bench-script-"));
    bench.cleanups.add(directory, () => rm(directory, { recursive: true, force: true }));
    let deployed = await stack.run("up");

    const rounds = await alternate(bench.rounds, {
      ours: async () => {
        await stack.reset();
        deployed = await stack.run("up");
        return deployed.seconds + (await time(() => pushAndPull(deployed.outputs)));
      },
      baseline: async () => {
        await stack.reset();
        return time(async () => {
          await runScript(deployed.resources, directory);
          await pushAndPull(deployed.outputs);
        });
      },
    });
    const goal = { atMost: 1.25 };
    return [ratio({ what: "up until the first pull", against: "docker run script", unit: "s", goal }, rounds)];
  },
};

async function time(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** Pushes a small image and pulls it. A load balancer that has just become healthy may still need a moment to see its nodes. */
async function pushAndPull({ endpoint, caCertificatePem, credentials }: ProgramOutputs): Promise<void> {
  const layer = bodyOf(Buffer.from("first"));
  await until("the first pull", 30, async () => {
    const client = new RawClient({ endpoint, caPem: caCertificatePem, ...credentials });
    try {
      await client.pushConfig("bench/first");
      await client.pushBlob("bench/first", layer);
      await client.pushManifest("bench/first", "latest", layer);
      await client.pullManifest("bench/first", "latest");
      await client.pullBlob("bench/first", layer.digest);
      return true;
    } finally {
      client.close();
    }
  });
}
