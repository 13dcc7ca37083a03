import type { Report } from "ha-registry-tools";
import { confirm } from "./confirm";
import type { AnyEnvironment } from "./environment";
import { Failure } from "./exit";
import { explainLocks, isAlive, readLocks } from "./lock";
import { endOrphans } from "./orphans";
import { print, printJson } from "./print";
import { engineOf, forget, objectName, readState, types } from "./state";
import { openStack, PROJECT, type OpenStack } from "./workspace";

/** Options of `unlock`. */
export interface UnlockOptions {
  /** Does not ask, where it cannot be seen whether the lock's owner still runs. */
  yes?: boolean;
  /** Prints the result as JSON, and nothing else, on standard output. */
  json?: boolean;
}

/** Clears the lock of a run that crashed, and what that run was in the middle of. */
export async function unlock(environment: AnyEnvironment, options: UnlockOptions, report: Report): Promise<void> {
  const open = await openStack(environment, "existing", report);
  const locks = readLocks(environment.backendUrl, PROJECT, environment.name);
  if (environment.backendUrl.startsWith("file://") && locks.length === 0) {
    if (options.json === true) printJson({ environment: environment.name, cleared: false });
    else print(`${environment.name} is not locked.`);
    await mend(environment, open, report);
    return;
  }
  const certain = locks.length > 0 && locks.every((lock) => isAlive(lock) === false);
  if (!certain && options.yes !== true) {
    await confirm(`Whoever else works on ${environment.name} now would be disturbed. Clear its lock?`, environment.name);
  }
  await clearLock(environment, open, report);
  if (options.json === true) printJson({ environment: environment.name, cleared: true });
  else print(`${environment.name} is unlocked; \`npx ha-registry up ${environment.name}\` goes on.`);
}

/**
 * Clears every lock of a stack whose owner does not run any more, and mends what its run left.
 *
 * @throws {Failure} when an owner still runs on this machine.
 */
export async function clearLock(environment: AnyEnvironment, open: OpenStack, report: Report): Promise<void> {
  const { name, backendUrl } = environment;
  const locks = readLocks(backendUrl, PROJECT, name);
  if (locks.some((lock) => isAlive(lock) === true)) throw new Failure(explainLocks(name, locks));
  endOrphans(backendUrl);
  await open.stack.cancel();
  if (locks.length > 0 || !backendUrl.startsWith("file://")) {
    report(`cleared ${locks.length === 1 ? "the lock" : `${locks.length > 0 ? locks.length : "all"} locks`} on ${name}`);
  }
  await mend(environment, open, report);
}

/** Whether it is certain that nobody works on a stack now. */
export function isFree({ name, backendUrl }: AnyEnvironment): boolean {
  return backendUrl.startsWith("file://") && readLocks(backendUrl, PROJECT, name).length === 0;
}

/**
 * Removes what a run that was cut off was creating: the state does not know those objects, and the next run would stumble over their names.
 * Then the state forgets that they were under way: Pulumi itself never does, and they would be removed after the next crash when they are in
 * use for long. Only for a stack that nobody works on.
 *
 * Containers and networks hold no data. Only those are removed that this state says it was creating, that have this stack's label, and that
 * it does not know by their ID.
 */
export async function mend({ name }: Pick<AnyEnvironment, "name">, open: OpenStack, report: Report): Promise<void> {
  const { pendingOperations, resources } = await readState(open);
  if (pendingOperations.length === 0) return;
  const known = new Set(resources.map(({ id }) => id));
  for (const { type, resource } of pendingOperations) {
    const commands = removers.get(resource.type);
    if (type !== "creating" || commands === undefined) continue;
    const [object, docker] = [objectName(resource), engineOf(resource, resources)];
    const filters = ["--filter", `label=ha-registry=${name}`, "--filter", `name=^${object}$`];
    const { stdout } = await docker.attempt(...commands.list, ...filters, "--quiet", "--no-trunc");
    for (const id of stdout.split("\n").filter((line) => line !== "" && !known.has(line))) {
      const { code } = await docker.attempt(...commands.remove, id);
      if (code === 0) report(`removed ${object}, which the interrupted run was creating`);
    }
  }
  await forget(open, new Set());
}

/** How objects of a type are found and removed. */
const removers = new Map<string, { list: string[]; remove: string[] }>([
  [types.container, { list: ["ps", "--all"], remove: ["rm", "--force", "--volumes"] }],
  [types.network, { list: ["network", "ls"], remove: ["network", "rm"] }],
]);
