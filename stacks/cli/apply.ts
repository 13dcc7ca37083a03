import { resolveTopology } from "ha-registry-core";
import type { Report } from "ha-registry-tools";
import { backUpState } from "./backup";
import { writeClientFiles } from "./client-files";
import type { Environment } from "./environment";
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
  if (options.clearLock === true) await clearLock(environment, open, report);
  else if (isFree(environment)) await mend(environment, open, report);
  if (lostHost !== undefined) await forgetHost(environment, open, lostHost, report);
  const going = await ensureKnownHosts(environment, open, hosts, withoutHost);
  await probeNewStore(environment, open, report);
  await stepDown(environment, going, report);
  const replace = await prepare(open);
  const exclude = withoutHost === undefined ? {} : { exclude: await untouched(environment, open, withoutHost) };
  const { result, progress } = await operate(environment, open, report, (common) =>
    open.stack.up({ ...common, refresh: true, ...exclude, ...(replace.length === 0 ? {} : { replace }) }),
  );
  const values = Object.entries(result.outputs).map(([key, { value }]): [string, unknown] => [key, value]);
  const outputs = readOutputs(name, Object.fromEntries(values));
  const backsUp = resolveTopology(name, environment.config.registry).backup !== undefined;
  if (backsUp && withoutHost === undefined) await backUpState(environment, open, report);
  return { progress, outputs, caFile: writeClientFiles(environment, outputs) };
}
