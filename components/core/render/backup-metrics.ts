import { metricsHead } from "./agent";

/** What Prometheus is told: name, what it is, and the shell word that says it of a target. */
const metrics: readonly (readonly [name: string, help: string, value: string])[] = [
  ["interval_seconds", "From one run to the next, as planned.", "$((every * 60))"],
  ["last_run_timestamp_seconds", "When the last run ended; 0 before the first.", "$at"],
  ["last_success_timestamp_seconds", "When the last run that succeeded ended; 0 before the first.", "$succeeded"],
  ["last_result", "1 when the last run succeeded, else 0.", "$good"],
  ["duration_seconds", "How long the last run took.", "$seconds"],
  ["new_blobs", "Blobs that the last run copied.", "$blobs"],
  ["new_bytes", "Bytes of them.", "$bytes"],
  ["points", "Points that can be restored.", "$kept"],
];

/** Shell function of backups that answers one connection of Prometheus, whose format has all values of a metric behind one head. */
export function backupMetricsFunctions(): string {
  return `
${metricsHead}
facts_of() {
  settings "$1"
  { read -r at failed seconds blobs bytes < "$work/last.$1"; } 2> /dev/null || { at=0 failed=1 seconds=0 blobs=0 bytes=0; }
  { read -r succeeded < "$work/succeeded.$1"; } 2> /dev/null || succeeded=0
  { read -r kept < "$work/points.$1"; } 2> /dev/null || kept=0
  good=1
  [ "$failed" = 0 ] || good=0
}

# The same for our command line, as JSON lines.
status() {
  for each in $all_targets; do
    facts_of "$each"
    printf '{"target":"%s","intervalSeconds":%s,"lastSuccess":%s,"good":%s,"points":%s}\\n' "$each" $((every * 60)) "$succeeded" "$([ "$good" = 1 ] && echo true || echo false)" "$kept"
  done
}

metrics() {
  metrics_head
${metrics.map(metricLines).join("\n")}
}
`;
}

function metricLines([name, help, value]: (typeof metrics)[number]): string {
  const metric = `ha_registry_backup_${name}`;
  return `  printf '# HELP ${metric} ${help}\\n# TYPE ${metric} gauge\\n'
  for each in $all_targets; do facts_of "$each"; printf '${metric}{target="%s"} %s\\n' "$each" "${value}"; done`;
}
