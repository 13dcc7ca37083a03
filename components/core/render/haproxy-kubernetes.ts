import { ports } from "../layout";
import { nodeServerName } from "../placement";
import type { KubernetesTopology } from "../topology-kubernetes";
import type { KubernetesGarbageCollectionTopology } from "../topology-kubernetes-parts";
import { passingFenceBackend } from "./haproxy-fence";
import { clientsFrontend } from "./haproxy-frontend";
import type { HaproxyFiles } from "./haproxy-frontend";
import { refusedLoginsSection } from "./haproxy-logins";
import { defaultsSection, globalSection, readsBackend, writesBackend } from "./haproxy-sections";
import { statisticsConnections, statisticsFrontend } from "./haproxy-statistics";
import { quote, section } from "./haproxy-text";

/** Name of the section that says how names are resolved. */
export const resolvers = "cluster";

/**
 * `haproxy.cfg` for HAProxy 3.0 or later in a pod. It finds the nodes by the addresses that DNS tells for their Service, and looks at each itself, so that it
 * needs no rights at the API server.
 *
 * @throws {TypeError} when a path holds control characters, or the CA of the nodes' certificate is missing.
 */
export function renderKubernetesHaproxy(topology: KubernetesTopology, files: HaproxyFiles): string {
  const { loadBalancer } = topology;
  const servers = nodeServers(topology, files.internalCa);
  return [
    globalSection(topology, loadBalancer.maxConnections + statisticsConnections),
    defaultsSection(loadBalancer),
    resolversSection(),
    clientsFrontend(topology, files, { host: "", ownAddresses: [], proxyAddressRanges: loadBalancer.proxyAddressRanges }),
    readsBackend(topology, servers),
    // Which server gets which address is for each backend to find out, so that none can track that of another.
    writesBackend("registry-writes", topology, servers, true),
    ...(topology.garbageCollection === undefined
      ? []
      : [writesBackend("registry-appends", topology, servers, true), fenceBackend(topology.garbageCollection)]),
    ...(topology.monitoring === undefined ? [] : refusedLoginsSection(topology.access.mode)),
    statisticsFrontend(),
  ].join("\n");
}

/**
 * Asked once a second, so that a node serves as soon as DNS tells of it. Answers that tell of none, and no answers, change nothing: while the cluster's DNS is
 * away, or the store fails and no node is ready, HAProxy goes by its own checks of the nodes that it knew.
 */
export function resolversSection(): string {
  return section(
    `resolvers ${resolvers}`,
    "parse-resolv-conf",
    // An A record takes 16 bytes, and without this an answer has 512.
    "accepted_payload_size 8192",
    "resolve_retries 3",
    "timeout resolve 1s",
    "timeout retry 1s",
    "hold valid 1s",
    "hold obsolete 0s",
    ...["nx", "other", "refused", "timeout"].map((answer) => `hold ${answer} 1h`),
  );
}

/** The collector has a Service, whose address stays: it is known from the start where DNS is there. */
function fenceBackend({ fenceHost }: KubernetesGarbageCollectionTopology): string {
  return passingFenceBackend(`${fenceHost}:${ports.fenceReports} resolvers ${resolvers} resolve-prefer ipv4 init-addr libc,none`);
}

/** As many servers as there may be nodes; those to which no address belongs wait. */
function nodeServers({ nodes, node, name }: KubernetesTopology, internalCa: string | undefined): string[] {
  if (internalCa === undefined) throw new TypeError("nodes serve TLS, and the CA of their certificate is missing");
  return [
    `server-template node- ${nodes.most} ${nodes.serviceHost}:${node.port} resolvers ${resolvers} resolve-prefer ipv4 init-addr none ` +
      `ssl ca-file ${quote(internalCa)} verify required sni str(${nodeServerName(name)})`,
  ];
}
