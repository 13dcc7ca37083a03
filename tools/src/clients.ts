import { userInfo } from "node:os";

import { RegistryError } from "ha-registry-core";

import { findExecutable, lastLines, runCommand } from "./command";
import { buildGoProgram, type GoProgram } from "./images/go";
import { reportToStderr, withHeartbeat, type Report } from "./progress";

/** Absolute paths of clients that push to and pull from registries. */
export interface Clients {
  crane: string;
  regctl: string;
  /** Copies images as regctl does, many at a time in one process; see `tools/clients/image-copier`. */
  imageCopier: string;
  skopeo: string;
}

const CRANE: GoProgram = {
  module: "clients",
  package: "github.com/google/go-containerregistry/cmd/crane",
  versionOf: "github.com/google/go-containerregistry",
  versionVariable: "github.com/google/go-containerregistry/cmd/crane/cmd.Version",
};

const REGCTL: GoProgram = {
  module: "clients",
  package: "github.com/regclient/regclient/cmd/regctl",
  versionOf: "github.com/regclient/regclient",
  versionVariable: "github.com/regclient/regclient/internal/version.vcsTag",
};

const IMAGE_COPIER: GoProgram = {
  module: "clients",
  package: "./image-copier",
  versionOf: "github.com/regclient/regclient",
};

/**
 * Makes sure that this machine has the clients that the tests use: crane and regctl are built once into the cache, skopeo is taken
 * from PATH, or installed as root on Debian.
 *
 * @throws {RegistryError} when one of them is not to be had.
 */
export async function ensureClients(report: Report = reportToStderr): Promise<Clients> {
  const skopeo = await ensureSkopeo(report);
  return await withHeartbeat(report, "building crane and regctl", async () => {
    const crane = await buildGoProgram(CRANE, report);
    const regctl = await buildGoProgram(REGCTL, report);
    const imageCopier = await buildGoProgram(IMAGE_COPIER, report);
    return { crane: crane.path, regctl: regctl.path, imageCopier: imageCopier.path, skopeo };
  });
}

async function ensureSkopeo(report: Report): Promise<string> {
  const present = findExecutable("skopeo");
  if (present !== undefined) return present;
  if (userInfo().uid !== 0 || findExecutable("apt-get") === undefined) throw withoutSkopeo("it is not on PATH");
  const output = await withHeartbeat(report, "installing skopeo", async () => {
    await aptGet("update");
    return await aptGet("install", "--yes", "--no-install-recommends", "skopeo");
  });
  const installed = findExecutable("skopeo");
  if (installed === undefined) throw withoutSkopeo(`apt-get did not install it: ${output}`);
  return installed;
}

async function aptGet(...args: string[]): Promise<string> {
  // dpkg's lock belongs to somebody else at times, on a machine that has just been started above all.
  const { stdout, stderr } = await runCommand("apt-get", ["-o", "DPkg::Lock::Timeout=300", ...args], {
    environment: { DEBIAN_FRONTEND: "noninteractive" },
  });
  return lastLines(stderr || stdout, 5);
}

function withoutSkopeo(reason: string): RegistryError {
  return new RegistryError("clients", [{ path: "skopeo", message: `${reason}; install it (on Debian: apt-get install skopeo)` }]);
}
