import { BackupExitCode, RegistryError, resolveTopology, type BackupTopology } from "ha-registry-core";
import type { DockerCli, Report } from "ha-registry-tools";
import type { Environment } from "./environment";
import { ExitCode, Failure } from "./exit";
import { hostsOf } from "./hosts";
import { linesOf, progressOf, runScript } from "./script";
import { openStack, type OpenStack } from "./workspace";

/** Options of `backup`. */
export interface BackupOptions {
  /** Name of the target; all targets without it. */
  target?: string;
  /** Prints the result as JSON, one line for each target or point. */
  json?: boolean;
  /** Makes a point although the store is empty, or has lost half of its tags. */
  acceptLoss?: boolean;
  /** Writes to a target that another registry has written to, or that was emptied. */
  takeOver?: boolean;
}

/** What a run of backups, or a restore, says of itself (render/backup-copy.ts, backup-restore.ts). */
export interface BackupResult {
  /** Name of the target. */
  target: string;
  /** `done` or `failed`. */
  result: string;
  /** Name of the point; empty when nothing had changed. */
  point: string;
  /** Blobs that were copied. */
  blobs: number;
  /** Bytes of them. */
  bytes: number;
  /** Blobs that links of the point name and the target has not; of a restore. */
  missing?: number;
  /** How long it took. */
  seconds: number;
}

/** Something that a target has for a restore. */
export interface BackupItem {
  /** Name of the target. */
  target: string;
  /** A point of the store, or a copy of Pulumi's state. */
  kind: "points" | "state";
  /** Its name: when it was made, UTC. */
  name: string;
  /** Size of the point itself, without blobs. */
  bytes: number;
}

/** The container of backups, and what it is told. */
export interface BackupContainer {
  docker: DockerCli;
  backup: BackupTopology;
}

/**
 * The container of backups of an environment.
 *
 * @param target Target that has to be there. @default - any
 * @throws {RegistryError} when the environment has no backups, or no such target.
 */
export function backupContainer({ name, config }: Pick<Environment, "name" | "config">, target?: string): BackupContainer {
  const { backup } = resolveTopology(name, config.registry);
  const host = hostsOf(name, config).find((each) => each.name === backup?.host);
  if (backup === undefined || host === undefined) {
    const message = "there are no backups: name a target in backup.targets, then run up";
    throw new RegistryError(name, [{ path: "registry.backup", message }]);
  }
  const names = backup.targets.map((each) => each.name);
  if (target !== undefined && !names.includes(target))
    throw new Failure(`There is no target ${target}; there are ${names.join(", ")}.`, ExitCode.WrongUse);
  return { docker: host.docker, backup };
}

/**
 * Backs the store up at once, and the state with it.
 *
 * @throws {Failure} when a run failed, or one is under way.
 */
export async function backupNow(environment: Environment, options: BackupOptions, report: Report): Promise<void> {
  const { name } = environment;
  const { target, json } = options;
  const { docker, backup } = backupContainer(environment, target);
  const flags = [...(options.acceptLoss === true ? ["accept-loss"] : []), ...(options.takeOver === true ? ["take-over"] : [])];
  report(`${name}: backing up`);
  const { code, output } = await runScript(docker, backup.name, ["now", target ?? "all", ...flags], { say: progressOf(name, report) });
  if (code === BackupExitCode.UnderWay) throw new Failure(`${name}: a backup or a restore is under way already.`);
  const results = linesOf<BackupResult>(output);
  process.stdout.write(json === true ? output : results.map((result) => `${name}: ${summary(result)}\n`).join(""));
  if (code !== 0) throw new Failure(`${name}: not everything was backed up. What was copied stays: run it again.`);
  await backUpState(environment, await openStack(environment, "existing", report), report);
}

function summary({ target = "", result = "", point = "", blobs = 0, bytes = 0, seconds = 0 }: Partial<BackupResult>): string {
  const made = point === "" ? "nothing has changed since the last point" : `point ${point}`;
  return result === "done"
    ? `${target}: ${made}; ${blobs} new blobs of ${bytes} bytes in ${seconds} s`
    : `${target}: failed after ${seconds} s`;
}

/**
 * Tells what every target has, the oldest first.
 *
 * @throws {Failure} when a target cannot be listed; what the others have is told all the same.
 */
export async function listBackups(environment: Environment, { target, json }: BackupOptions, report: Report): Promise<void> {
  const { docker, backup } = backupContainer(environment, target);
  const { code, output } = await runScript(docker, backup.name, ["list", target ?? "all"], { say: progressOf(environment.name, report) });
  const lines = linesOf<BackupItem>(output).map((item) => `${item.target}  ${item.kind === "state" ? "state" : "point"}  ${item.name}\n`);
  process.stdout.write(json === true ? output : lines.join(""));
  if (code !== 0) throw new Failure(`${environment.name}: not every target could be listed.`);
}

/**
 * Puts a copy of the state into every target, as Pulumi exports it: secrets in it are encrypted, with a passphrase or key that is not there.
 * The registry is what it should be without it: a target that does not answer is told, and no failure.
 */
export async function backUpState(environment: Environment, { pulumi }: OpenStack, report: Report): Promise<void> {
  const { docker, backup } = backupContainer(environment);
  const state = await pulumi("stack", "export");
  const say = progressOf(environment.name, report);
  for (const { name } of backup.targets) {
    const { code } = await runScript(docker, backup.name, ["put-state", name, String(Buffer.byteLength(state))], { input: state, say });
    if (code !== 0) say(`target ${name} did not take a copy of the state`);
  }
}

/** Prints the newest copy of the state that a target has, for `pulumi stack import`. */
export async function printState(environment: Environment, { target }: BackupOptions, report: Report): Promise<void> {
  const { docker, backup } = backupContainer(environment, target);
  const from = target ?? backup.targets[0]?.name ?? "";
  const { code, output } = await runScript(docker, backup.name, ["get-state", from], { say: progressOf(environment.name, report) });
  if (code !== 0) throw new Failure(`${environment.name}: target ${from} gave no copy of the state.`);
  process.stdout.write(output);
}
