import { realpathSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, dirname } from "node:path";

import { compareVersions, isVersion } from "ha-registry-core";

import { cachePath } from "../cache";
import { findExecutable, runCommand } from "../command";
import { hasPlugins, installPlugins } from "./plugins";
import { EngineUnavailable, MINIMUM_VERSION, readStamp, writeStamp, type Engine, type EngineSource, type EngineStamp } from "./source";

/** What was found out about the CLI on PATH, and of which file. */
interface PathStamp extends EngineStamp {
  binary: string;
  modified: number;
  size: number;
}

/** The `pulumi` on PATH. */
export const pathEngine: EngineSource = {
  name: "path",
  async find(optional) {
    const engine = await engineOnPath();
    return engine !== undefined && isRecent(engine) && (await hasPlugins(optional)) ? engine : undefined;
  },
  async make(report, optional) {
    const engine = await engineOnPath();
    if (engine === undefined) throw refusal("there is no `pulumi` on PATH");
    if (!isRecent(engine)) throw refusal(`${engine.command.binary} is version ${engine.command.version}, older than ${MINIMUM_VERSION}`);
    await installPlugins(engine.command.binary, optional, report);
    return engine;
  },
};

function refusal(reason: string): EngineUnavailable {
  const fix = `install the Pulumi CLI ${MINIMUM_VERSION} or later, or set HA_REGISTRY_ENGINE to official or built`;
  return new EngineUnavailable("pulumi", reason, fix);
}

function isRecent({ command }: Engine): boolean {
  return isVersion(command.version) && compareVersions(command.version, MINIMUM_VERSION) >= 0;
}

async function engineOnPath(): Promise<Engine | undefined> {
  const binary = findExecutable("pulumi");
  if (binary === undefined) return undefined;
  const directory = dirname(binary);
  return {
    command: {
      binary,
      ...(basename(directory) === "bin" ? { root: dirname(directory) } : {}),
      version: await versionOf(binary),
      source: "path",
    },
    environment: {},
  };
}

/** Asking the CLI takes longer than everything else together, so the answer is kept as long as the file stays as it is. */
async function versionOf(binary: string): Promise<string> {
  const { mtimeMs: modified, size } = statSync(realpathSync(binary));
  const file = cachePath("engine", "path.json");
  const known = await readStamp<PathStamp>(file);
  if (known?.binary === binary && known.modified === modified && known.size === size) return known.version;
  const { stdout, stderr, code } = await runCommand(binary, ["version"], { environment: { PULUMI_SKIP_UPDATE_CHECK: "true" } });
  const version = stdout.trim().replace(/^v/, "");
  if (code !== 0) throw refusal(`\`${binary} version\` failed: ${stderr.trim()}`);
  await mkdir(cachePath("engine"), { recursive: true });
  await writeStamp<PathStamp>(file, { binary, modified, size, version });
  return version;
}
