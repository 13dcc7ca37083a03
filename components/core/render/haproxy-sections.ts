import { ports } from "../layout";
import type { BalancerSettings, CommonTopology } from "../topology-common";
import { agentIntervalMilliseconds } from "./agent";
import { fenceGlobals } from "./haproxy-fence";
import type { BalancedTopology } from "./haproxy-frontend";
import { extraLines, section } from "./haproxy-text";

/** Size of HAProxy's buffers, bytes. sizing.ts counts with two per connection. */
const bufferBytes = 65_536;

/** How long a node's host may leave a read request unacknowledged, seconds; the kernel repeats it several times by then. */
export const unacknowledgedSeconds = 10;

/**
 * The same for writes, seconds. The kernel counts the time in which a node takes nothing more of a body alike, as it does while its store hangs, so
 * that this has to outlast what a store may need to come back.
 */
export const unacknowledgedUploadSeconds = 60;

/** `connections`: what one HAProxy takes at once, whoever they come from. */
export function globalSection(topology: BalancedTopology, connections: number): string {
  const { loadBalancer, node } = topology;
  return section(
    "global",
    // There is no admin socket: what is to change is rendered, and takes effect by replacement.
    "log stdout len 8192 format raw local0 info",
    `maxconn ${connections}`,
    `hard-stop-after ${node.drainSeconds}s`,
    fenceGlobals(topology),
    // A connection takes two of these. Four times the default: half as much again of layers per second, and more in clear.
    `tune.bufsize ${bufferBytes}`,
    // Left alone, HAProxy starts a thread per CPU of the host, and under a CPU limit they would only take turns.
    loadBalancer.cpus === undefined ? [] : `thread-hard-limit ${Math.max(Math.ceil(loadBalancer.cpus), 1)}`,
    "ssl-default-bind-options ssl-min-ver TLSv1.2",
    // AES-128-GCM first: with AES instructions it is the fastest. Only forward secrecy, only authenticated encryption.
    `ssl-default-bind-ciphers ${tls12Ciphers.join(":")}`,
    "ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256",
    "ssl-default-bind-curves X25519:P-256:P-384",
    extraLines(loadBalancer.extraConfig.global),
  );
}

const tls12Ciphers = ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"].flatMap((cipher) => [
  `ECDHE-ECDSA-${cipher}`,
  `ECDHE-RSA-${cipher}`,
]);

export function defaultsSection(balancer: BalancerSettings): string {
  return section(
    "defaults",
    "mode http",
    "log global",
    "option dontlognull",
    "option http-ignore-probes",
    "option idle-close-on-response",
    // A node that dies in the middle of an answer may not get to say so: its network goes with it. Who only waits would wait for timeout
    // server; asked for a sign of life, the kernel knows after 13 seconds.
    "option srvtcpka",
    "srvtcpka-idle 5s",
    "srvtcpka-intvl 2s",
    "srvtcpka-cnt 4",
    "retries 3",
    "option redispatch 1",
    `timeout connect ${balancer.connectMilliseconds}ms`,
    `timeout client ${balancer.clientSeconds}s`,
    `timeout server ${balancer.serverSeconds}s`,
    `timeout http-keep-alive ${balancer.keepAliveSeconds}s`,
    "timeout http-request 30s",
    "timeout queue 30s",
    // A node that is busy checking passwords may answer late; a dead one refuses the connection or misses timeout connect.
    "timeout check 3s",
    extraLines(balancer.extraConfig.defaults),
  );
}

/** How nodes are looked at. */
export const healthCheck = [
  "option httpchk",
  "http-check send meth GET uri /",
  // The root answers 200 without a login, and 503 while the store fails; /v2/ would answer 401, at the price of a warning in the
  // registry's log for every check. 401 is let in for registries that ask for a password everywhere.
  "http-check expect status 200,401",
];

/**
 * And when. A node that comes back has to be in use before Docker calls it healthy, since the next one is replaced then. And one that is about to
 * stop says so at its agent port, and gets no new connections; a silent agent changes nothing.
 */
export const checks =
  "check inter 1s fastinter 100ms downinter 100ms fall 2 rise 1 " +
  `agent-check agent-port ${ports.agent} agent-inter ${agentIntervalMilliseconds}ms`;

/**
 * GET and HEAD change nothing, so a node that fails before it answers costs a retry, never a pull. That is why connections to nodes may be
 * kept here: a node that stops closes them, and a request that meets the end of one is sent again.
 */
export function readsBackend({ loadBalancer }: CommonTopology, servers: readonly string[]): string {
  return section(
    "backend registry-reads",
    "balance leastconn",
    "option allbackups",
    "retry-on conn-failure empty-response response-timeout 502 503 504",
    healthCheck,
    // A request that a kept connection takes to a host without power is sent again once nobody has acknowledged it for so long.
    `default-server tcp-ut ${unacknowledgedSeconds}s ${checks}`,
    servers,
    extraLines(loadBalancer.extraConfig.backend),
  );
}

/**
 * Retried only while no connection is made: a PATCH that nobody answered may have been stored, and stored twice it spoils the layer. So each
 * request has a connection of its own, since a kept one would be cut in the middle of a request when the node is replaced.
 *
 * @param ownChecks Whether nodes are looked at for this backend, too. @default - its servers track those of the one for reads
 */
export function writesBackend(name: string, { loadBalancer }: CommonTopology, servers: readonly string[], ownChecks = false): string {
  return section(
    `backend ${name}`,
    "balance leastconn",
    "option allbackups",
    "option http-server-close",
    "retry-on conn-failure",
    ownChecks ? healthCheck : [],
    // A host without power acknowledges nothing, and the client had better hear of it, and begin anew, before timeout server.
    `default-server tcp-ut ${unacknowledgedUploadSeconds}s${ownChecks ? ` ${checks}` : ""}`,
    servers,
    extraLines(loadBalancer.extraConfig.backend),
  );
}
