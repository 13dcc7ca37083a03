import { createHash } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

import { RegistryError } from "ha-registry-core";

import { cachePath } from "../cache";
import { findExecutable, lastLines, runCommand } from "../command";
import { withLock } from "../lock";
import { withHeartbeat, type Report } from "../progress";
import { exists, type BuiltProgram } from "./program";

/** A program that is published as a crate. */
export interface CrateProgram {
  /** Name of the crate. */
  crate: string;
  /** Its version. */
  version: string;
  /** Name of the program. */
  program: string;
  /** Features that it is built with, and no others. */
  features: readonly string[];
}

/** Rust's names of the architectures that Docker and Go call otherwise. */
const RUST_ARCHITECTURES: Readonly<Record<string, string>> = { amd64: "x86_64", arm64: "aarch64" };

/** Node's names of them. */
const NODE_ARCHITECTURES: Readonly<Record<string, string>> = { amd64: "x64", arm64: "arm64" };

/**
 * Builds a program from a crate with the versions of its own lock file, static, once: the result is kept in the cache under everything
 * that decides it, and what cargo compiled is kept as well when it is interrupted.
 *
 * Cargo's home is the user's own: it names the mirrors, where there are any.
 *
 * @param report Is told how far it is, and when another process is at it already.
 * @param architecture Go's name of the architecture it shall run on.
 * @throws {RegistryError} when there is no Rust, or it cannot build it.
 */
export async function buildCrateProgram(wanted: CrateProgram, report: Report, architecture: string): Promise<BuiltProgram> {
  const { crate, version, program, features } = wanted;
  const target = `${RUST_ARCHITECTURES[architecture] ?? architecture}-unknown-linux-gnu`;
  const flags = ["--locked", "--no-default-features", "--features", features.join(","), "--target", target];
  const environment = { RUSTFLAGS: "-C target-feature=+crt-static" };
  const key = createHash("sha256")
    .update(JSON.stringify([crate, version, program, flags, environment]))
    .digest("hex");
  const directory = cachePath("cargo", `${crate}-${version}-${architecture}-${key.slice(0, 16)}`);
  const path = join(directory, program);

  const build = async (): Promise<void> => {
    if (await exists(path)) return;
    const [draft, work] = [join(directory, "draft"), join(directory, "target")];
    const args = ["install", crate, "--version", version, "--bin", program, ...flags, "--root", draft, "--target-dir", work, "--no-track"];
    await cargo(args, environment, architecture, report);
    await rename(join(draft, "bin", program), path);
    await rm(draft, { recursive: true, force: true });
    await rm(work, { recursive: true, force: true });
  };
  if (!(await exists(path))) {
    await mkdir(directory, { recursive: true });
    await withLock(`${path}.lock`, `the build of ${program} ${version}`, build, report);
  }
  return { path, version, source: `${crate}@${version}` };
}

async function cargo(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  architecture: string,
  report: Report,
): Promise<void> {
  const crate = args[1] ?? "";
  if (NODE_ARCHITECTURES[architecture] !== process.arch) {
    throw refusal(
      crate,
      `it is built for the machine's own architecture only, and Docker runs on ${architecture}; load the image with docker load`,
    );
  }
  if (findExecutable("cargo") === undefined) {
    throw refusal(crate, "there is no cargo command on PATH to build it with; install Rust (rustup.rs) and a C compiler");
  }
  let compiled = 0;
  const onErrorLine = (line: string): void => {
    if (/^\s*Compiling /.test(line)) compiled += 1;
  };
  const result = await withHeartbeat(
    report,
    `building ${crate} from its crate (about ten minutes)`,
    () => runCommand("cargo", args, { environment, onErrorLine }),
    () => `${compiled} crates`,
  );
  if (result.code !== 0) throw refusal(crate, `cargo failed: ${lastLines(result.stderr, 20)}`);
}

function refusal(crate: string, message: string): RegistryError {
  return new RegistryError("cargo install", [{ path: crate, message }]);
}
