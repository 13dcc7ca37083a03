import type { OutputMap } from "@pulumi/pulumi/automation/index.js";
import { resolveTopology } from "ha-registry-core";
import type { Report } from "ha-registry-tools";
import { backUpState } from "./backup";
import { writeClientFiles } from "./client-files";
import { isOnDocker, onDockerAlone, type AnyEnvironment, type Environment } from "./environment";
import { hostsOf } from "./hosts";
import { ensureKnownHosts, forgetHost, stepDown, untouched } from "./lost-host";
import { operate } from "./operate";
import { preflight } from "./preflight";
import { probeNewStore } from "./probe";
import type { Progress } from "./progress";
import { clearLock, isFree, mend } from "./unlock";
import { openStack, readOutputs, type OpenStack, type Outputs } from "./workspace";

/** How a registry is made what its configuration says. */
export interface ApplyOptions {
  /** Clears the lock of a run that crashed. */
  clearLock?: boolean;
  /** Name of a host that is lost for good: what the state has of it is forgotten first. */
  lostHost?: string;
  /** Name of a host that is away: what is on it is left as it is. */
  withoutHost?: string;
}

/** What came of it. */
export interface Applied {
  progress: Progress;
  outputs: Outputs;
  /** Path of the CA's certificate; undefined when clients are taken to trust the registry already. */
  caFile: string | undefined;
}

/** Makes a registry on any substrate what its configuration says. */
export function applyAnywhere(environment: AnyEnvironment, options: ApplyOptions, report: Report): Promise<Applied> {
  return isOnDocker(environment) ? apply(environment, options, report) : applyElsewhere(environment, options, report);
}

/** A cluster and AWS see to hosts and images themselves: there is nothing to look after before. */
async function applyElsewhere(environment: AnyEnvironment, options: ApplyOptions, report: Report): Promise<Applied> {
  if (options.lostHost !== undefined || options.withoutHost !== undefined)
    onDockerAlone(environment, options.lostHost === undefined ? "up --without-host" : "up --lost-host");
  const open = await openStack(environment, "create", report);
  await unlockFor(environment, open, options, report);
  const { result, progress } = await operate(environment, open, report, (common) => open.stack.up({ ...common, refresh: true }));
  return told(environment, result.outputs, progress);
}

/**
 * Makes the registry what its configuration says, in an order that ends in a whole registry wherever it is cut off and repeated.
 *
 * @param prepare Called last before anything is changed: chooses what is replaced although nothing asks for it, by URN. @default - nothing
 */
export async function apply(
  environment: Environment,
  options: ApplyOptions,
  report: Report,
  prepare: (open: OpenStack) => Promise<string[]> = () => Promise.resolve([]),
): Promise<Applied> {
  const { name } = environment;
  const { lostHost, withoutHost } = options;
  const hosts = hostsOf(name, environment.config).filter((host) => host.name === "" || host.name !== withoutHost);
  const withoutGrafana = await preflight(name, environment.config, hosts, report);
  const open = await openStack(environment, "create", report, { withoutGrafana });
  await unlockFor(environment, open, options, report);
  if (lostHost !== undefined) await forgetHost(environment, open, lostHost, report);
  const going = await ensureKnownHosts(environment, open, hosts, withoutHost);
  await probeNewStore(environment, open, report);
  await stepDown(environment, going, report);
  const replace = await prepare(open);
  const exclude = withoutHost === undefined ? {} : { exclude: await untouched(environment, open, withoutHost) };
  const { result, progress } = await operate(environment, open, report, (common) =>
    open.stack.up({ ...common, refresh: true, ...exclude, ...(replace.length === 0 ? {} : { replace }) }),
  );
  const backsUp = resolveTopology(name, environment.config.registry).backup !== undefined;
  if (backsUp && withoutHost === undefined) await backUpState(environment, open, report);
  return told(environment, result.outputs, progress);
}

/** Clears the lock of a run that crashed, if that is wanted, and in any case what is left of a run that holds none. */
async function unlockFor(environment: AnyEnvironment, open: OpenStack, { clearLock: clears }: ApplyOptions, report: Report): Promise<void> {
  if (clears === true) await clearLock(environment, open, report);
  else if (isFree(environment)) await mend(environment, open, report);
}

/** What came of it, with the files that clients need. */
function told(environment: AnyEnvironment, map: OutputMap, progress: Progress): Applied {
  const values = Object.entries(map).map(([key, { value }]): [string, unknown] => [key, value]);
  const outputs = readOutputs(environment.name, Object.fromEntries(values));
  return { progress, outputs, caFile: writeClientFiles(environment, outputs) };
}
