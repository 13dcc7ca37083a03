import type { Report } from "ha-registry-tools";
import { confirm } from "./confirm";
import type { Environment } from "./environment";
import { Failure } from "./exit";
import { explainLocks, isAlive, readLocks } from "./lock";
import { engineOf, objectName, readState, types } from "./state";
import { openStack, PROJECT, type OpenStack } from "./workspace";

/** Options of `unlock`. */
export interface UnlockOptions {
  /** Does not ask, where it cannot be seen whether the lock's owner still runs. */
  yes?: boolean;
}

/** Clears the lock of a run that crashed, and what that run was in the middle of. */
export async function unlock(environment: Environment, options: UnlockOptions, report: Report): Promise<void> {
  const open = await openStack(environment, "existing", report);
  const locks = readLocks(environment.backendUrl, PROJECT, environment.name);
  if (environment.backendUrl.startsWith("file://") && locks.length === 0) {
    process.stdout.write(`${environment.name} is not locked.\n`);
    return;
  }
  const certain = locks.length > 0 && locks.every((lock) => isAlive(lock) === false);
  if (!certain && options.yes !== true) {
    await confirm(`Whoever else works on ${environment.name} now would be disturbed. Clear its lock?`, environment.name);
  }
  await clearLock(environment, open, report);
  process.stdout.write(`${environment.name} is unlocked; \`npx ha-registry up ${environment.name}\` goes on.\n`);
}

/**
 * Clears every lock of a stack whose owner does not run any more, and removes what it was creating: the state does not know those objects,
 * and the next run would stumble over their names.
 *
 * @throws {Failure} when an owner still runs on this machine.
 */
export async function clearLock({ name, backendUrl }: Environment, open: OpenStack, report: Report): Promise<void> {
  const locks = readLocks(backendUrl, PROJECT, name);
  if (locks.some((lock) => isAlive(lock) === true)) throw new Failure(explainLocks(name, locks));
  await open.stack.cancel();
  report(`cleared ${locks.length === 1 ? "the lock" : `${locks.length > 0 ? locks.length : "all"} locks`} on ${name}`);
  await removeHalfMade(name, open, report);
}

/** Containers and networks hold no data. Only those that this state says it was creating are removed, and only with this stack's label. */
async function removeHalfMade(name: string, open: OpenStack, report: Report): Promise<void> {
  const { pendingOperations, resources } = await readState(open);
  for (const { type, resource } of pendingOperations) {
    const object = objectName(resource);
    const commands = removers.get(resource.type);
    if (type !== "creating" || commands === undefined) continue;
    const filters = ["--filter", `label=ha-registry=${name}`, "--filter", `name=^${object}$`];
    const docker = engineOf(resource, resources);
    const { stdout } = await docker.attempt(...commands.list, ...filters, "--quiet");
    if (stdout.trim() === "") continue;
    const { code } = await docker.attempt(...commands.remove, object);
    if (code === 0) report(`removed ${object}, which the interrupted run was creating`);
  }
}

/** How objects of a type are found and removed. */
const removers = new Map<string, { list: string[]; remove: string[] }>([
  [types.container, { list: ["ps", "--all"], remove: ["rm", "--force", "--volumes"] }],
  [types.network, { list: ["network", "ls"], remove: ["network", "rm"] }],
]);
