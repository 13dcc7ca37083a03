import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

import { cachePath } from "../cache";
import { withLock } from "../lock";
import { withHeartbeat, type Report } from "../progress";
import { runDownload } from "./download";
import { sdkVersion } from "./module";
import { hasPlugins, installPlugins } from "./plugins";
import { EngineUnavailable, type Engine, type EngineSource } from "./source";

/** The CLI that Pulumi publishes, in the version of the npm SDK, as the Automation API downloads it. */
export const officialEngine: EngineSource = {
  name: "official",
  async find(optional) {
    const engine = await downloaded();
    return engine !== undefined && (await hasPlugins(optional)) ? engine : undefined;
  },
  async make(report, optional) {
    const root = await rootDirectory();
    await withLock(
      `${root}.lock`,
      "downloading the Pulumi CLI",
      async () => {
        if (!existsSync(binaryIn(root))) await download(root, report);
      },
      report,
    );
    await installPlugins(binaryIn(root), optional, report);
    return engineIn(root);
  },
};

async function rootDirectory(): Promise<string> {
  return cachePath("engine", `official-${await sdkVersion("pulumi")}-${process.platform}-${process.arch}`);
}

function binaryIn(root: string): string {
  return join(root, "bin", "pulumi");
}

async function downloaded(): Promise<Engine | undefined> {
  const root = await rootDirectory();
  return existsSync(binaryIn(root)) ? engineIn(root) : undefined;
}

async function engineIn(root: string): Promise<Engine> {
  return { command: { binary: binaryIn(root), root, version: await sdkVersion("pulumi"), source: "official" }, environment: {} };
}

/** Downloads beside `root` and moves the whole in, so that a directory of that name is never half full. */
async function download(root: string, report: Report): Promise<void> {
  const draft = `${root}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  try {
    report("engine: asking for the official Pulumi CLI");
    const failure = await withHeartbeat(report, "engine: downloading the official Pulumi CLI", () =>
      runDownload(process.execPath, [join(__dirname, "install-official.js"), draft], draft),
    );
    if (failure !== undefined) {
      throw new EngineUnavailable("official download", failure, "install the Pulumi CLI yourself, or set HA_REGISTRY_ENGINE=built");
    }
    await rename(draft, root);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
