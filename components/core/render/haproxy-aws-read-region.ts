import { TagReads } from "../shape-aws-global";
import type { AwsTopology, HomeTopology } from "../topology-aws";
import { resolvers, resolversSection } from "./haproxy-kubernetes";
import { checks, healthCheck, unacknowledgedSeconds, unacknowledgedUploadSeconds } from "./haproxy-sections";
import { extraLines, ociError, quote, section } from "./haproxy-text";

/** CAs of HAProxy's image, by which it knows that home's certificate from ACM is genuine. */
const systemCertificates = "/etc/ssl/certs/ca-certificates.crt";

/** When a client whose push found home lost comes again, seconds. */
const retrySeconds = 30;

/** A node or home that fails before it answers; a GET or a HEAD may then be answered by the other. */
const failures = "conn-failure empty-response response-timeout 502 503 504";

/**
 * Rules that lead to home what it knows better than a copy of its bucket: what an upload has come to; which blobs a client need not push, since one
 * that home has collected may still be here; and lists, which would lack what has not arrived.
 */
export function homeRoutes({ tagReads }: HomeTopology): string[] {
  const homeFirst = (condition: string): string => `use_backend registry-home-first if { method GET HEAD } ${condition}`;
  return [
    "use_backend registry-writes if { path -m reg /blobs/uploads/[^/]*$ }",
    "use_backend registry-home-first if { method HEAD } { path -m reg /blobs/[^/]+$ }",
    homeFirst("{ path_end /tags/list }"),
    homeFirst("{ path -m reg ^/v2/_catalog/?$ }"),
    // Digests hold a colon, tags do not.
    ...(tagReads === TagReads.Home ? [homeFirst("{ path -m reg /manifests/[^/:]+$ }")] : []),
  ];
}

/**
 * What the HAProxy of a task in a region that is not home has behind it: the task's own registry, which knows what has arrived, and home. In what `balance first` chooses
 * from, the order of servers is that in which they are asked; a retry goes to another one than has just answered.
 *
 * - Reads go to the own registry. What it does not know, or fails to tell, home is asked for. When home fails then, the own registry has the last word.
 * - Some go to home first, and to the own registry when home is lost. Home's word that there is no such thing counts.
 * - Writes go to home alone. While it is lost, clients are told when to come again.
 */
export function readRegionSections(topology: AwsTopology, home: HomeTopology, homeCa: string | undefined): string[] {
  const { node, loadBalancer } = topology;
  const own = `server node 127.0.0.1:${node.port}`;
  const homeServers = (unacknowledged: number): string => serversOfHome(topology, home, homeCa, unacknowledged);
  const there = homeServers(unacknowledgedSeconds);
  const extra = extraLines(loadBalancer.extraConfig.backend);
  const unavailable = `http-error ${ociError(503, "UNAVAILABLE", "the region that takes pushes cannot be reached: come again", retrySeconds)}`;
  return [
    resolversSection(),
    section(
      "backend registry-reads",
      "balance first",
      "retries 2",
      `retry-on ${failures} 404`,
      healthCheck,
      `${own} tcp-ut ${unacknowledgedSeconds}s ${checks}`,
      there,
      extra,
    ),
    section(
      "backend registry-home-first",
      "balance first",
      `retry-on ${failures}`,
      healthCheck,
      there,
      `${own} track registry-reads/node`,
      extra,
    ),
    section(
      "backend registry-writes",
      "balance leastconn",
      "option http-server-close",
      "retry-on conn-failure",
      unavailable,
      healthCheck,
      homeServers(unacknowledgedUploadSeconds),
      extra,
    ),
  ];
}

/** Home by TLS, under the name that clients know it by, whichever name its load balancer has. */
function serversOfHome(
  { hostname }: AwsTopology,
  { address, port, mostAddresses }: HomeTopology,
  homeCa: string | undefined,
  unacknowledged: number,
): string {
  return (
    `server-template home- ${mostAddresses} ${address}:${port} resolvers ${resolvers} resolve-prefer ipv4 init-addr none ` +
    `ssl ca-file ${quote(homeCa ?? systemCertificates)} verify required sni str(${hostname}) verifyhost ${hostname} alpn http/1.1 ` +
    `check check-sni ${hostname} inter 2s fastinter 500ms downinter 1s fall 2 rise 1 tcp-ut ${unacknowledged}s`
  );
}
