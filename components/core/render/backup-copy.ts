/** How long a link has to be there before it is copied, seconds: times of objects are told to the second, and a later change within it would go unseen. */
const settleSeconds = 3;

/** Shell functions of backups that copy, and that tell how it went (see backup-script.ts). */
export function backupCopyFunctions(): string {
  return `
# The store's links, in the volume. A store that is empty, and was not before, was lost: nothing may look like a copy of that.
copy_links() {
  if ! rclone lsf --max-depth 1 "$store/repositories" > /tmp/listed 2> /tmp/log.links; then
    grep -q 'directory not found' /tmp/log.links || { say "the store cannot be listed: $(tail -n 1 /tmp/log.links | tr -d '"\\\\')"; return 1; }
    : > /tmp/listed
  fi
  if [ ! -s /tmp/listed ]; then
    [ -z "$(ls "$work/repositories")" ] || { say "the store is empty, and was not at the last run: nothing is copied. Restore it"; return 1; }
    return 0
  fi
  # Noted before and after: a run that is killed halfway may have changed the links already.
  [ ! -e "$work/copying" ] || now > "$work/changed"
  : > "$work/copying"
  logged /tmp/log.links rclone sync --fast-list --use-server-modtime --transfers 16 --min-age ${settleSeconds}s --exclude '_uploads/**' "$store/repositories" "$work/repositories" || return 1
  ! grep -qE '"msg":"(Copied|Deleted)' /tmp/log.links || now > "$work/changed"
  rm -f "$work/copying"
}

# Blobs that the target has not. One that it has and that differs in size is an error: never is a copy overwritten.
copy_blobs() {
  [ -s /tmp/listed ] || return 0
  logged /tmp/log.blobs rclone copy --fast-list --size-only --immutable --bwlimit "$limit" --exclude '_uploads/**' "$store/blobs" "$remote/blobs"
}

# Number of blobs that were copied, and their bytes.
copied() {
  awk -v FS='"size":' '/"msg":"Copied/ { blobs++; bytes += $2 + 0 } END { printf "%d %.0f", blobs, bytes }' /tmp/log.blobs 2> /dev/null
}

# One run to one target.
run() {
  settings "$1"
  [ ! -e "$work/restoring" ] || { say "a restore was not finished: repeat it"; return 1; }
  sleep ${settleSeconds}
  begun=$(now)
  point=
  rm -f /tmp/log.blobs
  copy_links && copy_blobs && make_point
  result=$?
  [ $result != 0 ] || expire
  set -- $(copied)
  ended=$(now)
  word=$([ $result = 0 ] && echo done || echo failed)
  echo "$ended $result $((ended - begun)) \${1:-0} \${2:-0}" > "$work/last.$target.part"
  mv "$work/last.$target.part" "$work/last.$target"
  [ $result != 0 ] || echo "$ended" > "$work/succeeded.$target"
  metrics_of "$target"
  printf '{"time":"%s","target":"%s","result":"%s","point":"%s","blobs":%s,"bytes":%s,"seconds":%s}\\n' \\
    "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$target" "$word" "$point" "\${1:-0}" "\${2:-0}" $((ended - begun)) | tee /proc/1/fd/1
  return $result
}

# What Prometheus is told of a target.
metrics_of() {
  name=$1
  metric() { [ -z "$4" ] || printf '# HELP %s %s\\n# TYPE %s %s\\n%s{target="%s"} %s\\n' "$1" "$2" "$1" "$3" "$1" "$name" "$4"; }
  {
    read -r at failed seconds blobs bytes < "$work/last.$name"
  } 2> /dev/null || { at= failed= seconds= blobs= bytes=; }
  {
    metric ha_registry_backup_interval_seconds "From one run to the next, as planned." gauge $((every * 60))
    metric ha_registry_backup_last_run_timestamp_seconds "When the last run ended." gauge "$at"
    metric ha_registry_backup_last_success_timestamp_seconds "When the last run that succeeded ended." gauge "$(cat "$work/succeeded.$name" 2> /dev/null)"
    metric ha_registry_backup_last_result "1 when the last run succeeded, else 0." gauge "\${failed:+$([ "$failed" = 0 ] && echo 1 || echo 0)}"
    metric ha_registry_backup_duration_seconds "How long the last run took." gauge "$seconds"
    metric ha_registry_backup_new_blobs "Blobs that the last run copied." gauge "$blobs"
    metric ha_registry_backup_new_bytes "Bytes of them." gauge "$bytes"
    metric ha_registry_backup_points "Points that can be restored." gauge "$(cat "$work/points.$name" 2> /dev/null)"
  } > "$work/.metrics.$name"
  mv "$work/.metrics.$name" "$work/metrics.$name"
}
`;
}
