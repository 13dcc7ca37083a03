import type { Topology } from "../topology";
import type { AuditElasticsearchTopology, AuditForwardTopology, AuditLokiTopology, AuditSyslogTopology } from "../topology-audit";
import { auditDirectory } from "./audit-script";

/** Passwords of the targets. */
export interface ForwardSecrets {
  /** Of Elasticsearch's user. */
  elasticsearchPassword?: string;
  /** Of Loki's user. */
  lokiPassword?: string;
}

/** Where public CAs are in syslog-ng's image. */
const publicAuthorities = "/etc/ssl/certs/ca-certificates.crt";

/** Names of the files that {@link renderForwards} gives, one for each target. */
export function forwardFiles({ syslog, elasticsearch, loki }: AuditForwardTopology): string[] {
  return [
    ...(syslog === undefined ? [] : ["syslog.conf"]),
    ...(elasticsearch === undefined ? [] : ["elasticsearch.conf"]),
    ...(loki === undefined ? [] : ["loki.conf"]),
  ];
}

/**
 * Configurations of syslog-ng by file name, one for each target: it reads the files of events and of seals, and remembers how far the target has
 * taken them, so that the files themselves are the queue.
 *
 * @param host Name of the host whose events they are.
 * @param caPath Path of the CA of the targets. @default - public ones
 */
export function renderForwards(
  topology: Topology,
  host: string,
  secrets: ForwardSecrets,
  caPath = publicAuthorities,
): Record<string, string> {
  const { syslog, elasticsearch, loki } = topology.audit?.forward ?? {};
  const file = (destination: string): string => configuration(host === "" ? topology.name : `${topology.name}-${host}`, destination);
  return {
    ...(syslog === undefined ? {} : { "syslog.conf": file(syslogDestination(syslog, caPath)) }),
    ...(elasticsearch === undefined
      ? {}
      : { "elasticsearch.conf": file(elasticsearchDestination(elasticsearch, secrets.elasticsearchPassword, caPath)) }),
    ...(loki === undefined ? {} : { "loki.conf": file(lokiDestination(topology.name, host, loki, secrets.lokiPassword, caPath)) }),
  };
}

/** What is sent has the time of the event, and not that of its sending. */
function configuration(source: string, destination: string): string {
  return `@version: 4.8
options { stats(level(0)); keep-hostname(yes); log-msg-size(65536); time-reopen(5); };
source s_log {
  ${["events", "seals"].map((kind) => tailed(`${auditDirectory}/${kind}`)).join("\n  ")}
};
rewrite r_source { set(${quote(source)}, value("HOST")); set("ha-registry-audit", value("PROGRAM")); set-facility("auth"); };
destination d_target {
${destination}
};
log {
  source(s_log);
  rewrite(r_source);
  parser { json-parser(prefix(".audit.")); };
  parser { date-parser(template("\${.audit.time}") format("%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z")); };
  destination(d_target);
  flags(flow-control);
};
`;
}

function tailed(directory: string): string {
  return `wildcard-file(base-dir("${directory}") filename-pattern("*.jsonl") follow-freq(1) max-files(100) log-iw-size(10000) flags(no-parse));`;
}

/** RFC 5424 with octet counting; `auth` is the facility of who may do what. */
function syslogDestination({ host, port, tls }: AuditSyslogTopology, caPath: string): string {
  const transport = tls ? `transport("tls") tls(ca-file(${quote(caPath)}) peer-verify(required-trusted))` : 'transport("tcp")';
  return `  syslog(${quote(host)} port(${port}) ${transport} template("$MESSAGE"));`;
}

function elasticsearchDestination(
  { url, index, username }: AuditElasticsearchTopology,
  password: string | undefined,
  caPath: string,
): string {
  // What says itself who it is (an event its id, a seal host and number) takes its own place when it comes twice.
  const id = '$(if ("${.audit.id}" ne "") "${.audit.id}" "seal-${HOST}-${.audit.seal}")';
  return httpDestination(url, { username, password, caPath, type: "application/x-ndjson" }, [
    `body('{"index":{"_index":"${index}-\${S_YEAR}.\${S_MONTH}.\${S_DAY}","_id":"${id}"}}\n$MESSAGE\n')`,
    'delimiter("")',
  ]);
}

function lokiDestination(
  name: string,
  host: string,
  { url, username, tenant }: AuditLokiTopology,
  password: string | undefined,
  caPath: string,
): string {
  const stream = JSON.stringify({ stream: { job: "ha-registry-audit", registry: name, ...(host === "" ? {} : { host }) } }).slice(0, -1);
  // The line as a JSON string: what format-json writes, without the object around it.
  const line = '$(substr "$(format-json m=$MESSAGE)" 5 -1)';
  return httpDestination(url, { username, password, caPath, type: "application/json", tenant }, [
    `body-prefix('{"streams":[${stream},"values":[')`,
    `body('["\${S_UNIXTIME}\${S_USEC}000",${line}]')`,
    'delimiter(",")',
    "body-suffix(']}]}')",
  ]);
}

/** What refuses is asked again until it takes: only a 400 says that this will never be taken. */
function httpDestination(
  url: string,
  { username, password, caPath, type, tenant }: { username?: string; password?: string; caPath: string; type: string; tenant?: string },
  body: readonly string[],
): string {
  const again = [401, 403, 404, 408, 429, 500, 502, 503, 504].map((status) => `${status} => disconnect`).join(", ");
  const headers = [`Content-Type: ${type}`, ...(tenant === undefined ? [] : [`X-Scope-OrgID: ${tenant}`])].map(quote).join(", ");
  const login = username === undefined ? [] : [`user(${quote(username)}) password(${quote(password ?? "")})`];
  const lines = [
    `url(${quote(url)})`,
    'method("POST")',
    `headers(${headers})`,
    ...login,
    ...body,
    "batch-lines(200) batch-timeout(1000) timeout(30)",
    `response-action(${again})`,
    `tls(ca-file(${quote(caPath)}) peer-verify(yes))`,
  ];
  return ["  http(", ...lines.map((line) => `    ${line}`), "  );"].join("\n");
}

/** A string of syslog-ng's configuration. URLs, user names and passwords hold `$` and quotes as they are. */
function quote(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
