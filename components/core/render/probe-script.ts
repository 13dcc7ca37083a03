import type { ProbeTopology } from "../topology-monitoring";
import { answerConnections, answerMetrics } from "./agent";

/** Where the probe pushes. */
export const probeRepository = "ha-registry/probe";

/** How many different images the probe pushes, in turn. */
const contents = 60;

/** How long a push or a pull may take, seconds: regctl waits, as clients do, while pushes are put off. */
const limitSeconds = 50;

/**
 * The shell script of the synthetic probe, in regctl's image: `serve <configuration of regctl>` pushes and pulls again and again, and tells of
 * it at a port, as Prometheus reads it.
 *
 * A registry without garbage collection must not fill up, so that the same ${contents} images come round again, and the registry has their bytes
 * after the first round. Before each push its layer is removed from the repository, which drops the link and leaves the bytes: the next push
 * sends all of it again, through every part that an upload passes, and the store discards it at the very end. The manifest is written every time.
 * So what the probe does not prove is that the store takes new bytes when it is full. Where `deleteEnabled` is false, nothing can be removed, and
 * from the second round on the layer is only asked for.
 */
export function renderProbeScript({ registry, port, intervalSeconds }: ProbeTopology): string {
  return `#!/bin/sh
umask 077
task=$1
export REGCTL_CONFIG=$2 HOME=/tmp
repository=${registry}/${probeRepository}

${answerMetrics}
say() { printf '{"time":"%s","message":"%s"}\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(printf %s "$*" | tr -d '\\r\\n"\\\\')"; }

# Seconds since the machine was started, with hundredths.
clock() { read -r up _ < /proc/uptime; echo "$up"; }
since() { awk -v from="$1" -v to="$(clock)" 'BEGIN { printf "%.2f", to - from }'; }

attempt() { timeout ${limitSeconds} regctl "$@" 2> /tmp/error; }

push() {
  number=$(($(date +%s) / ${intervalSeconds} % ${contents}))
  echo "image $number of the synthetic probe" > /tmp/content
  digest=sha256:$(sha256sum /tmp/content | cut -d ' ' -f 1)
  attempt blob delete "$repository" "$digest" || :
  begun=$(clock)
  attempt artifact put --artifact-type application/vnd.ha-registry.probe --file /tmp/content --format '{{.Manifest.GetDescriptor.Digest}}' "$repository:probe" > /tmp/digest || return 1
  push_seconds=$(since "$begun")
}

pull() {
  begun=$(clock)
  attempt artifact get "$repository@$(cat /tmp/digest)" > /tmp/pulled || return 1
  pull_seconds=$(since "$begun")
  cmp -s /tmp/content /tmp/pulled || { echo "what was pulled is not what was pushed" > /tmp/error; return 1; }
}

tell() {
  cat > /tmp/metrics.part << END
# TYPE ha_registry_probe_success gauge
ha_registry_probe_success $success
# TYPE ha_registry_probe_push_seconds gauge
ha_registry_probe_push_seconds $push_seconds
# TYPE ha_registry_probe_pull_seconds gauge
ha_registry_probe_pull_seconds $pull_seconds
# TYPE ha_registry_probe_last_success_timestamp_seconds gauge
ha_registry_probe_last_success_timestamp_seconds $last_success
# TYPE ha_registry_probe_runs_total counter
ha_registry_probe_runs_total $runs
# TYPE ha_registry_probe_failures_total counter
ha_registry_probe_failures_total $failures
END
  mv /tmp/metrics.part /tmp/metrics
}

case "$task" in
metrics) answer_metrics ;;
serve)
  trap 'exit 0' INT TERM
  ${answerConnections(port, 'sh "$0" metrics "$REGCTL_CONFIG"')}
  : > /tmp/ready
  runs=0 failures=0 last_success=0
  while :; do
    push_seconds=NaN pull_seconds=NaN success=0
    runs=$((runs + 1))
    if push && pull; then
      success=1
      last_success=$(date +%s)
    else
      failures=$((failures + 1))
      say "the probe failed: $(grep . /tmp/error | tail -n 1 | cut -c 1-500)"
    fi
    tell
    # Until the next turn; a signal ends it.
    sleep $((${intervalSeconds} - $(date +%s) % ${intervalSeconds})) & wait $!
  done
  ;;
esac
`;
}

/** regctl's configuration: whom the probe trusts, and its login. */
export function renderRegctl({ registry, username }: ProbeTopology, caCertificatePem: string, password: string | undefined): string {
  return JSON.stringify({
    version: 1,
    hosts: {
      [registry]: {
        tls: "enabled",
        ...(caCertificatePem === "" ? {} : { regcert: caCertificatePem }),
        ...(username === undefined ? {} : { user: username, pass: password }),
      },
    },
    incDockerCert: false,
    incDockerCred: false,
  });
}
