import { existsSync } from "node:fs";

import { RegistryError } from "ha-registry-core";

import { findExecutable, lastLines, runCommand } from "../command";
import { DockerCli } from "../images/docker";

/** How long an engine may take to answer, in milliseconds; a healthy one takes some 20. */
const ANSWER_TIMEOUT_MS = 15_000;

/** Where administrators' programs lie, which are not on every user's PATH. */
const SBIN = ["/usr/local/sbin", "/usr/sbin", "/sbin"] as const;

/** Why there is no Docker Engine, and whether installing or starting it on this machine would help. */
export interface Diagnosis {
  /** What to tell the user: cause and exact fix. */
  error: RegistryError;
  /** Whether Debian's packages or a started daemon would mend it. */
  mendable: boolean;
}

/**
 * Asks a Docker Engine for its version.
 *
 * @param docker The engine. @default - the one that `DOCKER_HOST` or the docker context names
 * @returns undefined if it answers, else what the docker command said.
 */
export async function probe(docker: DockerCli = new DockerCli()): Promise<string | undefined> {
  const options = { environment: docker.environment, timeoutMs: ANSWER_TIMEOUT_MS };
  const { code, stdout, stderr } = await runCommand("docker", ["version", "--format", "{{.Server.Version}}"], options);
  if (code === 0 && stdout.trim() !== "") return undefined;
  return lastLines(stderr, 3) || `no answer within ${ANSWER_TIMEOUT_MS / 1000} s`;
}

/** Finds out why the engine did not answer, from the docker command's own words (`failure`) and a look at this machine. */
export async function diagnose(failure: string): Promise<Diagnosis> {
  if (process.platform !== "linux") return refused("Docker", `it does not answer (${failure}); start Docker Desktop and run this again`);
  if (findExecutable("docker") === undefined) return missing("docker", "the command `docker` is not installed", ["docker.io", "iptables"]);

  const elsewhere = await otherEngine();
  if (elsewhere !== undefined) {
    return refused(
      elsewhere.setBy,
      `the Docker Engine at ${elsewhere.host} does not answer (${failure}); start it, or ${elsewhere.undo} to use the one of this machine`,
    );
  }
  if (/permission denied/i.test(failure)) {
    return refused(
      "/var/run/docker.sock",
      "this user may not talk to the Docker Engine; run `sudo usermod -aG docker $USER`, log in again, and run this again (or run it with sudo)",
    );
  }
  if (findExecutable("dockerd", SBIN) === undefined)
    return missing("dockerd", "the Docker Engine is not installed", ["docker.io", "iptables"]);
  const start = hasSystemd() ? "sudo systemctl start docker" : "sudo sh -c 'dockerd >/var/log/dockerd.log 2>&1 &'";
  return mendable("dockerd", `the Docker Engine is installed but does not answer (${failure}); start it: \`${start}\``);
}

/** Whether this machine's services are run by systemd. */
export function hasSystemd(): boolean {
  return existsSync("/run/systemd/system");
}

/** An engine that is not the one at this machine's default socket, and what chose it. */
async function otherEngine(): Promise<{ setBy: string; host: string; undo: string } | undefined> {
  const host = process.env["DOCKER_HOST"];
  if (host !== undefined && host !== "") return { setBy: "DOCKER_HOST", host, undo: "unset DOCKER_HOST" };
  const format = "{{.Name}} {{.Endpoints.docker.Host}}";
  const { code, stdout } = await runCommand("docker", ["context", "inspect", "--format", format]);
  const [name = "default", endpoint = ""] = stdout.trim().split(" ");
  if (code !== 0 || name === "default") return undefined;
  return { setBy: `docker context ${name}`, host: endpoint, undo: "run `docker context use default`" };
}

function missing(path: string, what: string, packages: readonly string[]): Diagnosis {
  const fix =
    findExecutable("apt-get") === undefined
      ? "install it as https://docs.docker.com/engine/install/ tells for this system"
      : `install it: \`sudo apt-get update && sudo apt-get install ${packages.join(" ")}\` (as root, HA_REGISTRY_INSTALL_DOCKER=1 does it for you)`;
  return mendable(path, `${what}; ${fix}`);
}

function mendable(path: string, message: string): Diagnosis {
  return { error: new RegistryError("Docker Engine", [{ path, message }]), mendable: true };
}

function refused(path: string, message: string): Diagnosis {
  return { ...mendable(path, message), mendable: false };
}
