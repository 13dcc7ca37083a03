import { restoringFile } from "./rclone";

/** From how many tags on a store that has lost half of them is suspicious. */
const suspiciousFrom = 20;

/** Shell functions of backups that copy (see backup-script.ts). */
export function backupCopyFunctions(): string {
  return `
# The digests that links name, from their paths, each once; and where the blob of a digest is.
digests() { sed -n "s,^.*/_\\\\($1\\\\)/sha256/\\\\([0-9a-f]\\\\{64\\\\}\\\\)/link\\$,\\\\2,p" | sort -u; }
blob_paths() { sed 's,^\\(..\\).*,sha256/\\1/&/data,'; }
# The blobs that links below a directory name, and those of them that are manifests.
name_blobs() {
  (cd "$1" && find . -name link) > "$lists/links" || return 1
  digests 'layers\\|manifests/revisions' < "$lists/links" | blob_paths > "$lists/wanted" || return 1
  digests 'manifests/revisions' < "$lists/links" | blob_paths > "$lists/manifests"
}
tags_below() { (cd "$1" && find . -path '*/_manifests/tags/*/current/link'); }

tags_of_store() { listed "$1" -R --filter '- _uploads/**' --filter '+ /**/_manifests/tags/*/current/link' --filter '- *' "$store/repositories"; }

# A store that is empty, or has lost half of its tags since the last run, was lost or emptied by mistake: nothing may look like a good copy of that.
check_loss() {
  tags_of_store "$lists/tags" || return 1
  tags=$(sed -n '$=' "$lists/tags")
  before=$(tags_below "$work/repositories" | sed -n '$=')
  [ -z "$accept_loss" ] || return 0
  if [ "\${tags:-0}" = 0 ] && [ -n "$before" ]; then
    say "the store is empty, and was not at the last run: restore it, or say --accept-loss"
    return 1
  fi
  if [ "\${before:-0}" -ge ${suspiciousFrom} ] && [ $((\${tags:-0} * 2)) -lt "\${before:-0}" ]; then
    say "of $before tags at the last run $tags are left: restore them, or say --accept-loss"
    return 1
  fi
}

# The store's links, in the volume. Tags come first: what names something is younger than what it names. The content of all other links stands in their path.
# Noted before and after: a run that is killed halfway may have changed the links already.
copy_links() {
  # An empty registry has no directories yet.
  case "$store" in local:*) mkdir -p "\${store#local:}/repositories" ;; esac
  [ ! -e "$work/copying" ] || now > "$work/changed" || return 1
  : > "$work/copying" || return 1
  logged log.tags rclone sync --fast-list --checksum --transfers 16 --filter '- _uploads/**' --filter '+ /**/_manifests/tags/*/current/link' --filter '- *' "$store/repositories" "$work/repositories" &&
    logged log.links rclone sync --fast-list --size-only --transfers 16 --exclude '/**/_manifests/tags/*/current/link' --exclude '_uploads/**' "$store/repositories" "$work/repositories" ||
    return 1
  ! grep -qhE '"msg":"(Copied|Deleted)' "$lists/log.tags" "$lists/log.links" || now > "$work/changed" || return 1
  rm "$lists/log.tags" "$lists/log.links" "$work/copying"
}

# Tags of a manifest that was deleted between the two: they are gone at a second look. Those that are left were broken before.
copy_settled_links() {
  copy_links || return 1
  [ -n "$(broken_tags)" ] || return 0
  copy_links || return 1
  broken=$(broken_tags | sed -n '1{s,^\\./,,;s,/current/link$,,;p;}')
  [ -z "$broken" ] || say "tags name manifests that the store has not, as $broken"
}
broken_tags() {
  tags_below "$work/repositories" | (cd "$work/repositories" && while read -r link; do
    digest=
    read -r digest < "$link"
    [ -e "\${link%/_manifests/tags/*}/_manifests/revisions/sha256/\${digest#sha256:}/link" ] || echo "$link"
  done)
}

# Blobs that links name and the target has not. Nothing that it has is overwritten. Blobs of deleted layers may be collected already, while their links are left; a manifest
# that is missing is damage.
copy_blobs() {
  name_blobs "$work/repositories" || return 1
  list_blobs && without "$lists/there" "$lists/wanted" > "$lists/new" || return 1
  [ -s "$lists/new" ] || return 0
  logged log.blobs rclone copy --no-traverse --ignore-existing --bwlimit "$limit" --files-from-raw "$lists/new" "$store/blobs" "$remote/blobs" || return 1
  sed -n 's/^.*"msg":"Copied (new)".*"object":"\\([^"]*\\)".*$/\\1/p' "$lists/log.blobs" | sort -u > "$lists/copied" || return 1
  without "$lists/copied" "$lists/new" > "$lists/missing" && within "$lists/manifests" "$lists/missing" > "$lists/lost" || return 1
  [ ! -s "$lists/lost" ] || say "the store has lost $(sed -n '$=' "$lists/lost") manifests that links name, as $(sed -n 1p "$lists/lost"): verify it"
}

# Number of blobs that were copied, and their bytes.
copied() {
  awk -v FS='"size":' '/"msg":"Copied/ { blobs++; bytes += $2 + 0 } END { printf "%d %.0f", blobs, bytes }' "$lists/log.blobs" 2> /dev/null
}

# One run to one target.
run() {
  settings "$1"
  begun=$(now)
  point=
  rm -f "$lists"/*
  not_restoring && own_target && list_points && check_clock && check_loss && copy_settled_links && copy_blobs && make_point
  result=$?
  # A point was made, of what is left.
  [ ! -s "$lists/lost" ] || result=1
  if [ $result = 0 ] && [ -s "$lists/tags" ]; then expire; fi
  set -- $(copied)
  ended=$(now)
  echo "$ended $result $((ended - begun)) \${1:-0} \${2:-0}" > "$work/last.part" && mv "$work/last.part" "$work/last.$target"
  [ $result != 0 ] || echo "$ended" > "$work/succeeded.$target"
  printf '{"time":"%s","target":"%s","result":"%s","point":"%s","blobs":%s,"bytes":%s,"seconds":%s}\\n' \\
    "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$target" "$([ $result = 0 ] && echo done || echo failed)" "$point" "\${1:-0}" "\${2:-0}" $((ended - begun)) | tee /proc/1/fd/1
  return $result
}

not_restoring() {
  restoring=$(content "$store/${restoringFile}") || return 1
  [ -z "$restoring" ] || { say "a restore was not finished ($restoring): repeat it"; return 1; }
}
`;
}
