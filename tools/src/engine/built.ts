import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";

import { compareVersions } from "ha-registry-core";

import { cachePath } from "../cache";
import { CommandError, findExecutable, runCommand } from "../command";
import { withLock } from "../lock";
import { withHeartbeat, type Report } from "../progress";
import { buildSteps, type BuildStep, type Workshop } from "./build-steps";
import { installBuiltProviders, pulumiHome } from "./built-providers";
import { bridgedProviders, copyModule, moduleDirectory, moduleHash, moduleVersions, policyAnalyzerDirectory } from "./module";
import { EngineUnavailable, MINIMUM_VERSION, readStamp, writeStamp, type Engine, type EngineSource, type EngineStamp } from "./source";

/** File in an engine's directory that is written last. */
const STAMP = "engine.json";

/** Prefix of directories for unfinished files. Each process has its own, for a killed one may leave a `go build` behind that still writes. */
const DRAFT = "draft-";

/** The engine that is built from tools/engine: for machines that reach package registries only. */
export const builtEngine: EngineSource = {
  name: "built",
  async find(optional) {
    const hash = await moduleHash();
    for (const name of await namesIn(cachePath("engine"))) {
      if (!name.startsWith(`${hash}-`) || !name.endsWith(platform)) continue;
      const stamp = await readStamp<EngineStamp>(cachePath("engine", name, STAMP));
      if (stamp === undefined) continue;
      const root = cachePath("engine", name);
      const home = await pulumiHome(root, optional);
      return existsSync(home) ? builtIn(root, home, stamp) : undefined;
    }
    return undefined;
  },
  async make(report, optional) {
    const go = await checkGo(report);
    const directory = cachePath("engine", `${await moduleHash()}-go${go}-${platform}`);
    await withLock(
      `${directory}.lock`,
      "building the Pulumi engine",
      async () => {
        if (!existsSync(join(directory, STAMP))) await build(directory, report);
      },
      report,
    );
    await installBuiltProviders(directory, optional, report);
    const engine = await builtEngine.find(optional);
    if (engine === undefined) throw new Error(`${directory} holds no engine although it was just built`);
    return engine;
  },
};

/** An engine works on, whatever becomes of Go, so its directory is found by the sources and the platform alone. */
const platform = `${process.platform}-${process.arch}`;

function builtIn(root: string, home: string, { version }: EngineStamp): Engine {
  return {
    command: { binary: join(root, "bin", "pulumi"), root, version, source: "built" },
    environment: {
      PULUMI_HOME: home,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      // What starts policy packs, and the Node that this runs on, which need not be the one on PATH.
      PATH: [policyAnalyzerDirectory, dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
      // The CLI keeps an encrypted log of every command in its home; by default up to 500 MB.
      PULUMI_LOG_ROTATION_MAX_TOTAL_MB: "50",
    },
  };
}

async function namesIn(directory: string): Promise<string[]> {
  return existsSync(directory) ? readdir(directory) : [];
}

/**
 * Each step leaves a finished file behind, so that after an interruption only the step under way is done again (and Go's own
 * cache keeps most of that).
 */
async function build(directory: string, report: Report): Promise<void> {
  const { cli } = await moduleVersions();
  const workshop: Workshop = {
    root: directory,
    source: join(directory, "source"),
    draft: join(directory, `${DRAFT}${process.pid}`),
    log: join(directory, "build.log"),
    cliVersion: cli,
    providers: await bridgedProviders(),
  };
  await removeDrafts(directory);
  for (const made of [workshop.source, workshop.draft, join(directory, "schemas")]) {
    await mkdir(made, { recursive: true });
  }
  await copyModule(moduleDirectory, workshop.source);

  const steps = buildSteps(workshop);
  const left = steps.filter((step) => !existsSync(step.result));
  report(
    left.length === steps.length
      ? "engine: building the Pulumi CLI and its providers from Go modules, once; that takes about 6 minutes on two cores"
      : `engine: going on with the build, ${steps.length - left.length} of ${steps.length} steps are done`,
  );
  for (const step of left)
    await takeStep(step, `engine: step ${steps.indexOf(step) + 1} of ${steps.length}, ${step.label}`, workshop, report);
  await removeDrafts(directory);
  await rm(workshop.source, { recursive: true, force: true });
  await writeStamp<EngineStamp>(join(directory, STAMP), { version: cli });
}

async function removeDrafts(directory: string): Promise<void> {
  for (const name of await namesIn(directory)) {
    if (name.startsWith(DRAFT)) await rm(join(directory, name), { recursive: true, force: true });
  }
}

async function takeStep(step: BuildStep, label: string, { log }: Workshop, report: Report): Promise<void> {
  let detail = "";
  report(label);
  try {
    await withHeartbeat(
      report,
      label,
      () => step.run((text) => (detail = text)),
      () => detail,
    );
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new EngineUnavailable(
      step.label,
      error.message,
      `everything that the build printed is in ${log}; Go modules come through $GOPROXY (see \`go help goproxy\`). What is built so far ` +
        "is kept: run the same command again once the cause is mended",
    );
  }
}

/**
 * @returns the version of Go, as `1.26.1`.
 * @throws {EngineUnavailable} when Go is missing or older than tools/engine/go.mod asks for.
 */
async function checkGo(report: Report): Promise<string> {
  const { go: wanted } = await moduleVersions();
  const fix =
    `building the Pulumi engine needs Go ${wanted} or later: install it and put it on PATH, ` +
    `or install the Pulumi CLI ${MINIMUM_VERSION} or later instead`;
  if (findExecutable("go") === undefined) throw new EngineUnavailable("go", "there is no `go` on PATH", fix);
  // Asked in the module: where Go is allowed to, it fetches the version that go.mod asks for.
  const { code, stdout, stderr } = await withHeartbeat(report, "engine: asking for Go", () =>
    runCommand("go", ["env", "GOVERSION"], { cwd: moduleDirectory }),
  );
  if (code !== 0) throw new EngineUnavailable("go", `\`go env GOVERSION\` failed: ${stderr.trim()}`, fix);
  const version = /^go(\d+(?:\.\d+)*)/.exec(stdout.trim())?.[1];
  if (version === undefined || compareVersions(version, wanted) < 0) {
    throw new EngineUnavailable("go", `\`go\` on PATH is ${stdout.trim()}`, fix);
  }
  return version;
}
