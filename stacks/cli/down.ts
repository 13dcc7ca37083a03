import { rmSync } from "node:fs";
import { StackNotFoundError } from "@pulumi/pulumi/automation/index.js";
import type { Report } from "ha-registry-tools";
import { clientDirectory } from "./client-files";
import { confirm } from "./confirm";
import { listContainers } from "./docker";
import { onDockerAlone, type AnyEnvironment } from "./environment";
import { Failure } from "./exit";
import { forgetHost } from "./lost-host";
import { operate } from "./operate";
import { ensureHosts, hostsOf } from "./hosts";
import { print, printJson } from "./print";
import { summary, type Progress } from "./progress";
import { engineOf, objectName, readState, types, type StateResource } from "./state";
import { openStack, type OpenStack } from "./workspace";

/** Options of `down`. */
export interface DownOptions {
  /** Does not ask. */
  yes?: boolean;
  /** Name of a host that is lost for good: what the state has of it is forgotten first. */
  lostHost?: string;
  /** Removes the stack too: its history, but neither its file nor the passphrase. */
  removeStack?: boolean;
  /** Prints a summary as JSON, and nothing else, on standard output. */
  json?: boolean;
}

/** Removes a registry with its data. */
export async function down(environment: AnyEnvironment, options: DownOptions, report: Report): Promise<void> {
  const { name } = environment;
  const { lostHost } = options;
  const hosts = hostsOf(name, environment.config).filter((host) => host.name === "" || host.name !== lostHost);
  await ensureHosts(name, hosts, report);
  const open = await openIfThere(environment, report);
  if (open !== undefined && lostHost !== undefined)
    await forgetHost(onDockerAlone(environment, "down --lost-host"), open, lostHost, report);
  const { resources } = open === undefined ? { resources: [] } : await readState(open);
  const objects = resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi:"));
  if (open === undefined || objects.length === 0) {
    if (options.json === true) printJson({ environment: name, changes: {}, seconds: 0 });
    else print(`${name}: there is nothing to remove`);
  } else {
    await checkVolumesUnused(name, resources);
    if (options.yes !== true) await confirm(question(name, objects), name);
    const { counts, seconds } = await removeAll(environment, open, objects, report);
    if (options.json === true) printJson({ environment: name, changes: counts, seconds });
    else print(`${name}: ${summary(counts)} (${seconds} s)`);
    rmSync(clientDirectory(environment), { recursive: true, force: true });
  }
  if (options.removeStack === true) await open?.stack.workspace.removeStack(name, { preserveConfig: true });
}

async function openIfThere(environment: AnyEnvironment, report: Report): Promise<OpenStack | undefined> {
  try {
    return await openStack(environment, "existing", report);
  } catch (error) {
    if (error instanceof StackNotFoundError) return undefined;
    throw error;
  }
}

/** What would be lost, first of all data. */
function question(name: string, objects: readonly StateResource[]): string {
  const volumes = objects.filter(({ type, protect }) => type === types.volume && protect === true).map(objectName);
  const buckets = objects.filter(({ type, protect }) => type !== types.volume && protect === true).map(objectName);
  const data = [
    ...volumes.map((volume) => `  volume ${volume}, with the ${volume.endsWith("-audit") ? "audit log" : "images"} in it`),
    ...buckets.map((other) => `  ${other}`),
  ];
  const ends = data.length > 0 ? ["For ever lost is:", ...data] : ["It has no protected data."];
  if (!objects.some(({ type }) => type === types.container))
    return [`This removes ${name}: ${objects.length} objects of the cluster, its certificates and passwords among them.`, ...ends].join(
      "\n",
    );
  const count = (type: string): number => objects.filter((object) => object.type === type).length;
  return [
    `This removes ${name}: ${count(types.container)} containers, ${count(types.network)} network, ${count(types.volume)} volumes, its certificates and passwords.`,
    ...ends,
  ].join("\n");
}

/** Docker keeps a volume that any container names: better refused now than when everything else is gone. */
async function checkVolumesUnused(name: string, resources: readonly StateResource[]): Promise<void> {
  for (const resource of resources.filter(({ type }) => type === types.volume)) {
    const [volume, docker] = [objectName(resource), engineOf(resource, resources)];
    const users = (await docker.ask("ps", "--all", "--filter", `volume=${volume}`, "--format", "{{.Names}}")).split("\n").filter(Boolean);
    if (users.length === 0) continue;
    const containers = await listContainers(docker);
    const others = users.filter((user) => containers.find((container) => container.name === user)?.stack !== name);
    if (others.length > 0)
      throw new Failure(`Volume ${volume} is in use by ${others.join(", ")}, not of this registry: remove that first.`);
  }
}

/**
 * Protection is lifted just before, and put back on whatever is left when the removal fails: half a removal must not leave data unguarded.
 */
async function removeAll(
  environment: AnyEnvironment,
  open: OpenStack,
  objects: readonly StateResource[],
  report: Report,
): Promise<Progress> {
  const guarded = objects.filter(({ protect }) => protect === true).map(({ urn }) => urn);
  if (guarded.length > 0) await open.pulumi("state", "unprotect", ...guarded, "--yes");
  try {
    return (await operate(environment, open, report, (common) => open.stack.destroy({ ...common, refresh: true }))).progress;
  } catch (error) {
    const left = new Set((await readState(open)).resources.map(({ urn }) => urn));
    const again = guarded.filter((urn) => left.has(urn));
    if (again.length > 0) await open.pulumi("state", "protect", ...again, "--yes");
    throw error;
  }
}
