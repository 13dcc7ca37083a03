/** What is told of every request. The query is left out (it carries the signed state of uploads), and so is Authorization. */
const requestFields = {
  time: `[${isoTime("request_date(us)")}]`,
  client: "ci",
  client_port: "cp",
  tls: "sslv",
  user: "[var(txn.user)]",
  agent: "[var(txn.agent)]",
  method: "HM",
  path: "HPO",
  status: "ST",
  bytes_received: "U",
  bytes_sent: "B",
  node: "s",
  retries: "rc",
  request_ms: "TR",
  queue_ms: "Tw",
  connect_ms: "Tc",
  response_ms: "Tr",
  total_ms: "Ta",
  state: "tsc",
};

/** One line of JSON per request. */
export const requestLog = format(requestFields);

/** The same for a registry with an audit log: what was done to what, with what result. */
export function auditedRequestLog(host: string): string {
  const { time, ...others } = requestFields;
  return format({
    time,
    id: "ID",
    ...(host === "" ? {} : { host: `[str(${host})]` }),
    action: "[var(txn.action)]",
    result: "[var(txn.result)]",
    repository: "[var(txn.repository)]",
    reference: "[var(txn.reference)]",
    ...others,
  });
}

/** One line of JSON per connection that failed before a request, as in a TLS handshake. */
export const connectionErrorLog = format({
  time: `[${isoTime("date(0,us)")}]`,
  client: "ci",
  client_port: "cp",
  tls: "sslv",
  status: "ST",
  state: "tsc",
  error: "[fc_err_str]",
  tls_error: "[ssl_fc_err_str]",
});

function isoTime(microseconds: string): string {
  return `${microseconds},us_utime("%Y-%m-%dT%H:%M:%S.%6NZ")`;
}

/** HAProxy (3.0 and later) encodes what stands behind a name in parentheses, and leaves out text between. */
function format(fields: Record<string, string>): string {
  return `'%{+json}o ${Object.entries(fields)
    .map(([name, expression]) => `%(${name})${expression}`)
    .join(" ")}'`;
}
