import { RegistryError } from "ha-registry-core";

import { CommandError, runChecked } from "./command";
import { withHeartbeat, type Report } from "./progress";

/**
 * Installs packages of the Debian that this machine runs, which needs root.
 *
 * @param what What they are for, as `Docker Engine`.
 * @throws {RegistryError} when apt cannot.
 */
export async function installPackages(what: string, packages: readonly string[], report: Report): Promise<void> {
  const label = `${what}: installing ${packages.join(" ")}`;
  report(label);
  try {
    await withHeartbeat(report, label, async () => {
      await aptGet("update");
      await aptGet("install", "--yes", ...packages);
    });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new RegistryError(what, [{ path: packages.join(" "), message: `could not be installed: ${error.message}` }]);
  }
}

/** Waits for another apt to end, and never asks. */
async function aptGet(...args: string[]): Promise<void> {
  await runChecked("apt-get", ["--quiet", "--option", "DPkg::Lock::Timeout=300", ...args], {
    environment: { DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_MODE: "l" },
  });
}
