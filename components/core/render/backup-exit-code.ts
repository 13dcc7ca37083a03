/** Exit codes of the script, besides 0 and 1. */
export enum BackupExitCode {
  /** A run or a restore is under way already. */
  UnderWay = 3,
  /** The store is not empty, and a restore may only fill an empty one. */
  NotEmpty = 4,
  /** The target has no such point. */
  NoPoint = 5,
}
