import { ports } from "../layout";
import type { LoadBalancerTopology, Topology } from "../topology";
import { agentIntervalMilliseconds } from "./agent";
import { endpointFrom, hostPort, nodeServerName } from "../placement";
import { clientsFrontend } from "./haproxy-frontend";
import type { HaproxyFiles } from "./haproxy-frontend";
import { fenceBackend, fenceGlobals } from "./haproxy-fence";
import { refusedLoginsSection } from "./haproxy-logins";
import { statisticsConnections, statisticsFrontend } from "./haproxy-statistics";
import { storeConnections, storeSections } from "./haproxy-store";
import { extraLines, quote, section } from "./haproxy-text";

export type { HaproxyFiles };

/** Size of HAProxy's buffers, bytes. sizing.ts counts with two per connection. */
const bufferBytes = 65_536;

/** How long a node's host may leave a read request unacknowledged, seconds; the kernel repeats it several times by then. */
const unacknowledgedSeconds = 10;

/**
 * The same for writes, seconds. The kernel counts the time in which a node takes nothing more of a body alike, as it does while its store hangs, so
 * that this has to outlast what a store may need to come back.
 */
const unacknowledgedUploadSeconds = 60;

/**
 * `haproxy.cfg` for HAProxy 3.0 or later, run as several processes that share network and ports (SO_REUSEPORT).
 *
 * @param host Name of the host that it is for: nodes of the same host are reached in its private network. @default - the only one
 * @throws {TypeError} when a path holds control characters, or when nodes serve TLS and their CA is missing.
 */
export function renderHaproxy(topology: Topology, files: HaproxyFiles, host = ""): string {
  const { loadBalancer } = topology;
  const servers = nodeServers(topology, host, files.internalCa);
  return [
    globalSection(topology),
    defaultsSection(loadBalancer),
    clientsFrontend(topology, files, host),
    readsBackend(topology, servers),
    writesBackend("registry-writes", topology, servers),
    ...(topology.garbageCollection === undefined ? [] : [writesBackend("registry-appends", topology, servers)]),
    ...fenceBackend(topology, host),
    ...(topology.monitoring === undefined ? [] : refusedLoginsSection(topology.access.mode)),
    ...storeSections(topology, host, files),
    statisticsFrontend(),
  ].join("\n");
}

function globalSection(topology: Topology): string {
  const { loadBalancer, node } = topology;
  return section(
    "global",
    // There is no admin socket: what is to change is rendered, and takes effect by replacement.
    "log stdout len 8192 format raw local0 info",
    `maxconn ${haproxyConnections(topology)}`,
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

/** Connections that one HAProxy takes at once, whoever they come from. */
export function haproxyConnections(topology: Topology): number {
  return topology.loadBalancer.maxConnections + storeConnections(topology) + statisticsConnections;
}

const tls12Ciphers = ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"].flatMap((cipher) => [
  `ECDHE-ECDSA-${cipher}`,
  `ECDHE-RSA-${cipher}`,
]);

function defaultsSection(balancer: LoadBalancerTopology): string {
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

/** A node, as the backends name it. */
interface NodeServer {
  name: string;
  /** `address:port`. */
  address: string;
  /** Words that name its agent port, where that is not the default server's. */
  agentPort: string;
  /** Further words of its line, each after a space. */
  options: string;
}

function nodeServers({ nodes, node, name }: Topology, host: string, internalCa: string | undefined): NodeServer[] {
  if (node.tls && internalCa === undefined) throw new TypeError("nodes serve TLS, and the CA of their certificate is missing");
  const tls = node.tls ? ` ssl ca-file ${quote(internalCa ?? "")} verify required sni str(${nodeServerName(name)})` : "";
  return nodes.map((instance) => ({
    name: `node-${instance.number}`,
    address: hostPort(endpointFrom(host, instance)),
    agentPort: instance.host === host ? "" : ` agent-port ${instance.publishedAgentPort}`,
    options: `${tls}${instance.backup ? " backup" : ""}`,
  }));
}

/**
 * GET and HEAD change nothing, so a node that fails before it answers costs a retry, never a pull. That is why connections to nodes may be
 * kept here: a node that stops closes them, and a request that meets the end of one is sent again.
 */
function readsBackend({ loadBalancer }: Topology, servers: readonly NodeServer[]): string {
  return section(
    "backend registry-reads",
    "balance leastconn",
    "option allbackups",
    "retry-on conn-failure empty-response response-timeout 502 503 504",
    "option httpchk",
    "http-check send meth GET uri /",
    // The root answers 200 without a login, and 503 while the store fails; /v2/ would answer 401, at the price of a warning in the
    // registry's log for every check. 401 is let in for registries that ask for a password everywhere.
    "http-check expect status 200,401",
    // A node that comes back has to be in use before Docker calls it healthy, since the next one is replaced then.
    // And one that is about to stop says so at its agent port, and gets no new connections; a silent agent changes nothing.
    // A request that a kept connection takes to a host without power is sent again once nobody has acknowledged it for so long.
    `default-server tcp-ut ${unacknowledgedSeconds}s check inter 1s fastinter 100ms downinter 100ms fall 2 rise 1 ` +
      `agent-check agent-port ${ports.agent} agent-inter ${agentIntervalMilliseconds}ms`,
    servers.map(({ name, address, agentPort, options }) => `server ${name} ${address}${agentPort}${options}`),
    extraLines(loadBalancer.extraConfig.backend),
  );
}

/**
 * Retried only while no connection is made: a PATCH that nobody answered may have been stored, and stored twice it spoils the layer. So each
 * request has a connection of its own, since a kept one would be cut in the middle of a request when the node is replaced.
 */
function writesBackend(name: string, { loadBalancer }: Topology, servers: readonly NodeServer[]): string {
  return section(
    `backend ${name}`,
    "balance leastconn",
    "option allbackups",
    "option http-server-close",
    "retry-on conn-failure",
    // A host without power acknowledges nothing, and the client had better hear of it, and begin anew, before timeout server.
    `default-server tcp-ut ${unacknowledgedUploadSeconds}s`,
    servers.map(({ name, address, options }) => `server ${name} ${address} track registry-reads/${name}${options}`),
    extraLines(loadBalancer.extraConfig.backend),
  );
}
