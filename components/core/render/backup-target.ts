import { BackupExitCode } from "./backup-exit-code";

/** How many copies of the state are kept. */
const statesKept = 30;

/** How far ahead of our clock a point may be, seconds. */
const clockTolerance = 3600;

/** Shell functions of backups that look at a target (see backup-script.ts). */
export function backupTargetFunctions(): string {
  return `
# Only one registry may write to a target: two would remove what the other needs. And a target that was ours and has nothing any more is another disk, or none.
own_target() {
  found=$(content "$remote/owner") || return 1
  if [ "$found" = "$owner" ]; then
    : > "$work/owned.$target"
    return 0
  fi
  if [ -z "$take_over" ] && [ -n "$found" ]; then
    say "another registry writes to target $target ($found): give this one another place, or take it over with --take-over"
    return 1
  fi
  if [ -z "$take_over" ] && [ -e "$work/owned.$target" ]; then
    say "target $target has nothing any more: is the disk mounted (and was before this container started), is it the right bucket? If so, say --take-over"
    return 1
  fi
  echo "$owner" | rclone rcat "$remote/owner" 2> "$lists/log" && : > "$work/owned.$target" ||
    { say "target $target cannot be written to: $(tail -n 1 "$lists/log")"; return 1; }
}

# Points of the target, the newest first.
list_points() {
  listed "$lists/names" "$remote/points" && sed -n 's/^\\([0-9TZ-]*\\)\\.tar\\.gz$/\\1/p' "$lists/names" | sort -r > "$lists/points"
}

# By the clock goes what is kept and what is newest.
check_clock() {
  ahead=$(awk -v limit="$(stamp $(($(now) + ${clockTolerance})))" '$1 > limit' "$lists/points" | sed -n 1p)
  [ -z "$ahead" ] || { say "target $target has a point of the future, $ahead: set the clock right, or remove the point"; return 1; }
}

# Paths of the blobs that the target has.
list_blobs() { listed "$lists/there" -R "$remote/blobs"; }

# Everything that a target has for a restore, as JSON lines.
list() {
  chosen=$1
  [ "$chosen" != all ] || chosen=$all_targets
  failed=0
  for each in $chosen; do
    settings "$each"
    for kind in points state; do
      listed "$lists/found" --format ps --separator ' ' "$remote/$kind" || { failed=1; continue; }
      sed -n 's/^\\([0-9TZ-]*\\)\\.[a-z.]* \\([0-9]*\\)$/\\1 \\2/p' "$lists/found" | sort |
        while read -r at size; do printf '{"target":"%s","kind":"%s","name":"%s","bytes":%s}\\n' "$each" "$kind" "$at" "$size"; done
    done
  done
  return $failed
}

# Whoever sends the state may die halfway: its length tells.
put_state() {
  settings "$1"
  cat > "$lists/state" && [ "$(wc -c < "$lists/state")" -eq "$2" ] || { say "the state did not come whole"; return 1; }
  logged log.state rclone copyto "$lists/state" "$remote/state/$(stamp "$(now)").json" || return 1
  [ -n "$prune" ] || return 0
  listed "$lists/states" "$remote/state" && sort -r "$lists/states" | tail -n +${statesKept + 1} | sort > "$lists/old-states" || return 0
  [ ! -s "$lists/old-states" ] || logged log.state rclone delete --files-from-raw "$lists/old-states" "$remote/state" || say "old copies of the state in $target could not be removed"
  return 0
}

get_state() {
  settings "$1"
  listed "$lists/states" "$remote/state" || return 1
  newest=$(sort -r "$lists/states" | sed -n 1p)
  [ -n "$newest" ] || { say "target $target has no copy of the state"; exit ${BackupExitCode.NotThere}; }
  logged log.state rclone copyto "$remote/state/$newest" "$lists/state" && [ -s "$lists/state" ] && cat "$lists/state"
}
`;
}
