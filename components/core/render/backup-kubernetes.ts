import type { BackupTargetTopology } from "../topology-backup";
import { backupScript } from "./backup-script";

/** Environment variable with the name of the pod. */
export const podNameVariable = "HA_REGISTRY_POD_NAME";

/** How often who holds the lock says so again, seconds. It is taken from whoever has not for two minutes. */
const heartbeatSeconds = 20;

/** How long is waited for the lock, seconds. */
const patienceSeconds = 180;

/**
 * The shell script of backups in a pod that makes one run, in rclone's image: `job`, the path of rclone's configuration, where in it the store is, and then what there is to
 * do, as `renderBackupScript` has it: `now <target>`, or `restore <target> <point or latest> <empty or repair>`.
 */
export function renderKubernetesBackupScript(targets: readonly BackupTargetTopology[]): string {
  return backupScript(targets, {
    lists: `$work/lists/$${podNameVariable}`,
    clean: 'rm -rf "$lists"; release',
    metrics: { functions: "", tasks: "" },
    alone: aloneWithVolume,
    functions: "",
    first: jobTask,
  });
}

/** Who runs in other pods: all they share is the volume. */
const aloneWithVolume = `# One thing at a time. The lock is a file of the volume with the name of the pod that holds it, which touches it again and again.
alone() {
  waited=0
  until (set -C; echo "$${podNameVariable}" > "$work/running") 2> /dev/null; do
    if [ -n "$(find "$work/running" -mmin +1 2> /dev/null)" ]; then
      mv "$work/running" "$lists/stale" 2> /dev/null
      continue
    fi
    [ $waited -lt ${patienceSeconds} ] || under_way
    waited=$((waited + 5))
    sleep 5
  done
  sleep 1
  [ "$(cat "$work/running")" = "$${podNameVariable}" ] || under_way
  while sleep ${heartbeatSeconds}; do touch -c "$work/running"; done &
  # What is left of pods that were killed.
  find "$work/lists" -mindepth 1 -maxdepth 1 ! -name "$${podNameVariable}" -exec rm -rf {} +
}
release() { [ "$(cat "$work/running" 2> /dev/null)" != "$${podNameVariable}" ] || rm -f "$work/running"; }
`;

/** The first process: the log has each line once, and what it is told to end ends with it. */
const jobTask = `job)
  trap 'exit 1' INT TERM
  action=$1
  shift
  sh "$self" "$action" "$RCLONE_CONFIG" "$store" "$@" > /dev/null 2>&1 & wait $!
  exit $?
  ;;`;
