import { ports } from "../layout";
import { hostPort, isSeveral, storeServerName } from "../placement";
import type { Topology } from "../topology";
import { agentIntervalMilliseconds } from "./agent";
import type { HaproxyFiles } from "./haproxy-frontend";
import { quote, section } from "./haproxy-text";

/** What a balancer answers itself where nodes reach the store. */
export const storeHealthPath = "/healthz";

/**
 * How the registry nodes reach the registry's own object store. A Garage node that stops closes kept connections, and the registry's S3 driver
 * takes a request that meets such an end for a failure. So HAProxy stands between: a connection to Garage carries one request, a node that is
 * about to stop is asked for nothing new (agent-check), and what was cut off is told as a 502, which the driver does try again.
 *
 * With several hosts the nodes ask the Garage node of their own host, and those of others only when it does not serve. Garage speaks no TLS, and
 * what crosses the network between hosts has to: each host's balancer offers its Garage node to the others.
 */
export function storeSections(topology: Topology, host: string, files: HaproxyFiles): string[] {
  const { hosts, objectStore } = topology;
  if (objectStore.garage === undefined) return [];
  const local = objectStore.garage.nodes.filter((node) => node.host === host);
  const nodes = local.map(({ name, address }) => ({ name, address: `${address}:${ports.garageS3}` }));
  const frontend = (backend: string): string =>
    section(
      "frontend store",
      "no log",
      `bind :${ports.garageS3}`,
      `maxconn ${storeConnections(topology)}`,
      keptLonger,
      `monitor-uri ${storeHealthPath}`,
      uploadRules,
      `default_backend ${backend}`,
    );
  const ofThisHost = storeBackend(
    "store-of-this-host",
    // A Garage node opens its port when it can answer, so that a connection says all. One that hangs for a while is waited for.
    `default-server ${storeChecks} ${storeAgent}`,
    nodes.map(({ name, address }) => `server ${name} ${address}`),
  );
  if (!isSeveral(hosts)) return [frontend("store-of-this-host"), ofThisHost];
  return [
    frontend("store"),
    storeBackend(
      "store",
      // Balancers of other hosts say whether they see a Garage node.
      ["option httpchk", `http-check send meth GET uri ${storeHealthPath}`],
      [
        ...nodes.map(({ name, address }) => `server ${name} ${address} track store-of-this-host/${name}`),
        ...remoteStores(topology, host, files),
      ],
    ),
    section(
      "frontend store-of-this-host",
      "no log",
      `bind :${ports.storeTls} ssl crt ${quote(files.internalCertificate ?? "")}`,
      `monitor-uri ${storeHealthPath}`,
      "monitor fail if { nbsrv(store-of-this-host) lt 1 }",
      "default_backend store-of-this-host",
    ),
    ofThisHost,
  ];
}

/**
 * What Garage's deaths do to uploads, where the registry's S3 driver does not expect it:
 *
 * - A node that dies while it begins a multipart upload leaves half of one, which is listed and cannot be used; of two for one key the driver may
 *   take that one, so that every later request for the upload fails. So this is not to be tried again: told as a 409, it fails the client's
 *   request for an upload, whose next attempt gets another key.
 * - A node that dies when it has completed an upload, and not yet said so: tried again, there is no such upload. The object is there, and the
 *   registry looks at its size and copies it next, which fails if it is not: so it is told that the upload is complete.
 * - Of several objects to delete some may fail for a moment, which comes as a 200 with errors inside; the driver tries nothing again, and the
 *   push fails though its blob is there. As a 503 the driver does.
 */
export const uploadRules = [
  "acl on_upload path_sub /_uploads/",
  "http-request set-var(txn.step) str(begin) if { method POST } on_upload { query -m beg uploads }",
  "http-request set-var(txn.step) str(complete) if { method POST } on_upload { query -m beg uploadId= }",
  "http-request set-var(txn.step) str(delete) if { method POST } { query -m beg delete }",
  "http-response return status 200 content-type application/xml string <CompleteMultipartUploadResult/> if { var(txn.step) -m str complete } { status 404 }",
  "http-response wait-for-body time 10s if { var(txn.step) -m str delete } { status 200 }",
  `http-response return status 503 content-type application/xml string ${unavailable()} if { var(txn.step) -m str delete } { res.body -m sub <Error> }`,
  "http-after-response set-status 409 if { var(txn.step) -m str begin } { status ge 500 }",
];

/** An error as S3 words it. */
function unavailable(): string {
  return quote("<Error><Code>ServiceUnavailable</Code><Message>the store did not answer</Message></Error>");
}

/** How Garage nodes are looked at. */
export const storeChecks = "check inter 1s fastinter 100ms downinter 200ms fall 2 rise 1";

/** And asked whether they want new requests. */
export const storeAgent = `agent-check agent-port ${ports.garageAgent} agent-inter ${agentIntervalMilliseconds}ms`;

/**
 * Connections of registry nodes to their store that one HAProxy takes at once: a client's request has one with the store at a time. They count
 * beside those of clients, which otherwise could fill HAProxy and then wait for a store that cannot be asked.
 */
export function storeConnections({ objectStore, loadBalancer }: Topology): number {
  return objectStore.garage === undefined ? 0 : loadBalancer.maxConnections;
}

/** Longer than the registry keeps an idle connection (Go's 90 s), so that it is never the balancer that ends one. */
export const keptLonger = "timeout http-keep-alive 100s";

/** What HAProxy says itself is said as S3 says it: the driver takes an answer that it cannot read for one to be tried again, whatever its status. */
const errorsOfStore = [502, 503, 504].map((status) => `http-error status ${status} content-type application/xml string ${unavailable()}`);

export function storeBackend(name: string, health: string | string[], servers: readonly string[]): string {
  return section(
    `backend ${name}`,
    "balance leastconn",
    "option http-server-close",
    // What was read may be read again; a PUT is repeated by the driver, which still has what it sent.
    "http-request disable-l7-retry unless { method GET HEAD }",
    "retry-on conn-failure empty-response response-timeout 500 502 503 504",
    errorsOfStore,
    health,
    servers,
  );
}

/** The balancers of other hosts that have a Garage node. */
function remoteStores({ name, hosts, objectStore, loadBalancer }: Topology, host: string, files: HaproxyFiles): string[] {
  if (!isSeveral(hosts)) return [];
  const { internalCa, internalCertificate } = files;
  if (internalCa === undefined || internalCertificate === undefined) {
    throw new TypeError("hosts reach each other's store by TLS, and its CA or its certificate is missing");
  }
  const tls = `ssl ca-file ${quote(internalCa)} verify required sni str(${storeServerName(name)})`;
  return loadBalancer.balancers
    .filter((balancer) => balancer.host !== host && objectStore.garage?.nodes.some((node) => node.host === balancer.host))
    .flatMap(({ host: other, publishedStore }) =>
      publishedStore === undefined ? [] : [`server ${other} ${hostPort(publishedStore)} ${tls} ${storeChecks} backup`],
    );
}
