import { CommandError, ConcurrentUpdateError } from "@pulumi/pulumi/automation/index.js";
import type { RegistryError } from "ha-registry-core";
import { listContainers, logTail, type Container } from "./docker";
import { onHost, type Host } from "./hosts";
import { explainLocks, parseLocks } from "./lock";
import type { Progress } from "./progress";

/**
 * Says for people why an operation failed: first the containers that do not run as they should and what they wrote last, then what the
 * engine said, in short.
 *
 * @param name Name of the environment.
 * @param hosts Where its containers are.
 * @param error What the operation threw.
 * @param programError What the program threw, if it did.
 */
export async function explainFailure(
  name: string,
  hosts: readonly Host[],
  error: unknown,
  progress: Progress,
  programError?: RegistryError,
): Promise<string> {
  if (programError !== undefined) return programError.message;
  if (error instanceof ConcurrentUpdateError) return explainLocks(name, parseLocks(error.message));
  if (!(error instanceof CommandError)) throw error;
  if (progress.cancelling) return `Stopped. What was done is in the state, and \`npx ha-registry up ${name}\` goes on from here.`;
  const killed = /was killed with (SIG\w+)/.exec(error.message)?.[1];
  if (killed !== undefined) {
    return `Pulumi was ended from outside (${killed}) and could not give its lock back. \`npx ha-registry unlock ${name}\`, then \`up\`, goes on from here.`;
  }
  const sick = (await Promise.all(hosts.map((host) => describeSick(name, host)))).flat();
  const reasons = engineReasons(progress.errors, error.message);
  return [...sick, ...reasons.map((reason) => `Pulumi: ${reason}`), ...advice(name, reasons)].join("\n");
}

/** What to do about Docker's refusals that do not say it themselves. */
export function advice(name: string, reasons: readonly string[]): string[] {
  const told = reasons.join("\n");
  if (/network with name \S+ already exists|is already in use by container/.test(told)) {
    return [
      `Docker has objects of ${name} that this state does not know: it is somebody else's registry, or its state was lost or lies elsewhere`,
      `(PULUMI_BACKEND_URL, XDG_STATE_HOME). \`docker ps --all --filter label=ha-registry=${name}\` lists them. If the state is lost,`,
      `\`npx ha-registry adopt ${name}\` takes the data over and replaces the rest.`,
    ];
  }
  if (/[Pp]ool overlaps/.test(told)) {
    return ["Another network has these addresses (`docker network ls`, `ip route`): choose others with registry.subnet, as 10.200.7.0/24."];
  }
  if (told.includes("volume has active mounts")) {
    return [
      "When Docker could not start a container after a reboot, it miscounts who uses its volume in memory, until it is started anew:",
      `\`systemctl restart docker\` on that host, and \`npx ha-registry down ${name}\` goes on from here.`,
    ];
  }
  return [];
}

/** What runs badly on a host, each container with the last lines of its log. */
async function describeSick(name: string, host: Host): Promise<string[]> {
  const containers = await listContainers(host.docker).catch(() => []); // where Docker itself is the trouble, the engine has said so
  const sick = containers.filter((container) => container.stack === name && isSick(container));
  const described = sick.map(async (container) => {
    const lines = [...new Set(await logTail(host.docker, container.name, 30))].slice(-10); // a container that restarts repeats itself
    return [`${container.name}${onHost(host)}: ${container.status}`, ...lines.map((line) => `  | ${line}`)].join("\n");
  });
  return Promise.all(described);
}

/** Containers that only carry files are never started, and those that do one thing end with code 0. */
export function isSick({ state, status }: Container): boolean {
  if (state === "created") return false;
  if (state === "exited") return !status.startsWith("Exited (0)");
  return state !== "running" || /unhealthy|health: starting/.test(status);
}

/** The engine's errors without repetition and without the line that only says that there were errors. */
export function engineReasons(errors: readonly string[], message: string): string[] {
  const told = errors.filter((text) => text !== "" && !/^(update|preview|destroy|refresh) failed$/.test(text));
  const raw = told.length > 0 ? told : message.split("\n").filter((line) => /^\s*error:/.test(line));
  return [...new Set((raw.length > 0 ? raw : [message]).map(shorten).filter((text) => text !== ""))];
}

/**
 * What is wrong and with what: without the provider's file names, counts of errors, stack traces, and without the engine's long names, of
 * which the last part says enough.
 */
function shorten(text: string): string {
  const lines = text
    .split("\n")
    .map((line) =>
      line
        .replace(/\d+ errors? occurred:/g, "")
        .replace(/urn:pulumi:\S+::([^\s:]+)/g, "$1")
        .replace(/^[\s*]+|\s+$/g, ""),
    )
    .filter((line) => line !== "" && !/^at |^sdk-v2\/|^\w+\.go:/.test(line));
  return lines
    .slice(0, 12)
    .join("\n  ")
    .replace(/: *\n {2}/g, ": ");
}
