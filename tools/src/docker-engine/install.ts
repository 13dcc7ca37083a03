import { RegistryError } from "ha-registry-core";

import { CommandError, findExecutable, runChecked } from "../command";
import { withHeartbeat, type Report } from "../progress";

/**
 * Installs Debian's Docker Engine unless it is there. Since Debian 13 the command `docker` is a package of its own.
 *
 * @throws {RegistryError} when apt cannot.
 */
export async function installDocker(report: Report): Promise<void> {
  const packages = findExecutable("dockerd", ["/usr/sbin"]) === undefined ? ["docker.io", "iptables"] : [];
  if (packages.length > 0) await install(packages, report);
  if (findExecutable("docker") === undefined) await install(["docker-cli"], report);
}

async function install(packages: readonly string[], report: Report): Promise<void> {
  const label = `Docker Engine: installing ${packages.join(" ")}`;
  report(label);
  try {
    await withHeartbeat(report, label, async () => {
      await aptGet("update");
      await aptGet("install", "--yes", ...packages);
    });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new RegistryError("Docker Engine", [{ path: packages.join(" "), message: `could not be installed: ${error.message}` }]);
  }
}

/** Waits for another apt to end, and never asks. */
async function aptGet(...args: string[]): Promise<void> {
  await runChecked("apt-get", ["--quiet", "--option", "DPkg::Lock::Timeout=300", ...args], {
    environment: { DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_MODE: "l" },
  });
}
