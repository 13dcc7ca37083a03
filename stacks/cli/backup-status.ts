import type { Topology } from "ha-registry-core";
import type { FoundHost } from "./observe";
import { linesOf, runScript } from "./script";

/** How backups to a target stand (render/backup-metrics.ts). */
export interface BackupStatus {
  /** Name of the target. */
  target: string;
  /** From one run to the next, as planned, seconds. */
  intervalSeconds: number;
  /** When the last run that succeeded ended, seconds since 1970; 0 before the first. */
  lastSuccess: number;
  /** Whether the last run succeeded. */
  good: boolean;
  /** Points that can be restored. */
  points: number;
}

/** What the container of backups says of each target; nothing where it does not answer. */
export async function backupStatus({ backup }: Topology, hosts: readonly FoundHost[]): Promise<BackupStatus[]> {
  const host = hosts.find(({ containers }) => containers.some(({ name, state }) => name === backup?.name && state === "running"));
  if (backup === undefined || host === undefined) return [];
  const { output } = await runScript(host.docker, backup.name, ["status"]);
  return linesOf<BackupStatus>(output).filter((each): each is BackupStatus => each.target !== undefined);
}

/** What is not well about backups to a target, in words; undefined when all is. */
export function backupProblem({ target, intervalSeconds, lastSuccess, good }: BackupStatus, now = Date.now()): string | undefined {
  if (!good) return `the last backup to ${target} failed`;
  // One run may be late, and the next one is about to end.
  return now / 1000 - lastSuccess > 2 * intervalSeconds ? `the last backup to ${target} is older than its plan` : undefined;
}

/** When a backup last succeeded, for people. */
export function lastSuccess({ lastSuccess: at }: BackupStatus): string {
  return at === 0 ? "never" : new Date(at * 1000).toISOString();
}
