import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";

import { RegistryError, type Problem } from "ha-registry-core";

import { cachePath } from "./cache";
import { diagnose, probe } from "./docker-engine/diagnose";
import { installDocker } from "./docker-engine/install";
import { defaultDockerd, startDockerd } from "./docker-engine/start";
import { DockerCli } from "./images/docker";
import { withLock } from "./lock";
import { reportToStderr, type Report } from "./progress";

export { probe };

/** How far {@link ensureDocker} goes. */
export interface DockerOptions {
  /**
   * Whether Debian's Docker Engine may be installed and started, which needs root.
   * @default - whether `HA_REGISTRY_INSTALL_DOCKER` is 1
   */
  install?: boolean;
  /** Told the progress of anything long. @default standard error */
  report?: Report;
}

/** Free space below which a deployment is not begun, in bytes: the images take about 0.2 GB, and layers need room. */
export const MINIMUM_DISK_BYTES = 1e9;

/**
 * Makes sure that a Docker Engine answers: the one that `DOCKER_HOST` or the current docker context names, else that of this machine.
 *
 * @throws {RegistryError} when none answers; it says why and gives the command that mends it.
 */
export async function ensureDocker(options: DockerOptions = {}): Promise<void> {
  const { install = process.env["HA_REGISTRY_INSTALL_DOCKER"] === "1", report = reportToStderr } = options;
  const failure = await probe();
  if (failure === undefined) return;
  const diagnosis = await diagnose(failure);
  if (!install || !diagnosis.mendable) throw diagnosis.error;
  if (process.getuid?.() !== 0) {
    const message = "HA_REGISTRY_INSTALL_DOCKER=1 installs and starts the Docker Engine only as root; run this command with sudo";
    throw new RegistryError("Docker Engine", [...diagnosis.error.problems, { path: "user", message }]);
  }
  await withLock(
    cachePath("docker", "install.lock"),
    "installing the Docker Engine",
    async () => {
      if ((await probe()) === undefined) return;
      await installDocker(report);
      if ((await probe()) !== undefined) await startDockerd(defaultDockerd(), report);
    },
    report,
  );
}

/** Free space where a Docker Engine of this machine keeps its data. */
export interface DockerDisk {
  /** The engine's data root. */
  directory: string;
  /** Bytes that are free there. */
  freeBytes: number;
}

/**
 * Tells the free space of a Docker Engine; undefined when it runs on another machine (or in a virtual one) and cannot be asked.
 *
 * @param docker The engine. @default - the one that `DOCKER_HOST` or the docker context names
 */
export async function dockerDiskFree(docker: DockerCli = new DockerCli()): Promise<DockerDisk | undefined> {
  if (!docker.isAtSocket) return undefined;
  const { code, stdout } = await docker.attempt("info", "--format", "{{.DockerRootDir}}");
  const directory = stdout.trim();
  if (code !== 0 || !existsSync(directory)) return undefined;
  const { bavail, bsize } = await statfs(directory);
  return { directory, freeBytes: bavail * bsize };
}

/**
 * Refuses to begin on a disk that is about to be full; does nothing where {@link dockerDiskFree} cannot tell.
 *
 * @param minimumBytes Free bytes that are needed. @default MINIMUM_DISK_BYTES
 * @throws {RegistryError} when there is less.
 */
export async function requireDiskFree(minimumBytes: number = MINIMUM_DISK_BYTES): Promise<void> {
  const problem = diskProblem(await dockerDiskFree(), minimumBytes);
  if (problem !== undefined) throw new RegistryError("Docker Engine", [problem]);
}

/**
 * Why a disk is too full to begin; undefined when it is not, or is not known.
 *
 * @param minimumBytes Free bytes that are needed. @default MINIMUM_DISK_BYTES
 */
export function diskProblem(disk: DockerDisk | undefined, minimumBytes: number = MINIMUM_DISK_BYTES): Problem | undefined {
  if (disk === undefined || disk.freeBytes >= minimumBytes) return undefined;
  return {
    path: disk.directory,
    message:
      `only ${megabytes(disk.freeBytes)} are free where Docker keeps its data, at least ${megabytes(minimumBytes)} are needed; ` +
      "free some (`docker system df` tells what takes the space), or move Docker's data-root to a larger disk",
  };
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1e6)} MB`;
}
