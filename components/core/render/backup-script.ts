import type { BackupTargetTopology, BackupTopology } from "../topology-backup";
import { answerConnections } from "./agent";
import { backupCopyFunctions } from "./backup-copy";
import { BackupExitCode } from "./backup-exit-code";
import { backupPointFunctions } from "./backup-points";
import { backupRestoreFunctions } from "./backup-restore";
import { targetDirectory, targetRemote } from "./rclone";

/** Where the volume with what backups know from run to run is. */
export const backupWorkDirectory = "/var/lib/backup";

/** After how long a run that failed is tried again, seconds. */
const retrySeconds = 300;

/**
 * The shell script of backups, in rclone's image. Its arguments are what to do, the path of rclone's configuration, where in it the store is, and
 * then
 *
 * - `serve`: runs when it is time, and answers Prometheus;
 * - `now [target]`: runs at once, to one target or to all;
 * - `list`: prints points and copies of the state;
 * - `restore <target> <point or latest> <empty or repair>`: fills an empty store, or adds what is missing in one;
 * - `put-state <target>`, `get-state <target> [name]`: keeps what comes on standard input, and gives it back;
 * - `metrics`: answers one connection of Prometheus.
 *
 * One run: links are copied to the volume, then blobs to the target, and at last the links, as one archive: the point. Links come first, since whatever a
 * link names was there before it: a point never names a blob that was not copied. What a target has is never overwritten, so that a store
 * that was damaged does not damage its copies. A run that is killed leaves blobs that the next one need not copy.
 */
export function renderBackupScript({ port, targets }: BackupTopology): string {
  return `#!/bin/sh
umask 077
self=$0
task=$1
export RCLONE_CONFIG=$2 TZ=UTC
store=$3
[ $# -lt 3 ] || shift 3
work=${backupWorkDirectory}
all_targets="${targets.map(({ name }) => name).join(" ")}"

now() { date +%s; }

say() { printf '{"time":"%s","message":"%s"}\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*" | tee -a /proc/1/fd/1 >&2; }

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
  log=$1
  shift
  "$@" --use-json-log --log-level INFO --stats 0 2> "$log" && return
  code=$?
  say "rclone: $(grep -m 1 '"level":"\\(error\\|critical\\)"' "$log" | sed 's/^.*"msg":"\\([^"]*\\)"\\(.*"object":"\\([^"]*\\)"\\)\\?.*$/\\1 \\3/' | tr -d '\\\\')"
  return $code
}
${backupCopyFunctions()}${backupPointFunctions()}${backupRestoreFunctions()}
# One thing at a time; one that died holds nothing.
alone() {
  if ! (set -C; echo $$ > /tmp/running) 2> /dev/null; then
    if grep -qE 'now|restore' "/proc/$(cat /tmp/running)/cmdline" 2> /dev/null; then
      say "a backup or a restore is under way"
      exit ${BackupExitCode.UnderWay}
    fi
    echo $$ > /tmp/running
  fi
  trap 'rm -f /tmp/running; exit 1' INT TERM
}

run_all() {
  alone
  result=0
  for each in \${*:-$all_targets}; do run "$each" || result=1; done
  rm -f /tmp/running
  return $result
}

# The number of the last time at which a run was due.
due() { echo $((($(now) / 60 - start) / every)); }

run_what_is_due() {
  for each in $all_targets; do
    settings "$each"
    slot=$(due)
    [ "$(cat "$work/slot.$each" 2> /dev/null)" != "$slot" ] || continue
    [ $(($(now) - $(cat "/tmp/failed.$each" 2> /dev/null || echo 0))) -ge ${retrySeconds} ] || continue
    sh "$self" now "$RCLONE_CONFIG" "$store" "$each" > /dev/null & wait $!
    if [ $? = 0 ]; then echo "$slot" > "$work/slot.$each"; rm -f "/tmp/failed.$each"; else now > "/tmp/failed.$each"; fi
  done
}

metrics() {
  while read -r header && [ "$header" != "$(printf '\\r')" ]; do :; done
  printf 'HTTP/1.0 200 OK\\r\\nContent-Type: text/plain; version=0.0.4; charset=utf-8\\r\\n\\r\\n'
  cat "$work"/metrics.* 2> /dev/null
}

serve() {
  trap 'exit 0' INT TERM
  for each in $all_targets; do
    settings "$each"
    [ -z "$directory" ] || [ -w "$directory" ] || { say "the directory of target $each cannot be written to by user $(id -u)"; sleep 5; exit 1; }
    metrics_of "$each"
  done
  ${answerConnections(port, 'sh "$self" metrics "$RCLONE_CONFIG" "$store"')}
  : > /tmp/ready
  while :; do
    run_what_is_due
    sleep $((60 - $(now) % 60)) & wait $!
  done
}

mkdir -p "$work/repositories"
case "$task" in
serve) serve ;;
now) run_all "$@" ;;
list) list ;;
restore) restore "$@" ;;
put-state) put_state "$@" ;;
get-state) get_state "$@" ;;
metrics) metrics ;;
esac
`;
}

function targetSettings(target: BackupTargetTopology): string {
  const { name, startsAtMinute, everyMinutes, keepHours, keepDays, keepMonths, prune, bandwidth = "off" } = target;
  const values = {
    remote: targetRemote(target),
    directory: target.directory === undefined ? "" : targetDirectory(name),
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
