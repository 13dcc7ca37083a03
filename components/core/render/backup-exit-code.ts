/** Exit codes of the script of backups, besides 0 and 1. */
export enum BackupExitCode {
  /** A run or a restore is under way already. */
  UnderWay = 3,
  /** The store is not empty, and a restore may only fill an empty one. */
  NotEmpty = 4,
  /** The target has no such point, or no copy of the state. */
  NotThere = 5,
  /** Restored, but for tags of repositories of which the target lacks manifests. */
  Incomplete = 6,
}
