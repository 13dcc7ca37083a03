import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { RegistryError } from "ha-registry-core";

import { cachePath } from "./cache";
import { CommandError, findExecutable, runChecked, runCommand } from "./command";
import { installPackages } from "./debian";
import { toolsPath } from "./images/paths";
import { withLock } from "./lock";
import { reportToStderr, withHeartbeat, type Report } from "./progress";

/** The packages of moto, each with its version and its hashes. */
const REQUIREMENTS = toolsPath("aws", "requirements.txt");

/** How Python's own program for virtual environments is come by. */
const PYTHON_FIX = "install Python 3.10 or newer with its venv module and put it on PATH (Debian: apt-get install python3-venv)";

/** Absolute paths of what moto is run with. */
export interface MotoPrograms {
  /** A Python that has moto, and boto3, Amazon's own client. */
  python: string;
  /** The server: a program for that Python, which takes the arguments of moto's own and has more than it. */
  server: string;
}

/** How moto is come by. */
export interface MotoOptions {
  /** Whether Debian's python3-venv may be installed, which needs root. @default `HA_REGISTRY_INSTALL_DOCKER` is 1 */
  install?: boolean;
  /** Told what takes long. @default standard error */
  report?: Report;
}

/**
 * Makes sure that this machine has moto, which answers as AWS does: it is installed once, in a virtual environment in the cache.
 *
 * @throws {RegistryError} when there is no Python, or its package index does not answer.
 */
export async function ensureMoto(options: MotoOptions = {}): Promise<MotoPrograms> {
  const { install = process.env["HA_REGISTRY_INSTALL_DOCKER"] === "1", report = reportToStderr } = options;
  if (install && !(await hasVenv())) await installPackages("moto", ["python3-venv"], report);
  const directory = cachePath("python", `moto-${await keyOf()}`);
  const complete = join(directory, "complete");
  if (!existsSync(complete)) {
    const make = async (): Promise<void> => {
      if (existsSync(complete)) return;
      await makeEnvironment(directory, report);
      await writeFile(complete, "");
    };
    await withLock(`${directory}.lock`, "installing moto", make, report);
  }
  return { python: join(directory, "bin", "python3"), server: toolsPath("aws", "server.py") };
}

/** Made where it stays: its programs name its path. */
async function makeEnvironment(directory: string, report: Report): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  try {
    await withHeartbeat(report, "moto: installing its Python packages", async () => {
      await runChecked("python3", ["-m", "venv", directory]);
      const options = ["--quiet", "--disable-pip-version-check", "--no-input", "--only-binary", ":all:", "--require-hashes", "--no-deps"];
      await runChecked(join(directory, "bin", "pip"), ["install", ...options, "--requirement", REQUIREMENTS]);
    });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const fix = error.command.startsWith("python3") ? PYTHON_FIX : "pip asks the package index that its configuration names";
    throw refusal(`${error.message}; ${fix}`);
  }
}

/** Another Python needs other packages, and does not find those of an older one. */
async function keyOf(): Promise<string> {
  if (findExecutable("python3") === undefined) throw refusal(`there is no python3 on PATH; ${PYTHON_FIX}`);
  const { stdout: version } = await runChecked("python3", ["--version"]);
  return createHash("sha256")
    .update(version)
    .update(await readFile(REQUIREMENTS))
    .digest("hex")
    .slice(0, 16);
}

/** Whether virtual environments can be made; Debian leaves out what puts pip into them. */
async function hasVenv(): Promise<boolean> {
  return findExecutable("python3") !== undefined && (await runCommand("python3", ["-c", "import venv, ensurepip"])).code === 0;
}

function refusal(message: string): RegistryError {
  return new RegistryError("moto", [{ path: "python3", message }]);
}
