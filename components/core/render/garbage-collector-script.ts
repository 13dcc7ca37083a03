import { ports } from "../layout";
import type { Endpoint, GarbageCollectionSettings, GarbageCollectionTopology, RetentionTopology, Topology } from "../topology";
import { answerConnections, answerMetrics } from "./agent";
import { restoringFile } from "./rclone";
import { reporters, standingFence, startSeconds } from "./haproxy-fence";
import type { FenceWords } from "./haproxy-fence";
import { cutOffs, retentionProgram, timeBefore } from "./retention";

/** How long garbage collection goes on without a report of a balancer, seconds. Shorter than the time after which a balancer opens by itself. */
export const staleSeconds = 4;

/** How long what is raised holds when nobody says so again, seconds: what directs the collection may have died. */
const leaseSeconds = 5;

/** How long is waited until balancers say that pushes may come again, seconds. */
const openSeconds = 6;

/** How long balancers may take to follow, seconds. */
const followSeconds = 30;

/**
 * The shell script of garbage collection, in rclone's image. Its arguments are what to do, the path of rclone's configuration, and where in it
 * the store is, as `store:bucket`.
 *
 * - `serve` answers the balancers, and collects every day;
 * - `now` collects at once, and tells how it ended: 0 for success, 3 when a collection is under way;
 * - `report` and `fence` answer one connection of a balancer, `metrics` one of Prometheus.
 *
 * One collection: no upload may begin, then nothing may be changed; tags go by the rules of retention; the registry says what nothing refers to; of that
 * goes what is old enough; cached descriptors are dropped; pushes go on. As soon as one balancer does not say that it refuses pushes, whatever runs is ended,
 * and so it is when the collection dies: what raises the fence has to be said again every few seconds. What is half done is no harm: only what
 * nothing refers to is ever removed.
 */
export function renderGarbageCollectorScript(topology: Topology, collection: GarbageCollectionTopology): string {
  const { collector, marker, cacheCleaner, startsAt } = collection;
  return collectorScript(collection, {
    marker,
    cacheCleaner,
    words: standingFence,
    functions: answerMetrics,
    balancers: `balancers="${reporters(topology).join(" ")}"\n`,
    reporter: "a-z0-9-",
    expected: "",
    runningSeconds: startSeconds,
    isOpen: { reads: "raised", condition: '[ "$raised" = 0 ]' },
    tell: tellPrometheus,
    tasks: `metrics) answer_metrics ;;
now) collect_alone ;;
serve)
  trap 'exit 0' INT TERM
  answer ${collector.port} report
  answer ${ports.fence} fence
  answer ${ports.fenceMetrics} metrics
  [ -e /tmp/metrics ] || gauge last_success_timestamp_seconds 0 > /tmp/metrics
  : > /tmp/ready
  while :; do
    # Until the next minute; a signal ends it.
    sleep $((60 - $(now) % 60)) & wait $!
    [ "$(date -u +%H:%M)" = ${startsAt} ] || continue
    sh "$self" now "$RCLONE_CONFIG" "$store" > /dev/null & wait $!
  done
  ;;`,
  });
}

/** What differs between a collector that is always there and one that is there only while it collects. */
export interface CollectorVariant {
  /** Where the registry is asked what nothing refers to. */
  marker: Endpoint;
  /** Where cached descriptors are dropped. */
  cacheCleaner: Endpoint;
  /** What balancers are told. */
  words: FenceWords;
  /** Functions, `skip_headers` among them. */
  functions: string;
  /** Line that says which balancers there are, where they are always the same. */
  balancers: string;
  /** What names of balancers are made of, as a set of the shell's patterns. */
  reporter: string;
  /** Line that finds out which balancers have to report now; it fails where that is not known. */
  expected: string;
  /** How long a balancer has to run before its reports count, seconds. */
  runningSeconds: number;
  /** Whether a balancer lets pushes in, and which words of its report tell so. */
  isOpen: { reads: string; condition: string };
  /** What tells others how a collection ended: the functions, and the call of them. */
  tell: { functions: string; call: string };
  /** Further cases of what there is to do. */
  tasks: string;
}

/** The script, as it is on every substrate. */
export function collectorScript(collection: GarbageCollectionSettings, variant: CollectorVariant): string {
  const { minimumAgeHours, fenceTimeoutSeconds, deleteUntagged, retention } = collection;
  const { marker, cacheCleaner, words } = variant;
  return `#!/bin/sh
umask 077
self=$0
task=$1
export RCLONE_CONFIG=$2 TZ=UTC
store=$3
# Where the store is a directory, its path.
case "$store" in local:*) directory=\${store#local:} ;; *) directory= ;; esac
${variant.balancers}
${variant.functions}
now() { date +%s; }

say() { printf '{"time":"%s","message":"%s"}\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*" | tee -a /proc/1/fd/1 >&2; }

# The fence, and until when.
raise() { echo "$1" > /tmp/fence.part; echo $(($(now) + ${leaseSeconds})) >> /tmp/fence.part; mv /tmp/fence.part /tmp/fence; }

fence() {
  { read -r word; read -r until; } < /tmp/fence 2> /dev/null
  if [ "\${until:-0}" -ge "$(now)" ]; then echo "$word"; else echo "${words.open}"; fi
}

# One report: what a balancer knows of the fence, and has under way. Its words are those between ?, & and =.
report() {
  read -r _ query _
  skip_headers
  printf 'HTTP/1.0 200 OK\\r\\n\\r\\n'
  IFS='?&='
  # Unquoted on purpose: / balancer <name> raised <0 or 1> weight <…> appends <…> writes <…> running <…> end
  set -f -- $query
  case "$3" in *[!${variant.reporter}]*) return ;; esac
  echo "$(now) $5 $7 $9 \${11} \${13}" > "/tmp/report.$3.part"
  mv "/tmp/report.$3.part" "/tmp/report.$3"
}

# Whether every balancer reports what is wanted: raised, weight at the least, and how much may be under way.
all_report() {
${variant.expected}  moment=$(now)
  for balancer in $balancers; do
    { read -r at raised weight appends writes running < "/tmp/report.$balancer"; } 2> /dev/null || return 1
    [ $((moment - at)) -le ${staleSeconds} ] && [ "$raised" = 1 ] && [ "$weight" -ge "$1" ] || return 1
    [ "$appends" -le "$2" ] && [ "$writes" -le "$3" ] && [ "$running" -gt ${variant.runningSeconds} ] || return 1
  done
} 2> /dev/null

# Whether every balancer has reported since a time that pushes may come.
all_open() {
  for balancer in $balancers; do
    { read -r at ${variant.isOpen.reads} _ < "/tmp/report.$balancer"; } 2> /dev/null && [ "$at" -ge "$1" ] && ${variant.isOpen.condition} || return 1
  done
}

open() {
  rm -f /tmp/fence
  begun_to_open=$(now)
  until all_open $begun_to_open || [ "$(now)" -gt $((begun_to_open + ${openSeconds})) ]; do sleep 0.2; done
}

any=1000000000

# Raises the fence and waits until all balancers report; after so many seconds it fails.
until_all_report() {
  end=$(($(now) + $1))
  raise "$2"
  until all_report "$3" "$4" "$5"; do
    [ "$(now)" -lt "$end" ] || return 1
    sleep 0.2
    raise "$2"
  done
}

# Runs one program while the fence is closed, and ends it when a balancer does not say any more that it is.
fenced() {
  "$@" &
  program=$!
  while kill -0 $program 2> /dev/null; do
    raise "${words.closed}"
    if ! all_report 100 $any 0; then
      kill -KILL $program
      say "a balancer does not report that pushes are put off: ended"
      return 1
    fi
    sleep 0.2
  done
  wait $program
}

# One line to a port, and what comes back. Whoever listens there needs a moment between two connections.
ask() {
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    echo "$1" | nc "$2" "$3" 2> /dev/null && return
    sleep 0.3
  done
  return 1
}

# Asks the registry what nothing refers to, one line each, in the mode blobs or untagged.
ask_marker() { ask "$1" ${marker.address} ${marker.port}; }
mark() {
  fenced ask_marker "$1" > "$2" || return 1
  if [ "$(tail -n 1 "$2")" != done ]; then
    say "the registry could not tell what nothing refers to: $(tail -n 2 "$2" | tr -d '\\r\\n"\\\\')"
    return 1
  fi
}
${retentionFunctions(collection)}
# Those of a list that are old enough go into /tmp/old, the others into /tmp/young.
sort_by_age() {
  : > /tmp/old
  : > /tmp/young
  [ -s "$1" ] || return 0
  fenced rclone lsf -R --files-only --use-server-modtime --format tp --separator ' ' --files-from-raw "$1" "$store" > /tmp/times || return 1
  awk -v before="${timeBefore(minimumAgeHours * 3600)}" '
    { print $3 > (($1 " " $2) < before ? "/tmp/old" : "/tmp/young") }
  ' /tmp/times
}

# Removes what is in /tmp/old, and on a disk the directories that become empty.
remove_old() {
  [ -s /tmp/old ] || return 0
  ! restoring || return 1
  fenced rclone_delete || return 1
  [ -z "$directory" ] || (cd "$directory" && sed 's,/[^/]*$,,' /tmp/old | xargs rmdir 2> /dev/null)
  return 0
}
rclone_delete() { exec rclone delete --files-from-raw /tmp/old --use-json-log --log-level INFO "$store" 2>> /tmp/removed; }

# Blobs that nothing refers to, and links to them. A blob with a young link belongs to a push; of repositories without any manifest the
# registry tells no links, and who pushes the first one there has to send an old blob again. A blob without a link can be removed the next
# time, and a link without a blob would stay: so links go first.
sweep() {
  sed -n 's,^\\(.*\\): layer link eligible for deletion: sha256:\\([0-9a-f]*\\)\\r*$,repositories/\\1/_layers/sha256/\\2/link,p' "$1" > /tmp/links
  sed -n 's/^blob eligible for deletion: sha256:\\([0-9a-f]*\\)\\r*$/\\1/p' "$1" | sort > /tmp/blobs
  sort_by_age /tmp/links || return 1
  sed -n 's,^.*/_layers/sha256/\\([0-9a-f]*\\)/link$,\\1,p' /tmp/young | sort -u > /tmp/in-use
  remove_old || return 1
  awk 'BEGIN { while ((getline digest < "/tmp/in-use") > 0) used[digest] = 1 } !($0 in used)' /tmp/blobs |
    sed 's,^\\(..\\).*,blobs/sha256/\\1/&/data,' > /tmp/remove
  sort_by_age /tmp/remove && remove_old
}

ask_cache_cleaner() { ask "" ${cacheCleaner.address} ${cacheCleaner.port}; }
clean_cache() { fenced ask_cache_cleaner > /tmp/cleaned && [ "$(cat /tmp/cleaned)" = done ]; }

# With patience: a Redis that fails over is back in seconds.
surely_clean_cache() {
  end=$(($(now) + ${followSeconds}))
  until clean_cache; do
    [ "$(now)" -lt "$end" ] || return 1
    sleep 1
  done
}

# A restore writes blobs before what names them.
restoring() {
  rclone lsf --files-only --max-depth 1 "$store" 2> /dev/null | grep -qxF ${restoringFile} || return 1
  say "the store is being restored, or a restore was not finished: nothing is collected"
}

collect() {
  closed=
  ! restoring || return 1
  until_all_report ${followSeconds} "${words.closing}" 50 $any $any || { say "not all balancers (of $balancers) put pushes off: nothing is collected"; return 1; }
  until_all_report ${fenceTimeoutSeconds} "${words.closing}" 50 0 0 || say "uploads are still under way: they are put off, too"
  until_all_report ${Math.max(followSeconds, fenceTimeoutSeconds)} "${words.closed}" 100 $any 0 || { say "requests that end uploads or change manifests do not end: nothing is collected"; return 1; }
  closed=$(now)
  surely_clean_cache || { say "cached descriptors cannot be dropped: nothing is collected"; return 1; }
  ${[...(retention.length > 0 ? ["expire_tags"] : []), ...(deleteUntagged ? ["remove_untagged"] : []), "mark blobs /tmp/marks", "sweep /tmp/marks"].join(" && ")}
  result=$?
  # Again, and twice: a request that was under way may put back what it had read before.
  surely_clean_cache && fenced sleep 1 && surely_clean_cache || { say "cached descriptors could not be dropped"; result=1; }
  return $result
}

${variant.tell.functions}# One collection at a time; one that died holds nothing.
collect_alone() {
  if ! (set -C; echo $$ > /tmp/collecting) 2> /dev/null; then
    if grep -q now "/proc/$(cat /tmp/collecting)/cmdline" 2> /dev/null; then
      say "a collection is under way"
      return 3
    fi
    echo $$ > /tmp/collecting
  fi
  trap 'rm -f /tmp/fence /tmp/collecting; exit 1' INT TERM
  rm -f /tmp/removed /tmp/blobs /tmp/links /tmp/remove /tmp/tags
  begun=$(now)
  collect
  result=$?
  open
  ended=$(now)
  removed() { cat /tmp/removed 2> /dev/null | grep -c "\\"msg\\":\\"Deleted\\".*\\"object\\":\\"$1"; }
  printf '{"time":"%s","result":"%s","blobs":%s,"links":%s,"tags":%s,"seconds":%s,"fenceSeconds":%s}\\n' \\
    "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$([ $result = 0 ] && echo done || echo failed)" "$(removed blobs/)" \\
    "$(removed 'repositories/.*/_layers/')" "$(cat /tmp/tags 2> /dev/null | grep -c .)" $((ended - begun)) $((ended - \${closed:-$ended})) |
    tee /proc/1/fd/1
${variant.tell.call}  rm -f /tmp/collecting
  return $result
}

answer() { ${answerConnections('"$1"', 'sh "$self" "$2" "$RCLONE_CONFIG" "$store"')} }

case "$task" in
report) report ;;
fence) fence ;;
${variant.tasks}
esac
`;
}

/** What Prometheus is told. */
const tellPrometheus = {
  functions: `# What Prometheus is told of the last collection: its result, its seconds, those of the fence, and how many blobs went. 0 is never.
tell() {
  last_success=$(sed -n 's/^ha_registry_gc_last_success_timestamp_seconds //p' /tmp/metrics)
  [ "$1" != 0 ] || last_success=$(now)
  {
    gauge last_success_timestamp_seconds "$last_success"
    gauge last_result $((1 - ($1 != 0)))
    gauge duration_seconds "$2"
    gauge fence_seconds "$3"
    gauge removed_blobs "$4"
  } > /tmp/metrics.part
  mv /tmp/metrics.part /tmp/metrics
}
gauge() { printf '# TYPE ha_registry_gc_%s gauge\nha_registry_gc_%s %s\n' "$1" "$1" "$2"; }

`,
  call: '  tell "$result" $((ended - begun)) $((ended - ${closed:-$ended})) "$(removed blobs/)"\n',
};

/** Tags that are to go, and manifests that have none. */
function retentionFunctions(collection: GarbageCollectionSettings): string {
  const { retention, deleteUntagged } = collection;
  return [...(retention.length > 0 ? [expireTags(retention)] : []), ...(deleteUntagged ? [removeUntagged()] : [])].join("");
}

/** A tag is the directory with its name; what it was last pushed as is in `current/link`, which is as old as the push. */
function expireTags(rules: readonly RetentionTopology[]): string {
  return `
expire_tags() {
  fenced rclone lsf -R --files-only --format tp --separator ' ' --include '/repositories/**/_manifests/tags/*/current/link' "$store" > /tmp/all-tags
  # 3: there is nothing at all yet.
  case $? in 0 | 3) ;; *) return 1 ;; esac
  sort -r /tmp/all-tags | awk ${cutOffs(rules)} '${retentionProgram(rules)}' > /tmp/tags
  [ -s /tmp/tags ] || return 0
  # What a tag was before goes first: a tag that is cut off halfway is still one, and goes the next time.
  for part in 'index/**' 'current/**'; do
    { sed "s,^.*$,+ /&/$part," /tmp/tags; echo '- **'; } > /tmp/tag-filter
    fenced rclone delete --filter-from /tmp/tag-filter "$store" || return 1
  done
  [ -z "$directory" ] || (cd "$directory" && xargs rm -rf < /tmp/tags)
}
`;
}

/** The registry lists manifests without a tag that no tagged index names, as \`{repository sha256:… [tags]}\`. */
function removeUntagged(): string {
  return `
remove_untagged() {
  mark untagged /tmp/untagged || return 1
  sed -n 's,^manifest eligible for deletion: {\\([^ ]*\\) sha256:\\([0-9a-f]*\\) .*$,repositories/\\1/_manifests/revisions/sha256/\\2/link,p' /tmp/untagged > /tmp/revisions
  sort_by_age /tmp/revisions && remove_old
}
`;
}
