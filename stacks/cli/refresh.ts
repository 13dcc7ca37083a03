import type { Report } from "ha-registry-tools";
import type { AnyEnvironment } from "./environment";
import { ensureHosts, hostsOf } from "./hosts";
import { operate } from "./operate";
import { print, printJson } from "./print";
import { summary } from "./progress";
import { openStack } from "./workspace";

/** Brings the state up to date with what is really there, and changes nothing there. */
export async function refresh(environment: AnyEnvironment, options: { json?: boolean }, report: Report): Promise<void> {
  await ensureHosts(environment.name, hostsOf(environment.name, environment.config), report);
  const open = await openStack(environment, "existing", report);
  const { progress } = await operate(environment, open, report, (common) => open.stack.refresh(common));
  const { counts, seconds } = progress;
  if (options.json === true) printJson({ environment: environment.name, changes: counts, seconds });
  else print(`${environment.name}: ${summary(counts)} (${seconds} s)`);
}
