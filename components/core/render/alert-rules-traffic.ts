import { AlertName } from "../shape-alerts";
import type { AlertDefinition } from "./alert-rules";
import { refusedLoginsTable } from "./haproxy-logins";

/** Requests in five minutes below which a share of them says nothing. */
export const enoughRequests = 20;

/** What changes something, and what only reads, as HAProxy's backends divide requests. */
export const backends = {
  /** What changes something. */
  pushes: 'proxy=~"registry-writes|registry-appends"',
  /** What only reads. */
  pulls: 'proxy="registry-reads"',
};

/** How many of the requests of a kind ended in a 5xx, percent, or the answer's class is another. */
export function failedPercent(backend: string): string {
  const failed = `sum(rate(haproxy_backend_http_responses_total{job="haproxy",${backend},code="5xx"}[5m]))`;
  return `100 * ${failed} / sum(rate(haproxy_backend_http_requests_total{job="haproxy",${backend}}[5m]))`;
}

/** Refused logins of the last minute. */
export const refusedLogins = `sum(haproxy_sticktable_used{job="haproxy",name="${refusedLoginsTable}"})`;

/** Seconds that a share of requests for manifests take less than; blobs would tell of their size and of the client's line. */
export function manifestSeconds(quantile: number, method = ""): string {
  const buckets = `registry_http_request_duration_seconds_bucket{job="registry",handler="manifest"${method}}`;
  return `histogram_quantile(${quantile}, sum by (le) (rate(${buckets}[5m])))`;
}

function failing(what: string, backend: string): AlertDefinition {
  return {
    runbook: "See on the dashboard which node answers 5xx, and read its log and the balancer's for the requests that failed.",
    conditions: [
      {
        severity: "critical",
        expression: (threshold) =>
          `${failedPercent(backend)} > ${threshold} ` +
          `and sum(increase(haproxy_backend_http_requests_total{job="haproxy",${backend}}[5m])) >= ${enoughRequests}`,
        summary: `${what} fail`,
        description: `{{ $value | printf "%.1f" }} % of the requests of ${what.toLowerCase()} ended in a 5xx in the last five minutes.`,
      },
    ],
  };
}

/** What clients notice. */
export const trafficAlerts = {
  [AlertName.PushFailures]: failing("Pushes", backends.pushes),
  [AlertName.PullFailures]: failing("Pulls", backends.pulls),
  [AlertName.AuthenticationFailures]: {
    runbook:
      "Look in the balancer's log for requests with status 401 or 429 and a user, and block their address or mend the client's password.",
    keepSeconds: 300,
    conditions: [
      {
        severity: "warning",
        expression: (threshold) => `${refusedLogins} > ${threshold}`,
        summary: "Logins are refused",
        description: '{{ $value | printf "%.0f" }} logins with a wrong user or password in the last minute.',
      },
    ],
  },
  [AlertName.LatencyHigh]: {
    runbook: "Compare the latency of storage actions and the CPU of the nodes, and add nodes or mend the store.",
    conditions: [
      {
        severity: "warning",
        expression: (threshold) =>
          `${manifestSeconds(0.95)} > ${threshold} ` +
          `and sum(increase(registry_http_request_duration_seconds_count{job="registry",handler="manifest"}[5m])) >= ${enoughRequests}`,
        summary: "Answers are slow",
        description: '95 of 100 requests for manifests take up to {{ $value | printf "%.2f" }} s.',
      },
    ],
  },
  [AlertName.ProbeFailing]: {
    runbook: "Push and pull an image through the balancer by hand, and read the probe's log.",
    conditions: [
      {
        severity: "critical",
        expression: (threshold) =>
          `time() - ha_registry_probe_last_success_timestamp_seconds{job="probe"} > ${threshold} or up{job="probe"} == 0`,
        summary: "The synthetic push and pull fails",
        description: "No push and pull of the probe has succeeded for minutes, or the probe is gone.",
      },
    ],
  },
  [AlertName.Watchdog]: {
    runbook: "Nothing: it is the silence after it that means something.",
    conditions: [
      {
        severity: "none",
        expression: () => "vector(1)",
        summary: "Alerts are on their way",
        description: "Always there, so that a dead man's switch can tell when Prometheus or Alertmanager is gone.",
      },
    ],
  },
} satisfies Partial<Record<AlertName, AlertDefinition>>;
