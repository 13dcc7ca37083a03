/** How long what is to stop goes on serving, seconds: several times the interval at which the balancers ask it. */
export const drainNoticeSeconds = 3;

/** Where it stands what a balancer is answered. */
export const agentState = "/tmp/agent";

/** A command that asks balancers for no new connections, and returns when they know. */
export const askForDrain = `echo drain > ${agentState}; sleep ${drainNoticeSeconds}`;

/** How often a balancer asks whether new connections are wanted, milliseconds. */
export const agentIntervalMilliseconds = 500;

/** A line of a shell script: answers HAProxy's agent-check at `port`, in the background, with what stands in `file`. */
export function answerAgent(port: number, file: string): string {
  return answerConnections(port, `cat ${file}`);
}

/**
 * Functions of a shell script: `skip_headers` reads the rest of a request, since who answers before that may have the connection reset under the
 * answer; `metrics_head` does, and begins an answer as Prometheus reads it.
 */
export const metricsHead = `skip_headers() {
  end=$(printf '\\r')
  while read -r header && [ "$header" != "$end" ]; do :; done
}

metrics_head() {
  skip_headers
  printf 'HTTP/1.0 200 OK\\r\\nContent-Type: text/plain; version=0.0.4\\r\\n\\r\\n'
}
`;

/** The same, and `answer_metrics`, which answers one connection with `/tmp/metrics`. */
export const answerMetrics = `${metricsHead}
answer_metrics() {
  metrics_head
  cat /tmp/metrics 2> /dev/null
}
`;

/** A line of a shell script: has `command` answer each connection to `port`, one after the other, in the background. */
export function answerConnections(port: number | string, command: string): string {
  return `while :; do nc -l -p ${port} -e ${command} || sleep 0.1; done 2> /dev/null &`;
}
