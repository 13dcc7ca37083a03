import { BackupExitCode } from "ha-registry-core";
import type { Report } from "ha-registry-tools";
import { backupContainer, type BackupResult } from "./backup";
import { confirm } from "./confirm";
import type { Environment } from "./environment";
import { ExitCode, Failure } from "./exit";
import { linesOf, progressOf, runScript } from "./script";
import { verify } from "./verify";

/** Options of `restore`. */
export interface RestoreOptions {
  /** Name of the target to take copies from; the only one without it. */
  target?: string;
  /** Name of the point; the newest one without it. */
  point?: string;
  /** Adds what is missing in a store that has something, instead of filling an empty one. */
  repair?: boolean;
  /** Whether the store is verified afterwards. @default true */
  verify?: boolean;
  /** Does not ask. */
  yes?: boolean;
  /** Prints the result as JSON. */
  json?: boolean;
}

/**
 * Fills an empty store from a backup, or adds what is missing in one. Nothing is overwritten, so that it can be repeated, and pushes may go on.
 *
 * @throws {Failure} when it failed, when the store is not empty, or when there is no such point.
 */
export async function restore(environment: Environment, options: RestoreOptions, report: Report): Promise<void> {
  const { name } = environment;
  const { docker, backup } = backupContainer(environment, options.target);
  const target = options.target ?? onlyTarget(backup.targets.map((each) => each.name));
  const point = options.point ?? "latest";
  const mode = options.repair === true ? "repair" : "empty";
  if (options.yes !== true) await confirm(question(name, target, point, mode), name);

  report(`${name}: restoring ${point} from ${target}`);
  const { code, output } = await runScript(docker, backup.name, ["restore", target, point, mode], { say: progressOf(name, report) });
  if (code === BackupExitCode.UnderWay) throw new Failure(`${name}: a backup or a restore is under way already.`);
  if (code === BackupExitCode.NotThere)
    throw new Failure(
      `${name}: ${target} has no such point; \`npx ha-registry backup ${name} list\` tells those that it has.`,
      ExitCode.WrongUse,
    );
  if (code === BackupExitCode.NotEmpty)
    throw new Failure(
      `${name}: the store has tags already, and a restore fills an empty one. With --repair it adds what is missing, and overwrites nothing.`,
      ExitCode.WrongUse,
    );
  const [result] = linesOf<BackupResult>(output);
  if (result === undefined || (code !== 0 && code !== BackupExitCode.Incomplete))
    throw new Failure(`${name}: not everything was restored. Nothing is lost: repeat it.`);
  process.stdout.write(options.json === true ? output : `${name}: ${summary(result)}\n`);
  if (code === BackupExitCode.Incomplete)
    throw new Failure(`${name}: ${target} lacks manifests. What it has was restored; try another target or point.`);
  if (options.verify !== false) await verify(environment, options.json === true ? { json: true } : {}, report);
}

function summary({ point = "", blobs = 0, bytes = 0, missing = 0, seconds = 0 }: Partial<BackupResult>): string {
  const lacking = missing === 0 ? "" : `; ${missing} blobs that links name were not there`;
  return `point ${point}: ${blobs} blobs of ${bytes} bytes restored in ${seconds} s${lacking}`;
}

function onlyTarget(names: readonly string[]): string {
  const [first = "", ...others] = names;
  if (others.length > 0) throw new Failure(`Say from which target, with --target: ${names.join(", ")}.`, ExitCode.WrongUse);
  return first;
}

function question(name: string, target: string, point: string, mode: string): string {
  const which = point === "latest" ? "the newest point" : `point ${point}`;
  return mode === "repair"
    ? `What the store of ${name} lacks is added from ${which} of ${target}: tags that were deleted since come back.`
    : `The empty store of ${name} is filled from ${which} of ${target}.`;
}
