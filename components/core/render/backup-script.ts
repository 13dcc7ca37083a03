import type { BackupTargetTopology, BackupTopology } from "../topology-backup";
import { answerConnections } from "./agent";
import { backupCopyFunctions } from "./backup-copy";
import { BackupExitCode } from "./backup-exit-code";
import { backupMetricsFunctions } from "./backup-metrics";
import { backupPointFunctions } from "./backup-points";
import { backupRestoreFunctions } from "./backup-restore";
import { backupTargetFunctions } from "./backup-target";
import { targetDirectory, targetRemote } from "./rclone";

/** Where the volume with what backups know from run to run is. */
export const backupWorkDirectory = "/var/lib/backup";

/** Environment variable that tells this registry from others that may write to the same target. */
export const backupOwnerVariable = "HA_REGISTRY_BACKUP_OWNER";

/** After how long a run that failed is tried again, seconds. */
const retrySeconds = 300;

/**
 * The shell script of backups, in rclone's image. Its arguments are what to do, the path of rclone's configuration, where in it the store is, and
 * then
 *
 * - `serve`: runs when it is time, and answers Prometheus;
 * - `now <target or all> [accept-loss] [take-over]`: runs at once, although the store has lost much, or although another registry wrote to the target;
 * - `list <target or all>`: prints points and copies of the state;
 * - `restore <target> <point or latest> <empty or repair>`: fills an empty store, or adds what is missing in one;
 * - `put-state <target> <bytes>`, `get-state <target>`: keeps what comes on standard input, and gives the newest back;
 * - `metrics`: answers one connection of Prometheus; `status` tells the same as JSON lines.
 *
 * One run: links are copied to the volume, then blobs to the target, and at last the links, as one archive: the point. What a link names was there before
 * it, so that a point never names a blob that was not copied. What a target has is never overwritten: a store that was damaged does not damage its
 * copies. A run that is killed leaves blobs that the next one need not copy.
 *
 * Lists are files of the volume, written by programs that notice when it is full (awk and tar do not).
 */
export function renderBackupScript({ port, targets }: BackupTopology): string {
  return backupScript(targets, {
    lists: "$work/lists/$$",
    clean: 'rm -rf "$lists"',
    metrics: { functions: backupMetricsFunctions(), tasks: "metrics) metrics ;;\nstatus) status ;;\n" },
    alone: aloneInContainer,
    functions: serveFunctions(port),
    first: "serve) serve ;;",
  });
}

/** What differs between a container that is always there and one that makes one run. */
export interface BackupVariant {
  /** Directory for lists of one run, a shell word. */
  lists: string;
  /** What is done at the end. */
  clean: string;
  /** Functions that tell of runs, and the cases of what there is to do that call them. */
  metrics: { functions: string; tasks: string };
  /** Functions `alone`, which waits until nothing else runs or calls `under_way`, and what it needs. */
  alone: string;
  /** Further functions. */
  functions: string;
  /** Case of what the first process does. */
  first: string;
}

/** The script, as it is on every substrate. */
export function backupScript(targets: readonly BackupTargetTopology[], variant: BackupVariant): string {
  return `#!/bin/sh
umask 077
set -o pipefail
self=$0
task=$1
export RCLONE_CONFIG=$2 TZ=UTC
store=$3
[ $# -lt 3 ] || shift 3
work=${backupWorkDirectory}
lists=${variant.lists}
owner=\${${backupOwnerVariable}:?}
all_targets="${targets.map(({ name }) => name).join(" ")}"

now() { date +%s; }
stamp() { date -u -d "@$1" +%Y-%m-%dT%H-%M-%SZ; }

say() { printf '{"time":"%s","message":"%s"}\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(echo "$*" | tr -d '"\\\\' | tr '\\n\\t' '  ')" | tee -a /proc/1/fd/1 >&2; }

# What is told of a target in the configuration.
settings() {
  target=$1
  case "$1" in
${targets.map(targetSettings).join("\n")}
  *) say "there is no target $1; there are $all_targets"; exit 2 ;;
  esac
}

# Has rclone write its messages to a file, and tells the first error when it fails.
logged() {
  log=$lists/$1
  shift
  "$@" --use-json-log --log-level INFO --stats 0 2> "$log" && return
  code=$?
  told=$(grep -m 1 '"level":"\\(error\\|critical\\)"' "$log" | sed 's/^.*"msg":"\\([^"]*\\)"\\(.*"object":"\\([^"]*\\)"\\)\\?.*$/\\1 \\3/')
  say "rclone ended with code $code: \${told:-$(tail -n 1 "$log")}"
  return $code
}

# Lists files of a remote into a file. A directory that is not there is an empty one; one that goes away while it is listed is another matter.
listed() {
  into=$1
  shift
  eval "place=\\\${$#}"
  for attempt in 1 2 3; do
    rclone lsf --files-only --fast-list "$@" > "$into" 2> "$lists/log" && return
    if ! rclone lsf --max-depth 1 "$place" > /dev/null 2> "$lists/root" && grep -q 'directory not found' "$lists/root"; then
      : > "$into"
      return
    fi
  done
  say "$place cannot be listed: $(tail -n 1 "$lists/log")"
  return 1
}

# What stands in a file of a remote; nothing when it is not there.
content() {
  rclone cat "$1" 2> "$lists/log" && return
  grep -q 'not found' "$lists/log" && return
  say "$1 cannot be read: $(tail -n 1 "$lists/log")"
  return 1
}

# Lines of the second file that the first has not, and those that it has, sorted.
without() { compare 0 "$1" "$2"; }
within() { compare 1 "$1" "$2"; }
compare() {
  awk -v wanted="$1" -v known="$2" '
    BEGIN { while ((status = (getline line < known)) > 0) there[line] = 1; if (status < 0) exit 1 }
    ($0 in there) == wanted
  ' "$3" | sort
}
${backupTargetFunctions()}${backupCopyFunctions()}${backupPointFunctions()}${backupRestoreFunctions()}${variant.metrics.functions}
${variant.alone}under_way() {
  say "a backup or a restore is under way"
  exit ${BackupExitCode.UnderWay}
}

run_all() {
  alone
  chosen=$1
  case " $* " in *" accept-loss "*) accept_loss=1 ;; esac
  case " $* " in *" take-over "*) take_over=1 ;; esac
  [ "$chosen" != all ] || chosen=$all_targets
  failed=0
  for each in $chosen; do run "$each" || failed=1; done
  return $failed
}
${variant.functions}
mkdir -p "$work/repositories" "$lists"
trap '${variant.clean}' EXIT
case "$task" in
${variant.first}
now) run_all "$@" ;;
list) list "$@" ;;
restore) restore "$@" ;;
put-state) put_state "$@" ;;
get-state) get_state "$@" ;;
${variant.metrics.tasks}esac
`;
}

/** Who runs in the same container. */
const aloneInContainer = `# One thing at a time. The lock is a file with the number of its owner and when that began, since numbers are given again.
alone() {
  mine="$$ $(began_at $$)"
  until (set -C; echo "$mine" > /tmp/running) 2> /dev/null; do
    holder=$(cat /tmp/running 2> /dev/null)
    [ -n "$holder" ] || { sleep 1; holder=$(cat /tmp/running 2> /dev/null); }
    [ -z "$holder" ] || [ "$(began_at "\${holder% *}")" != "\${holder#* }" ] || under_way
    mv /tmp/running "/tmp/stale.$$" 2> /dev/null
  done
  sleep 0.2
  [ "$(cat /tmp/running)" = "$mine" ] || under_way
}
began_at() { cut -d ' ' -f 22 "/proc/$1/stat" 2> /dev/null; }
`;

/** What a container does that is always there. */
function serveFunctions(port: number): string {
  return `
# The number of the last time at which a run was due.
due() { echo $((($(now) / 60 - start) / every)); }

run_what_is_due() {
  for each in $all_targets; do
    settings "$each"
    slot=$(due)
    [ "$(cat "$work/slot.$each" 2> /dev/null)" != "$slot" ] || continue
    waited=$(($(now) - $(cat "/tmp/failed.$each" 2> /dev/null || echo 0)))
    [ $waited -ge ${retrySeconds} ] || [ $waited -lt 0 ] || continue
    sh "$self" now "$RCLONE_CONFIG" "$store" "$each" > /dev/null & wait $!
    if [ $? = 0 ]; then echo "$slot" > "$work/slot.$each"; rm -f "/tmp/failed.$each"; else now > "/tmp/failed.$each"; fi
  done
}

serve() {
  trap 'exit 0' INT TERM
  rm -rf "$work/lists"
  for each in $all_targets; do
    settings "$each"
    # A disk that was there before may be away; one that never was is a mistake.
    [ -z "$directory" ] || [ -w "$directory" ] || [ -e "$work/owned.$each" ] || {
      say "the directory of target $each cannot be written to by user $(id -u)"
      sleep 5
      exit 1
    }
  done
  ${answerConnections(port, 'sh "$self" metrics "$RCLONE_CONFIG" "$store"')}
  : > /tmp/ready
  while :; do
    run_what_is_due
    sleep $((60 - $(now) % 60)) & wait $!
  done
}
`;
}

function targetSettings(target: BackupTargetTopology): string {
  const { name, startsAtMinute, everyMinutes, keepHours, keepDays, keepMonths, prune, bandwidth = "off" } = target;
  const values = {
    remote: targetRemote(target),
    directory: target.s3 === undefined ? targetDirectory(name) : "",
    start: startsAtMinute,
    every: everyMinutes,
    hours: keepHours,
    days: keepDays,
    months: keepMonths,
    prune: prune ? "1" : "",
    limit: bandwidth,
  };
  return `  ${name}) ${Object.entries(values)
    .map(([key, value]) => `${key}='${value}'`)
    .join(" ")} ;;`;
}
