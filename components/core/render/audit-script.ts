import { AuditAction } from "./haproxy-audit";
import type { AuditCollectorTopology, AuditTopology } from "../topology-audit";

/** Where the log is kept, in its volume: events, the seals of them, and how far forwarding is. */
export const auditDirectory = "/audit";

/** Where HAProxy hands events over: a volume in memory, so that a slow disk never holds up a request. */
export const bufferDirectory = "/buffer";

/** Size of that volume, MiB: room for about 80,000 events. When it is full, further ones stand in HAProxy's log on standard output alone. */
export const bufferMiB = 64;

/** From how much on the volume counts as full, blocks of 512 bytes: HAProxy fills pages of several at a time. */
const fullBlocks = (bufferMiB - 1) * 2048;

/** How often what came since is sealed, seconds. */
const sealSeconds = 60;

/** How much is taken from the buffer, or sealed, at once, bytes. */
const mostBytes = 8 * 1024 * 1024;

/**
 * After how many days a file is compressed. While events are forwarded they stay readable for longer: where they go may be away, and gets what it
 * missed from the files.
 */
const compressAfterDays = { alone: 1, forwarded: 7 };

/**
 * The shell script that keeps the audit log of one host, in syslog-ng's image. Its arguments are configurations of syslog-ng, each of which
 * forwards to one target.
 *
 * Every second it takes what HAProxy has written to the buffer, adds it to the file of the day, writes down how far it is, and only then gives the
 * memory back: whoever is killed at whatever moment, each event is in the log once. What it added without writing that down is taken off
 * again at its next start. A line of which only the beginning is there waits for its end.
 *
 * Every minute a seal is added: the digest of the bytes that came since, and the digest of the seal before, so that no event and no seal can be altered, cut
 * or taken out without breaking the chain. Days that are past `keepDays` go, and a seal says so. A file that somebody else cut or added to is
 * left as it is, for \`--verify\` to find, and the log goes on in another one.
 */
export function renderAuditScript({ keepDays, maxFileMiB, forward }: AuditTopology, { host }: AuditCollectorTopology): string {
  const compressDays = Object.keys(forward).length === 0 ? compressAfterDays.alone : compressAfterDays.forwarded;
  return `#!/bin/sh
umask 027
export LC_ALL=C TZ=UTC
log=${auditDirectory}
buffer=${bufferDirectory}

say() { printf '{"time":"%s","message":"%s"}\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*"; }

size_of() { stat -c %s "$1" 2> /dev/null || echo 0; }

before() { expr "$1" \\< "$2" > /dev/null; }

# Bytes of a file from $2 up to $3, without reading what is before them.
bytes() {
  dd if="$1" bs=4096 skip=$(($2 / 4096)) count=$((($3 - $2) / 4096 + 2)) 2> /dev/null | tail -c +$(($2 % 4096 + 1)) | head -c $(($3 - $2))
}

# The file that is written to, how much of it counts, and how far each file of the buffer was read: "path position".
save() {
  printf 'file %s %s\\n%s' "$file" "$size" "$positions" > $log/state.part && sync $log/state.part && mv $log/state.part $log/state
}

# What the last run wrote down, and not what it did after that.
recover() {
  mkdir -p $log/events $log/seals $log/forward || return 1
  file= size=0 positions=
  if [ -f $log/state ]; then
    read -r _ file size < $log/state
    positions="$(tail -n +2 $log/state)
"
  fi
  if [ -n "$file" ] && [ "$(size_of $log/events/$file)" -gt "$size" ]; then truncate -s "$size" $log/events/$file || return 1; fi
  number=0 head=0000000000000000000000000000000000000000000000000000000000000000 chain=
  for each in $(ls -r $log/seals); do
    if [ "$(tail -c 1 $log/seals/$each | wc -l)" -eq 0 ]; then
      truncate -s $(($(size_of $log/seals/$each) - $(tail -n 1 $log/seals/$each | wc -c))) $log/seals/$each || return 1
    fi
    [ -n "$chain" ] || chain=\${each%.jsonl}
    [ -s $log/seals/$each ] || continue
    number=$(tail -n 1 $log/seals/$each | sed 's/.*"seal":\\([0-9]*\\),.*/\\1/')
    head=$(tail -n 1 $log/seals/$each | sha256sum | cut -d ' ' -f 1)
    break
  done
  sealed=0
  if [ -n "$file" ] && [ -f $log/seals/\${file%%.*}.jsonl ]; then
    sealed=$(sed -n "s/.*\\"file\\":\\"$file\\",\\"from\\":[0-9]*,\\"to\\":\\([0-9]*\\),.*/\\1/p" $log/seals/\${file%%.*}.jsonl | tail -n 1)
  fi
  sealed=\${sealed:-0}
}

# Adds a seal that says $1 to those of day $2.
seal_with() {
  [ -z "$chain" ] || before "$chain" "$2" || set -- "$1" "$chain"
  seals=$log/seals/$2.jsonl
  length=$(size_of "$seals")
  line="{\\"time\\":\\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\\",\\"host\\":\\"${host}\\",\\"seal\\":$((number + 1)),$1,\\"previous\\":\\"$head\\"}"
  if printf '%s\\n' "$line" >> "$seals" && sync "$seals"; then
    number=$((number + 1)) chain=$2
    head=$(printf '%s\\n' "$line" | sha256sum | cut -d ' ' -f 1)
  else
    truncate -s "$length" "$seals"
    say "no seal can be written: is the disk full?"
    return 1
  fi
}

seal() {
  while [ -n "$file" ] && [ "$size" -gt "$sealed" ]; do
    to=$size
    [ $((to - sealed)) -le ${mostBytes} ] || to=$((sealed + ${mostBytes}))
    digest=$(bytes $log/events/$file "$sealed" "$to" | sha256sum | cut -d ' ' -f 1)
    seal_with "\\"file\\":\\"$file\\",\\"from\\":$sealed,\\"to\\":$to,\\"sha256\\":\\"$digest\\"" "\${file%%.*}" || return 1
    sealed=$to
  done
}

# Goes on in another file when the day is over, the file is large, or it is not as it was left.
roll() {
  day=$(date -u +%Y-%m-%d) last=\${file%%.*} count=1
  if [ -n "$file" ] && ! before "$last" "$day"; then
    if [ "$size" -lt ${maxFileMiB * 1024 * 1024} ] && [ "$(size_of $log/events/$file)" -eq "$size" ]; then return 0; fi
    day=$last count=$(echo "$file" | sed 's/^[^.]*\\.0*\\([0-9]*\\)\\..*/\\1/')
  fi
  seal || return 1
  next=$(printf '%s.%04d.jsonl' "$day" "$count")
  while [ -s $log/events/$next ] || [ -e $log/events/$next.gz ]; do
    count=$((count + 1))
    next=$(printf '%s.%04d.jsonl' "$day" "$count")
  done
  : > $log/events/$next || return 1
  file=$next size=0 sealed=0
  save
}

position_in() {
  set -- "$(printf '%s' "$positions" | sed -n "s|^$1 ||p")"
  echo "\${1:-0}"
}

# Whether the HAProxy that wrote to a file has come back since, with another file: "<name of HAProxy>.<number>.<anything>.jsonl".
is_over() {
  replica=\${1%%.*} count=\${1#*.}
  for other in "$replica".*.jsonl; do
    other=\${other#"$replica".}
    [ "\${other%%.*}" -le "\${count%%.*}" ] || return 0
  done
  return 1
}

# What came since goes from the buffer to the file.
collect() {
  found=$(stat -c '%n %s %b' $buffer/*.jsonl 2> /dev/null)
  [ "$found" != "$seen" ] || return 0
  seen= more= reached= taken=0
  : > /tmp/batch
  while read -r name length blocks; do
    [ -n "$name" ] || continue
    taken=$((taken + blocks))
    position=$(position_in "$name")
    to=$length
    if [ $((to - position)) -gt ${mostBytes} ]; then to=$((position + ${mostBytes})) more=1; fi
    if [ "$to" -gt "$position" ]; then
      bytes "$name" "$position" "$to" > /tmp/part || return 1
      if [ "$(tail -c 1 /tmp/part | wc -l)" -eq 0 ] && { [ "$to" -lt "$length" ] || ! is_over "$name"; }; then
        to=$((to - $(tail -n 1 /tmp/part | wc -c))) more=1
        head -c $((to - position)) /tmp/part > /tmp/whole
        mv /tmp/whole /tmp/part
      fi
      # HAProxy tells of itself, too, and a line may have been cut off while the buffer was full.
      grep -a '^{.*}$' /tmp/part >> /tmp/batch
    fi
    reached="$reached$name $to
"
  done << END
$found
END
  if [ $taken -lt ${fullBlocks} ]; then
    full=
  elif [ -z "$full" ]; then
    # Said once for each time that it is full.
    printf '{"time": "%s", "id": "%s", "host": "${host}", "action": "${AuditAction.BufferFull}", "result": "failed"}\\n' \\
      "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(cat /proc/sys/kernel/random/uuid)" >> /tmp/batch
    full=1
  fi
  if [ -s /tmp/batch ]; then
    roll || return 1
    if ! { cat /tmp/batch >> $log/events/$file && sync $log/events/$file; }; then
      truncate -s "$size" $log/events/$file
      say "no event can be written: is the disk full? They wait in memory"
      return 1
    fi
    size=$((size + $(size_of /tmp/batch)))
  fi
  positions=$reached
  save || return 1
  printf '%s\\n' "$found" | while read -r name length blocks; do
    [ -n "$name" ] || continue
    position=$(position_in "$name")
    if [ "$position" -eq "$length" ] && is_over "$name"; then
      rm -f "$name"
    elif [ "$blocks" -gt 2048 ] && [ "$position" -ge 4096 ]; then # of 512 bytes
      fallocate --punch-hole --offset 0 --length $((position / 4096 * 4096)) "$name"
    fi
  done
  [ -n "$more" ] || seen=$found
}

# Compresses what is over, and removes what was kept for long enough.
tidy() {
  seal || return 1
  now=$(date +%s)
  expired=$(date -u -d @$((now - ${keepDays} * 86400)) +%Y-%m-%d) over=$(date -u -d @$((now - ${compressDays} * 86400)) +%Y-%m-%d)
  for day in $(ls $log/events $log/seals | sed -n 's/^\\([0-9]\\{4\\}-[0-9][0-9]-[0-9][0-9]\\)\\..*/\\1/p' | sort -u); do
    if before "$day" "$expired" && [ "$day" != "\${file%%.*}" ]; then
      if [ -s $log/seals/$day.jsonl ]; then
        through=$(tail -n 1 $log/seals/$day.jsonl | sed 's/.*"seal":\\([0-9]*\\),.*/\\1/')
        last=$(tail -n 1 $log/seals/$day.jsonl | sha256sum | cut -d ' ' -f 1)
        seal_with "\\"removed\\":\\"$day\\",\\"through\\":$through,\\"head\\":\\"$last\\"" "$(date -u +%Y-%m-%d)" || return 1
      fi
      rm -f $log/events/$day.* $log/seals/$day.jsonl
    elif before "$day" "$over"; then
      for each in $log/events/$day.*.jsonl; do
        [ ! -f "$each" ] || [ "\${each##*/}" = "$file" ] || gzip -f "$each"
      done
    fi
  done
}

# One syslog-ng for each target, so that one that is away does not hold up the others.
forward() {
  for configuration in "$@"; do
    target=\${configuration##*/}
    [ ! -f /tmp/$target.pid ] || ! kill -0 "$(cat /tmp/$target.pid)" 2> /dev/null || continue
    syslog-ng --foreground --no-caps --cfgfile "$configuration" --persist-file $log/forward/$target.persist --pidfile /tmp/$target.own \\
      --control /tmp/$target.ctl &
    echo $! > /tmp/$target.pid
  done
}

finish() {
  collect && seal
  kill $(cat /tmp/*.pid 2> /dev/null) 2> /dev/null
  wait
  exit 0
}

command -v fallocate > /dev/null || { say "there is no fallocate in this image, and without it the buffer would fill up"; exit 1; }
seen= full=
recover || { say "the log cannot be written"; exit 1; }
trap finish TERM INT
sealed_at=0 tidied_at=0
while :; do
  forward "$@"
  collect
  now=$(date +%s)
  if [ $((now - sealed_at)) -ge ${sealSeconds} ] || [ -e /tmp/seal ]; then
    if seal; then sealed_at=$now; rm -f /tmp/seal; fi
  fi
  if [ $((now - tidied_at)) -ge 3600 ] || [ -e /tmp/tidy ]; then
    if tidy; then tidied_at=$now; rm -f /tmp/tidy; fi
  fi
  : > /tmp/alive
  sleep 1 &
  wait $!
done
`;
}
