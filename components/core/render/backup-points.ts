import { BackupExitCode } from "./backup-exit-code";

/** How many copies of the state are kept. */
const statesKept = 30;

/** Shell functions of backups that make, list and remove points (see backup-script.ts). */
export function backupPointFunctions(): string {
  return `
stamp() { date -u -d "@$1" +%Y-%m-%dT%H-%M-%SZ; }

# Points of the target, the newest first.
points() { rclone lsf --files-only "$remote/points" 2> /tmp/log.points | sed -n 's/^\\([0-9TZ-]*\\)\\.tar\\.gz$/\\1/p' | sort -r; }

# A point, unless the newest one of today says the same.
make_point() {
  changed=$(cat "$work/changed" 2> /dev/null)
  [ -n "$changed" ] || return 0
  at=$(stamp "$(now)")
  today=\${at%T*}
  [ "$(cat "$work/made.$target" 2> /dev/null)" != "$changed $today" ] || return 0
  tar -C "$work" -czf "$work/point.tar.gz" repositories || { say "the point could not be written: is the disk full?"; return 1; }
  logged /tmp/log.point rclone copyto --immutable --bwlimit "$limit" "$work/point.tar.gz" "$remote/points/$at.tar.gz" || return 1
  rm -f "$work/point.tar.gz"
  point=$at
  echo "$changed $today" > "$work/made.$target"
}

# Points that are old go, and then blobs that no other point needs. What a bucket guards, stays: that is no failure.
expire() {
  points > "/tmp/points"
  awk -v hour="$(stamp $(($(now) - hours * 3600)))" -v day="$(stamp $(($(now) - days * 86400)))" -v month="$(stamp $(($(now) - months * 2629746)))" '
    {
      kept = NR == 1 || $1 >= hour || ($1 >= day && !(substr($1, 1, 10) in days)) || ($1 >= month && !(substr($1, 1, 7) in months))
      days[substr($1, 1, 10)] = months[substr($1, 1, 7)] = 1
      print > (kept ? "/tmp/kept" : "/tmp/expired")
    }
    BEGIN { printf "" > "/tmp/kept"; printf "" > "/tmp/expired" }
  ' /tmp/points
  awk 'END { print NR }' /tmp/kept > "$work/points.$target"
  [ -n "$prune" ] && [ -s /tmp/expired ] || return 0
  sed 's,$,.tar.gz,' /tmp/expired > /tmp/remove
  logged /tmp/log.expire rclone delete --files-from-raw /tmp/remove "$remote/points" || { say "old points of $target could not be removed"; return 0; }
  prune_blobs || say "blobs that no point of $target needs could not be removed"
}

# A point has to be read to its end before anything that it might need is removed.
prune_blobs() {
  : > /tmp/needed
  while read -r each; do
    rclone cat "$remote/points/$each.tar.gz" > "$work/read.tar.gz" && tar -tzf "$work/read.tar.gz" > /tmp/members || return 1
    digests_of /tmp/members >> /tmp/needed
    sort -u -o /tmp/needed /tmp/needed
  done < /tmp/kept
  rm -f "$work/read.tar.gz"
  rclone lsf -R --fast-list --files-only "$remote/blobs" > /tmp/all || return 1
  blob_paths < /tmp/needed | awk 'NR == FNR { needed[$0] = 1; next } !($0 in needed)' - /tmp/all > /tmp/remove
  [ -s /tmp/remove ] || return 0
  logged /tmp/log.prune rclone delete --files-from-raw /tmp/remove "$remote/blobs" || return 1
  [ -z "$directory" ] || rclone rmdirs --leave-root "$directory/blobs"
}

# The digests that links name, from their paths, each once; and where the blob of a digest is.
digests_of() { sed -n 's,^.*/_\\(layers\\|manifests/revisions\\)/sha256/\\([0-9a-f]\\{64\\}\\)/link$,\\2,p' "$1" | sort -u; }
blob_paths() { sed 's,^\\(..\\).*,sha256/\\1/&/data,'; }

# Everything that a target has for a restore, as JSON lines.
list() {
  for each in $all_targets; do
    settings "$each"
    for kind in points state; do
      rclone lsjson --files-only "$remote/$kind" 2> /tmp/log.list | sed -n 's/^.*"Name":"\\([0-9TZ-]*\\)\\.[a-z.]*","Size":\\([0-9]*\\).*$/\\1 \\2/p' | sort |
        while read -r at size; do printf '{"target":"%s","kind":"%s","name":"%s","bytes":%s}\\n' "$each" "$kind" "$at" "$size"; done
      ! grep -q 'Failed\\|CRITICAL' /tmp/log.list || grep -q 'directory not found' /tmp/log.list || { say "target $each cannot be listed: $(tail -n 1 /tmp/log.list | tr -d '"\\\\')"; return 1; }
    done
  done
}

put_state() {
  settings "$1"
  at=$(stamp "$(now)")
  cat > "/tmp/state.$$" && [ -s "/tmp/state.$$" ] && logged /tmp/log.state rclone copyto "/tmp/state.$$" "$remote/state/$at.json"
  result=$?
  rm -f "/tmp/state.$$"
  [ $result = 0 ] && [ -n "$prune" ] || return $result
  rclone lsf --files-only "$remote/state" | sort -r | tail -n +${statesKept + 1} > /tmp/old-states
  [ ! -s /tmp/old-states ] || logged /tmp/log.state rclone delete --files-from-raw /tmp/old-states "$remote/state" || say "old copies of the state in $target could not be removed"
  return 0
}

get_state() {
  settings "$1"
  at=\${2:-$(rclone lsf --files-only "$remote/state" | sort -r | sed -n '1s/\\.json$//p')}
  [ -n "$at" ] || { say "target $target has no copy of the state"; exit ${BackupExitCode.NoPoint}; }
  rclone cat "$remote/state/$at.json"
}
`;
}
