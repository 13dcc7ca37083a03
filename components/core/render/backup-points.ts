/** Shell functions of backups that make and remove points (see backup-script.ts). */
export function backupPointFunctions(): string {
  return `
# A point, unless the newest one of today says the same, and is there.
make_point() {
  [ -s "$lists/tags" ] || [ -s "$work/changed" ] || return 0
  changed=$(cat "$work/changed") && [ -n "$changed" ] || { say "the volume has lost when the links changed: remove $work/made.* and repeat it"; return 1; }
  at=$(stamp "$(now)")
  read -r made_changed made_day made_point 2> /dev/null < "$work/made.$target"
  if [ "$made_changed $made_day" = "$changed \${at%T*}" ] && grep -qxF -- "$made_point" "$lists/points"; then return 0; fi
  tar -C "$work" -czf "$lists/point.tar.gz" repositories || { say "the point could not be written: is the disk full?"; return 1; }
  logged log.point rclone copyto --immutable --bwlimit "$limit" "$lists/point.tar.gz" "$remote/points/$at.tar.gz" || return 1
  rm "$lists/point.tar.gz"
  point=$at
  echo "$changed \${at%T*} $at" > "$work/made.$target"
  list_points
}

# Points that are old go, and then blobs that no other point needs. What a bucket guards, stays: that is no failure.
expire() {
  awk -v hour="$(stamp $(($(now) - hours * 3600)))" -v day="$(stamp $(($(now) - days * 86400)))" -v month="$(stamp $(($(now) - months * 2629746)))" '
    {
      kept = NR == 1 || $1 >= hour || ($1 >= day && !(substr($1, 1, 10) in days)) || ($1 >= month && !(substr($1, 1, 7) in months))
      days[substr($1, 1, 10)] = months[substr($1, 1, 7)] = 1
      print (kept ? "kept " : "expired ") $1
    }
  ' "$lists/points" | sort > "$lists/decided" || return 0
  sed -n 's/^kept //p' "$lists/decided" > "$lists/kept" && sed -n 's/^expired \\(.*\\)$/\\1.tar.gz/p' "$lists/decided" > "$lists/expired" || return 0
  sed -n '$=' "$lists/kept" > "$work/points.$target"
  [ -n "$prune" ] && [ -s "$lists/expired" ] || return 0
  logged log.expire rclone delete --files-from-raw "$lists/expired" "$remote/points" || { say "old points of $target could not be removed"; return 0; }
  prune_blobs || say "blobs that no point of $target needs could not be removed"
  return 0
}

# Every point has to be read to its end before anything that it might need is removed; the last line of the list says that it was.
prune_blobs() {
  : > "$lists/needed" || return 1
  while read -r each; do
    logged log.read rclone copyto "$remote/points/$each.tar.gz" "$lists/read.tar.gz" && [ -s "$lists/read.tar.gz" ] || return 1
    tar -tzf "$lists/read.tar.gz" | digests 'layers\\|manifests/revisions' | blob_paths > "$lists/more" || return 1
    sort -u -o "$lists/needed" "$lists/needed" "$lists/more" || return 1
    rm "$lists/read.tar.gz"
  done < "$lists/kept"
  [ -s "$lists/needed" ] && echo end >> "$lists/needed" && [ "$(tail -n 1 "$lists/needed")" = end ] || return 1
  list_blobs && without "$lists/needed" "$lists/there" > "$lists/unneeded" || return 1
  [ -s "$lists/unneeded" ] || return 0
  logged log.prune rclone delete --files-from-raw "$lists/unneeded" "$remote/blobs" || return 1
  [ -z "$directory" ] || rclone rmdirs --leave-root "$directory/blobs"
}
`;
}
