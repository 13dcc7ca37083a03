import type { AlertName } from "ha-registry-core";

/** Series over time, in promtool's notation: `60x30` is 60 for 30 minutes, `0+6x30` rises by 6 each minute. */
export type Series = Readonly<Record<string, string>>;

/** An alert that is expected. */
export interface ExpectedAlert {
  severity: "critical" | "warning" | "none";
  /** Labels beside its name and severity. */
  labels?: Readonly<Record<string, string>>;
  /** Its description, as people read it. */
  description: string;
}

/** What happens, and which alerts of one name follow. */
export interface AlertCase {
  alert: AlertName;
  what: string;
  series: Series;
  /** When to look. @default "30m" */
  at?: string;
  /** Time between two values, and between two evaluations. @default "1m" */
  interval?: string;
  /** All alerts of that name. @default - none: silence */
  alerts?: readonly ExpectedAlert[];
}

const minutes = 60;
const days = 86_400;

/** Up or down, minute by minute, for two hosts' worth of one job. */
export function targets(job: string, first: string, second = "1x30"): Series {
  return {
    [`up{job="${job}",instance="demo-${job}-1",host="a"}`]: first,
    [`up{job="${job}",instance="demo-${job}-2",host="b"}`]: second,
  };
}

export function isDown(job: string, number: number): ExpectedAlert {
  const host = number === 1 ? "a" : "b";
  return {
    severity: "warning",
    labels: { job, instance: `demo-${job}-${number}`, host },
    description: `demo-${job}-${number} does not answer.`,
  };
}

/** Requests and failures per minute at two HAProxys together. */
export function requests(proxy: string, requestsPerMinute: number, failuresPerMinute: number): Series {
  const half = { requests: requestsPerMinute / 2, failures: failuresPerMinute / 2 };
  return Object.fromEntries(
    ["1", "2"].flatMap((replica) => [
      [`haproxy_backend_http_requests_total{job="haproxy",instance="demo-haproxy-${replica}",proxy="${proxy}"}`, `0+${half.requests}x40`],
      [
        `haproxy_backend_http_responses_total{job="haproxy",instance="demo-haproxy-${replica}",proxy="${proxy}",code="5xx"}`,
        `0+${half.failures}x40`,
      ],
    ]),
  );
}

/** Answers to requests for manifests, per minute: those within half a second, and those within two and a half. */
export function answers(fast: number, slow: number, handler = "manifest"): Series {
  const labels = `job="registry",instance="demo-node-1",handler="${handler}",method="get"`;
  const total = `0+${fast + slow}x40`;
  return {
    [`registry_http_request_duration_seconds_bucket{${labels},le="0.5"}`]: `0+${fast}x40`,
    [`registry_http_request_duration_seconds_bucket{${labels},le="1"}`]: `0+${fast}x40`,
    [`registry_http_request_duration_seconds_bucket{${labels},le="2.5"}`]: total,
    [`registry_http_request_duration_seconds_bucket{${labels},le="+Inf"}`]: total,
    [`registry_http_request_duration_seconds_count{${labels}}`]: total,
  };
}

/** A disk of 1000 bytes. */
export function disk(available: string, mountpoint = "/store"): Series {
  const labels = `job="node",instance="a",host="a",mountpoint="${mountpoint}"`;
  return {
    [`node_filesystem_avail_bytes{${labels}}`]: available,
    [`node_filesystem_free_bytes{${labels}}`]: available,
    [`node_filesystem_size_bytes{${labels}}`]: "1000x90",
  };
}

export const onStore = { job: "node", instance: "a", host: "a", mountpoint: "/store" };

export function certificate(daysLeft: number): Series {
  return { 'probe_ssl_earliest_cert_expiry{job="certificate",instance="demo-balancer"}': `${30 * minutes + daysLeft * days}x40` };
}

export const ofBalancer = { job: "certificate", instance: "demo-balancer" };

export function refused(first: string, second: string): Series {
  const labels = (replica: number, name: string): string => `job="haproxy",instance="demo-haproxy-${replica}",name="${name}"`;
  return {
    [`haproxy_sticktable_used{${labels(1, "refused-logins")}}`]: first,
    [`haproxy_sticktable_used{${labels(2, "refused-logins")}}`]: second,
    [`haproxy_sticktable_used{${labels(1, "clients")}}`]: "5000x40",
  };
}

export function servers(...roles: readonly (string | undefined)[]): Series {
  return Object.fromEntries(
    roles.flatMap((role, index) => {
      const labels = `job="redis",instance="demo-redis-${index + 1}"`;
      const up: [string, string] = [`redis_up{${labels}}`, role === undefined ? "0x40" : "1x40"];
      return role === undefined ? [up] : [up, [`redis_instance_info{${labels},role="${role}"}`, "1x40"]];
    }),
  );
}

export function checkCodes(first: number, second: number): Series {
  const server = (number: number): string =>
    `haproxy_server_check_code{job="haproxy",instance="demo-haproxy-1",proxy="registry-reads",server="node-${number}"}`;
  return { [server(1)]: `${first}x40`, [server(2)]: `${second}x40` };
}

/** A job of which something has to succeed now and then; `lastSuccess` is a time in seconds. */
export function job(name: "backup" | "garbage-collection", metrics: Readonly<Record<string, string>>): Series {
  const prefix = name === "backup" ? "ha_registry_backup" : "ha_registry_gc";
  return Object.fromEntries(
    Object.entries(metrics).map(([metric, values]) => [`${prefix}_${metric}{job="${name}",instance="demo"}`, values]),
  );
}
