import { findExecutable } from "../command";
import { installPackages } from "../debian";
import type { Report } from "../progress";

/**
 * Installs Debian's Docker Engine unless it is there. Since Debian 13 the command `docker` is a package of its own.
 *
 * @throws {RegistryError} when apt cannot.
 */
export async function installDocker(report: Report): Promise<void> {
  const packages = findExecutable("dockerd", ["/usr/sbin"]) === undefined ? ["docker.io", "iptables"] : [];
  if (packages.length > 0) await installPackages("Docker Engine", packages, report);
  if (findExecutable("docker") === undefined) await installPackages("Docker Engine", ["docker-cli"], report);
}
