import { BackupExitCode } from "./backup-exit-code";

/** Shell functions of backups that restore (see backup-script.ts). */
export function backupRestoreFunctions(): string {
  return `
# Whether there is any tag.
is_empty() {
  rclone lsf -R --files-only --fast-list --include '/**/_manifests/tags/*/current/link' "$store/repositories" > /tmp/tags 2> /tmp/log.tags ||
    grep -q 'directory not found' /tmp/log.tags || { say "the store cannot be listed: $(tail -n 1 /tmp/log.tags | tr -d '"\\\\')"; exit 1; }
  [ ! -s /tmp/tags ]
}

# Blobs come first, then what names them, and tags last: whatever can be pulled is whole. Nothing is overwritten, so that it can be repeated, and so
# that pushes may go on.
restore() {
  settings "$1"
  wanted=$2
  mode=$3
  alone
  begun=$(now)
  points > /tmp/points
  [ "$wanted" != latest ] || wanted=$(sed -n 1p /tmp/points)
  if [ -z "$wanted" ] || ! grep -qx "$wanted" /tmp/points; then
    say "target $target has no point \${wanted:-at all}"
    rm -f /tmp/running
    exit ${BackupExitCode.NoPoint}
  fi
  # One that was not finished goes on.
  if [ "$mode" != repair ] && [ "$(cat "$work/restoring" 2> /dev/null)" != "$target $wanted" ] && ! is_empty; then
    say "the store has tags already"
    rm -f /tmp/running
    exit ${BackupExitCode.NotEmpty}
  fi
  echo "$target $wanted" > "$work/restoring"
  fetch_point "$wanted" && restore_blobs && restore_links
  result=$?
  [ $result != 0 ] || rm -rf "$work/restoring" "$work/restored" "$work/restored.tar.gz"
  set -- $(copied)
  printf '{"time":"%s","target":"%s","result":"%s","point":"%s","blobs":%s,"bytes":%s,"missing":%s,"seconds":%s}\\n' \\
    "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$target" "$([ $result = 0 ] && echo done || echo failed)" "$wanted" "\${1:-0}" "\${2:-0}" \\
    "$(awk 'END { print NR }' /tmp/missing)" $(($(now) - begun)) | tee /proc/1/fd/1
  rm -f /tmp/running
  return $result
}

fetch_point() {
  rm -rf "$work/restored" "$work/restored.tar.gz" /tmp/log.blobs
  : > /tmp/missing
  mkdir "$work/restored"
  logged /tmp/log.point rclone copyto "$remote/points/$1.tar.gz" "$work/restored.tar.gz" &&
    tar -C "$work/restored" -xzf "$work/restored.tar.gz" &&
    tar -tzf "$work/restored.tar.gz" > /tmp/members
}

# Blobs that only links to layers name may have been collected before the point was made: nothing needs them, and who verifies the store finds
# whatever else is missing.
restore_blobs() {
  digests_of /tmp/members | blob_paths > /tmp/wanted
  rclone lsf -R --fast-list --files-only "$remote/blobs" > /tmp/all || return 1
  awk 'FILENAME == "/tmp/all" { there[$0] = 1; next } !($0 in there)' /tmp/all /tmp/wanted > /tmp/missing
  logged /tmp/log.blobs rclone copy --fast-list --ignore-existing --transfers 8 --files-from-raw /tmp/wanted "$remote/blobs" "$store/blobs"
}

restore_links() {
  from="$work/restored/repositories"
  logged /tmp/log.links rclone copy --ignore-existing --transfers 16 --exclude '_manifests/tags/**' "$from" "$store/repositories" &&
    logged /tmp/log.links rclone copy --ignore-existing --transfers 16 --include '/**/_manifests/tags/**' "$from" "$store/repositories"
}
`;
}
