import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, readFile, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";

import { RegistryError } from "ha-registry-core";

import { withHeartbeat, type Report } from "../progress";
import { stderrOf } from "./docker";
import { cachePath } from "../cache";
import { toolsPath } from "./paths";
import type { GoProgram } from "./recipes";

const run = promisify(execFile);

/** A Go program that was built. */
export interface BuiltProgram {
  /** Path of the executable in the cache. */
  path: string;
  /** Version without the leading `v`. */
  version: string;
  /** What it was built from, as `example.com/module@v1.2.3`. */
  source: string;
}

/**
 * Builds a Go program, static and without this machine's paths in it, once: the result is kept in the cache under everything that
 * decides it. What go itself downloaded and compiled is kept as well when it is interrupted.
 *
 * @param architecture Go's name of the architecture it shall run on. @default - this machine's
 * @throws {RegistryError} when there is no Go, or it cannot build it.
 */
export async function buildGoProgram(program: GoProgram, report: Report, architecture?: string): Promise<BuiltProgram> {
  const directory = toolsPath(program.module);
  const [mod, sum] = await Promise.all(["go.mod", "go.sum"].map((file) => readFile(join(directory, file), "utf8")));
  const version = requiredVersion(mod ?? "", program.versionOf);
  const flags = ["-trimpath", "-buildvcs=false", "-mod=readonly", `-ldflags=-s -w -X ${program.versionVariable}=${version}`];
  const target = architecture ?? { x64: "amd64" }[process.arch as string] ?? process.arch;

  const name = basename(program.package);
  const key = createHash("sha256").update(JSON.stringify([mod, sum, program.package, flags, target])).digest("hex").slice(0, 16);
  const path = cachePath("go", `${name}-${version}-${target}-${key}`, name);
  if (!(await exists(path))) {
    const draft = cachePath("go", `work-${randomUUID()}`);
    try {
      await mkdir(draft, { recursive: true });
      await withHeartbeat(report, `building ${name} ${version}`, () =>
        build(directory, [...flags, "-o", join(draft, name), program.package], target),
      );
      await mkdir(join(path, ".."), { recursive: true });
      await rename(join(draft, name), path);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }
  return { path, version: version.replace(/^v/, ""), source: `${program.versionOf}@${version}` };
}

async function build(directory: string, args: readonly string[], architecture: string): Promise<void> {
  const env = { ...process.env, CGO_ENABLED: "0", GOOS: "linux", GOARCH: architecture, GOWORK: "off", GOFLAGS: "" };
  try {
    await run("go", ["build", ...args], { cwd: directory, env, maxBuffer: 64 << 20 });
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    const message = isMissing
      ? "there is no go command on PATH to build it with; install Go 1.26 or newer"
      : `go build failed in ${directory}: ${stderrOf(error)}`;
    throw new RegistryError("go build", [{ path: args.at(-1) ?? directory, message }]);
  }
}

function requiredVersion(mod: string, module: string): string {
  const line = mod.split("\n").find((candidate) => candidate.replace(/^require/, "").trim().startsWith(`${module} `));
  const version = line?.replace(/^require/, "").trim().split(/\s+/)[1];
  if (version === undefined) throw new Error(`go.mod requires no ${module}`);
  return version;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
