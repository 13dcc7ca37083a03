import { BackupExitCode } from "./backup-exit-code";
import { restoringFile } from "./rclone";

/** Shell functions of backups that restore (see backup-script.ts). */
export function backupRestoreFunctions(): string {
  return `
# Blobs come first, then what names them, and tags last: whatever can be pulled is whole. Nothing but blobs of a wrong size is overwritten, so that it can be
# repeated, and so that pushes may go on. Garbage collection keeps away meanwhile; what it was just removing when we began, a second look at the blobs brings back.
restore() {
  settings "$1"
  wanted=$2
  mode=$3
  alone
  begun=$(now)
  list_points || exit 1
  [ "$wanted" != latest ] || wanted=$(sed -n 1p "$lists/points")
  if [ -z "$wanted" ] || ! grep -qxF -- "$wanted" "$lists/points"; then
    say "target $target has no point \${wanted:-at all}"
    exit ${BackupExitCode.NotThere}
  fi
  # One that was not finished goes on.
  unfinished=$(content "$store/${restoringFile}") && tags_of_store "$lists/tags" || exit 1
  if [ "$mode" != repair ] && [ "$unfinished" != "$target $wanted" ] && [ -s "$lists/tags" ]; then
    say "the store has tags already"
    exit ${BackupExitCode.NotEmpty}
  fi
  echo "$target $wanted" | rclone rcat "$store/${restoringFile}" 2> "$lists/log" || { say "the store cannot be written to: $(tail -n 1 "$lists/log")"; exit 1; }
  fetch_point "$wanted" && restore_blobs log.blobs && restore_links && restore_blobs log.again && logged log.end rclone deletefile "$store/${restoringFile}"
  result=$?
  [ $result != 0 ] || [ ! -s "$lists/lost" ] || result=${BackupExitCode.Incomplete}
  missing=$(sed -n '$=' "$lists/missing" 2> /dev/null)
  word=failed
  [ $result != 0 ] || word=done
  [ $result != ${BackupExitCode.Incomplete} ] || word=incomplete
  set -- $(copied)
  printf '{"time":"%s","target":"%s","result":"%s","point":"%s","blobs":%s,"bytes":%s,"missing":%s,"seconds":%s}\\n' \\
    "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$target" "$word" "$wanted" "\${1:-0}" "\${2:-0}" "\${missing:-0}" $(($(now) - begun)) | tee /proc/1/fd/1
  return $result
}

fetch_point() {
  mkdir "$lists/restored"
  logged log.point rclone copyto "$remote/points/$1.tar.gz" "$lists/point.tar.gz" && [ -s "$lists/point.tar.gz" ] &&
    tar -C "$lists/restored" -xzf "$lists/point.tar.gz" && [ -d "$lists/restored/repositories" ] || { say "point $1 could not be read to its end"; return 1; }
}

# A blob is named by its digest, which verify holds against it afterwards: so rclone need not read every copy again for a checksum of its own.
# Blobs that only links to layers name may have been collected before the point was made, and nothing needs them; a manifest that is missing is damage.
restore_blobs() {
  name_blobs "$lists/restored/repositories" || return 1
  list_blobs && without "$lists/there" "$lists/wanted" > "$lists/missing" && within "$lists/manifests" "$lists/missing" > "$lists/lost" || return 1
  logged "$1" rclone copy --no-traverse --size-only --ignore-checksum --transfers 8 --files-from-raw "$lists/wanted" "$remote/blobs" "$store/blobs"
}

restore_links() {
  from="$lists/restored/repositories"
  logged log.links rclone copy --ignore-existing --transfers 16 --exclude '_manifests/tags/**' "$from" "$store/repositories" || return 1
  # The first rule that fits decides: what is left out, then tags, then nothing else.
  { repositories_with_lost_manifests | sed 's,.*,- /&/_manifests/tags/**,' && printf '+ /**/_manifests/tags/**\\n- **\\n' | sed ''; } > "$lists/tag-filter" || return 1
  logged log.links rclone copy --ignore-existing --transfers 16 --filter-from "$lists/tag-filter" "$from" "$store/repositories"
}

repositories_with_lost_manifests() {
  sed 's,^sha256/../\\([0-9a-f]*\\)/data$,\\1,' "$lists/lost" | while read -r digest; do
    (cd "$lists/restored/repositories" && find . -path "*/_manifests/revisions/sha256/$digest/link") | sed 's,^\\./,,;s,/_manifests/.*$,,'
  done | sort -u | while read -r repository; do
    say "tags of $repository are left out: target $target lacks manifests of it"
    echo "$repository"
  done
}
`;
}
