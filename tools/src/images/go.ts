import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { RegistryError } from "ha-registry-core";

import { cachePath } from "../cache";
import { findExecutable, lastLines, runCommand } from "../command";
import { withLock } from "../lock";
import type { Report } from "../progress";
import { completeModule, removeModule, type IncompleteModule } from "./go-module";
import { toolsPath } from "./paths";
import { exists, type BuiltProgram } from "./program";

/** A program that comes from Go modules. */
export interface GoProgram {
  /** Directory under `tools/` that holds go.mod and go.sum. */
  module: string;
  /** Import path of the program; one of our own begins with `./` and is the directory of its sources, all in one. */
  package: string;
  /** Module whose version is the program's. */
  versionOf: string;
  /** Variable that tells the program its version, as `example.com/x/version.Version`. @default - it is not told */
  versionVariable?: string;
  /** What a version of the module is released as, where that is another. @default - as the module's version */
  releaseOf?: (version: string) => string;
  /** Build tags. @default - none */
  tags?: readonly string[];
  /**
   * Files that are put into `versionOf`: those that it embeds but does not have in its archive, since they are made from sources of another
   * language, and those that take the place of its own. Path in the module → path under `tools`.
   * @default - none
   */
  additions?: Readonly<Record<string, string>>;
  /**
   * Files that `versionOf` embeds but does not have in its archive, which others that it has may stand for: path in the module → path in
   * the module.
   * @default - none
   */
  copies?: Readonly<Record<string, string>>;
  /** Name of the program. @default - the last part of `package` */
  name?: string;
}

/** Everything that decides a program, and where it goes. */
interface BuildPlan {
  program: GoProgram;
  directory: string;
  required: string;
  version: string;
  flags: readonly string[];
  additions: Readonly<Record<string, string>> | undefined;
  target: string;
  path: string;
}

/**
 * Builds a Go program, static and without this machine's paths in it, once: the result is kept in the cache under everything that
 * decides it. What go itself downloaded and compiled is kept as well when it is interrupted.
 *
 * @param report Is told when another process is at it already.
 * @param architecture Go's name of the architecture it shall run on. @default - this machine's
 * @throws {RegistryError} when there is no Go, or it cannot build it.
 */
export async function buildGoProgram(program: GoProgram, report: Report, architecture?: string): Promise<BuiltProgram> {
  const plan = await planBuild(program, architecture);
  const { path, version, required } = plan;
  if (!(await exists(path))) {
    await mkdir(dirname(path), { recursive: true });
    await withLock(`${path}.lock`, `the build of ${basename(path)} ${version}`, () => build(plan), report);
  }
  return { path, version: version.replace(/^v/, ""), source: `${program.versionOf}@${required}` };
}

/** Where {@link buildGoProgram} puts a program, whether it is there or not. */
export async function goProgramPath(program: GoProgram): Promise<string> {
  return (await planBuild(program)).path;
}

async function planBuild(program: GoProgram, architecture?: string): Promise<BuildPlan> {
  const directory = toolsPath(program.module);
  const mod = await readFile(join(directory, "go.mod"), "utf8");
  const sum = await readFile(join(directory, "go.sum"), "utf8");
  const required = requiredVersion(mod, program.versionOf);
  const version = program.releaseOf?.(required) ?? required;
  const told = program.versionVariable === undefined ? "" : ` -X ${program.versionVariable}=${version}`;
  const tags = program.tags === undefined ? [] : [`-tags=${program.tags.join(",")}`];
  const flags = ["-trimpath", "-buildvcs=false", "-mod=readonly", `-ldflags=-s -w${told}`, ...tags];
  const additions = program.additions === undefined ? undefined : await texts(program.additions);
  const target = architecture ?? (process.arch === "x64" ? "amd64" : process.arch);

  const name = program.name ?? basename(program.package);
  const key = createHash("sha256")
    .update(
      JSON.stringify([
        mod,
        sum,
        program.package,
        flags,
        target,
        await ownSources(directory, program.package),
        ...[additions, program.copies].filter((files) => files !== undefined),
      ]),
    )
    .digest("hex");
  const path = cachePath("go", `${name}-${version}-${target}-${key.slice(0, 16)}`, name);
  return { program, directory, required, version, flags, additions, target, path };
}

async function build({ program, directory, flags, additions, target, path }: BuildPlan): Promise<void> {
  if (await exists(path)) return;
  await removeDrafts(dirname(path));
  // A name of its own: the go command of a build that was killed may still be writing to another.
  const draft = `${path}.${randomUUID()}.draft`;
  const args = [...flags, "-o", draft, program.package];
  if (additions === undefined && program.copies === undefined) await goBuild(directory, args, target);
  else {
    const module = { directory, module: program.versionOf, additions: additions ?? {}, copies: program.copies ?? {} };
    await buildCompleted(module, args, target, `${dirname(path)}.module`);
  }
  await rename(draft, path);
}

async function buildCompleted(module: IncompleteModule, args: readonly string[], architecture: string, work: string): Promise<void> {
  requireGo(args);
  await completeModule(module, work);
  await goBuild(work, args, architecture);
  await removeModule(work);
}

/** The text of each file, which is given by its path under `tools`. */
async function texts(files: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const read = Object.entries(files).map(async ([path, source]) => [path, await readFile(toolsPath(source), "utf8")] as const);
  return Object.fromEntries(await Promise.all(read));
}

/** What decides a program of our own, beside the modules it is made with. */
async function ownSources(directory: string, programPackage: string): Promise<string[]> {
  if (!programPackage.startsWith("./")) return [];
  const sources = join(directory, programPackage);
  const files = (await readdir(sources)).filter((file) => file.endsWith(".go")).sort();
  return await Promise.all(files.map((file) => readFile(join(sources, file), "utf8")));
}

async function goBuild(directory: string, args: readonly string[], architecture: string): Promise<void> {
  requireGo(args);
  const environment = { CGO_ENABLED: "0", GOOS: "linux", GOARCH: architecture, GOWORK: "off", GOFLAGS: "" };
  const { code, stderr } = await runCommand("go", ["build", ...args], { cwd: directory, environment });
  if (code !== 0) throw refusal(args, `go build failed in ${directory}: ${lastLines(stderr, 20)}`);
}

function requireGo(args: readonly string[]): void {
  if (findExecutable("go") === undefined) {
    throw refusal(args, "there is no go command on PATH to build it with; install Go 1.26 or newer");
  }
}

function refusal(args: readonly string[], message: string): RegistryError {
  return new RegistryError("go build", [{ path: args.at(-1) ?? "", message }]);
}

/** The version of a module that the text of a go.mod asks for. */
export function requiredVersion(mod: string, module: string): string {
  const lines = mod.split("\n").map((line) => line.replace(/^require\s/, "").trim());
  const version = lines.find((line) => line.startsWith(`${module} `))?.split(/\s+/)[1];
  if (version === undefined) throw new Error(`go.mod requires no ${module}`);
  return version;
}

async function removeDrafts(directory: string): Promise<void> {
  const drafts = (await readdir(directory)).filter((file) => file.endsWith(".draft"));
  await Promise.all(drafts.map((file) => rm(join(directory, file), { force: true })));
}
