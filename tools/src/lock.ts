import { withLockFile } from "./lock-file.cjs";
import { reportToStderr, type Report } from "./progress";

/**
 * Does `work` while this process alone holds the lock `file`; others wait and say for whom. The lock of a process that died is
 * taken over. The file must lie on a file system of this machine alone: owners are told apart by pid and start time.
 *
 * @param file Path of the lock file; its directory is made if missing. It is gone again when nobody holds the lock.
 * @param label What the lock is for, as `the engine build`.
 * @param report Where the waiting is told. @default standard error
 */
export async function withLock<T>(file: string, label: string, work: () => Promise<T>, report: Report = reportToStderr): Promise<T> {
  return withLockFile(file, label, work, report);
}
