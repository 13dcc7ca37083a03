import { backends, failedPercent, manifestSeconds, refusedLogins } from "ha-registry-core";
import { dashboard, lines, states } from "./panels";
import type { Dashboard } from "./panels";

/** Requests per second of a kind. */
export function requestRate(backend: string): string {
  return `sum(rate(haproxy_backend_http_requests_total{job="haproxy",${backend}}[5m]))`;
}

/** Seconds that a share of requests of a kind take less than. */
function seconds(quantile: number, labels: string): string {
  return `histogram_quantile(${quantile}, sum by (le) (rate(registry_http_request_duration_seconds_bucket{job="registry",${labels}}[5m])))`;
}

function percentiles(of: (quantile: number) => string): Record<string, string> {
  return { P50: of(0.5), P95: of(0.95), P99: of(0.99) };
}

const clients = 'job="haproxy",proxy="clients"';
const cache = (what: string): string => `sum(rate(registry_storage_cache_${what}_total{job="registry"}[5m]))`;

/** Who asks for what, and how fast is it there? */
export function traffic(): Dashboard {
  return dashboard("ha-registry-traffic", "Registry: traffic", "What clients ask for, and how they are served.")
    .withPanel(
      lines(
        "Images",
        "reqps",
        {
          Pulls: 'sum(rate(registry_http_requests_total{job="registry",handler="manifest",method="get",code="200"}[5m]))',
          Pushes: 'sum(rate(registry_http_requests_total{job="registry",handler="manifest",method="put",code="201"}[5m]))',
        },
        { description: "Manifests that were sent and taken: one for each image, and one more for an index." },
      ),
    )
    .withPanel(
      lines(
        "Requests that succeed",
        "percent",
        {
          Pulls: `100 - ${failedPercent(backends.pulls)}`,
          Pushes: `100 - ${failedPercent(backends.pushes)}`,
        },
        { range: { from: 90, to: 100 }, description: "All but those that end in a 5xx." },
      ),
    )
    .withPanel(
      lines(
        "Latency of manifests that are pulled",
        "s",
        percentiles((quantile) => manifestSeconds(quantile, ',method="get"')),
      ),
    )
    .withPanel(
      lines(
        "Latency of manifests that are pushed",
        "s",
        percentiles((quantile) => manifestSeconds(quantile, ',method="put"')),
      ),
    )
    .withPanel(
      lines(
        "Duration of blobs that are pulled",
        "s",
        percentiles((quantile) => seconds(quantile, 'handler="blob",method="get"')),
        {
          description: "To the last byte: it tells of sizes and of the clients' lines, too.",
        },
      ),
    )
    .withPanel(
      lines(
        "Duration of blobs that are pushed",
        "s",
        percentiles((quantile) => seconds(quantile, 'handler="blob_upload_chunk",method=~"patch|put"')),
      ),
    )
    .withPanel(
      lines("Bytes", "Bps", {
        "To clients": `sum(rate(haproxy_frontend_bytes_out_total{${clients}}[5m]))`,
        "From clients": `sum(rate(haproxy_frontend_bytes_in_total{${clients}}[5m]))`,
      }),
    )
    .withPanel(
      lines("Answers by class", "reqps", { "{{code}}": `sum by (code) (rate(haproxy_frontend_http_responses_total{${clients}}[5m]))` }),
    )
    .withPanel(
      lines(
        "Descriptors found in the cache",
        "percent",
        { Hits: `100 * ${cache("hits")} / ${cache("requests")}` },
        { range: { from: 0, to: 100 } },
      ),
    )
    .withPanel(
      lines("P95 of storage actions", "s", {
        "{{action}}": 'histogram_quantile(0.95, sum by (le, action) (rate(registry_storage_action_seconds_bucket{job="registry"}[5m])))',
      }),
    )
    .withPanel(
      states(
        "Registry nodes, as the balancers see them",
        {
          "{{server}} ({{instance}})": 'max by (instance, server) (haproxy_server_status{job="haproxy",proxy="registry-reads",state="UP"})',
        },
        { words: { "0": { text: "out", color: "red" }, "1": { text: "in use", color: "green" } } },
      ),
    )
    .withPanel(lines("Connections of clients", "short", { "{{instance}}": `haproxy_frontend_current_sessions{${clients}}` }))
    .withPanel(
      lines("Second attempts and refused logins", "short", {
        "Redispatched, per second": 'sum(rate(haproxy_backend_redispatch_warnings_total{job="haproxy"}[5m]))',
        "Tried again, per second": 'sum(rate(haproxy_backend_retry_warnings_total{job="haproxy"}[5m]))',
        "Refused logins, last minute": refusedLogins,
      }),
    )
    .withPanel(
      lines("Synthetic push and pull", "s", {
        Push: 'max(ha_registry_probe_push_seconds{job="probe"})',
        Pull: 'max(ha_registry_probe_pull_seconds{job="probe"})',
      }),
    );
}
