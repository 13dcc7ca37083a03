import { endpointFrom, hostPort, isSeveral } from "../placement";
import type { BalancerTopology, Endpoint, GarbageCollectionTopology, Topology } from "../topology";
import { ports } from "../layout";
import type { PartsOfTopology } from "../topology-common";
import { statisticsPortVariable } from "./haproxy-statistics";
import { ociError, quote, section } from "./haproxy-text";

/** What garbage collection wants of pushes, in the words of HAProxy's agent-check, and the weight of the server `collector` that these are percents of. */
export interface FenceWords {
  /** Everything may come. */
  open: string;
  /** No upload may begin; what has begun goes on. The weight becomes 50. */
  closing: string;
  /** Nothing may be changed. The weight becomes 100. */
  closed: string;
  /** Weight before anybody has said anything. */
  weight: number;
}

/** Of a collector that is always there: who has not heard of it yet puts pushes off. */
export const standingFence: FenceWords = { open: "down", closing: "up 50%", closed: "up 100%", weight: 100 };

/** Of a collector that is there only while it collects: who hears of none lets pushes in. */
export const passingFence: FenceWords = { open: "up 100%", closing: "up 5000%", closed: "up 10000%", weight: 1 };

/** Environment variable with what the fence was when the HAProxy started. */
export const fenceAtStartVariable = "HA_REGISTRY_FENCE";

/** Environment variable with the address of the pod. */
export const podAddressVariable = "HA_REGISTRY_POD_ADDRESS";

/** How long a HAProxy goes by {@link fenceAtStartVariable}, seconds: until it surely knows better. What it reports until then counts for nothing. */
export const startSeconds = 3;

/** When a client that was put off comes again, seconds. */
const retrySeconds = 5;

/** Names by which HAProxys report to garbage collection, without the statistics port that ends each. */
const reporterPrefix = (host: string): string => (host === "" ? "balancer" : host);

/** Names of all HAProxys, as they report. */
export function reporters({ loadBalancer }: Topology): string[] {
  return loadBalancer.balancers.flatMap(({ host, replicas }: BalancerTopology) =>
    replicas.map((_, index) => `${reporterPrefix(host)}-${ports.statistics + index}`),
  );
}

/** How balancers of a host ask what the fence is. */
export function fenceEndpoint({ collector, publishedFencePort }: GarbageCollectionTopology, host: string): Endpoint {
  const { address } = endpointFrom(host, collector);
  return { address, port: host === collector.host || publishedFencePort === undefined ? ports.fence : publishedFencePort };
}

/** Lines of `global`: when the process started. */
export function fenceGlobals({ garbageCollection }: PartsOfTopology): string[] {
  return garbageCollection === undefined ? [] : ["set-var proc.started date"];
}

/**
 * Rules of the frontend that puts pushes off. 429 did better than 503 with real clients. Who was to finish what has begun is told apart by
 * the method: only POST begins an upload.
 *
 * A HAProxy that has just started takes its fence for raised until its first check, so that it goes by what it found out before it started.
 */
export function fenceRules({ garbageCollection }: PartsOfTopology): string[] {
  if (garbageCollection === undefined) return [];
  if (garbageCollection.onlyWhileItCollects) return passingFenceRules();
  return [
    "http-request set-var(txn.running) date,sub(proc.started)",
    `acl just_started var(txn.running) -m int lt ${startSeconds}`,
    `acl fence_raised_at_start env(${fenceAtStartVariable}) -m beg up`,
    "acl fence_raised nbsrv(fence) gt 0",
    "acl fence_closed srv_weight(fence/collector) ge 100",
    "acl changes_something method POST PUT PATCH DELETE",
    `http-request return ${refusal} if changes_something just_started fence_raised_at_start`,
    `http-request return ${refusal} if changes_something !just_started fence_raised fence_closed`,
    `http-request return ${refusal} if { method POST } !just_started fence_raised`,
  ];
}

/** What is said to a push that is put off. */
const refusal = ociError(429, "TOOMANYREQUESTS", "garbage is being collected: pushes are put off for a moment", retrySeconds);

/** The same where the collector is seldom there: the weight alone tells, since a server that nobody has looked at yet is up. */
function passingFenceRules(): string[] {
  const { closing, closed } = passingFence;
  return [
    "http-request set-var(txn.running) date,sub(proc.started)",
    `acl just_started var(txn.running) -m int lt ${startSeconds}`,
    `acl fence_raised_at_start env(${fenceAtStartVariable}) -m str ${quote(closing)} ${quote(closed)}`,
    "acl fence_up nbsrv(fence) gt 0",
    `acl fence_raised srv_weight(fence/${collectorServer}) ge 50`,
    `acl fence_closed srv_weight(fence/${collectorServer}) ge 100`,
    "acl changes_something method POST PUT PATCH DELETE",
    `http-request return ${refusal} if changes_something just_started fence_raised_at_start`,
    `http-request return ${refusal} if changes_something fence_up fence_closed`,
    `http-request return ${refusal} if { method POST } fence_up fence_raised`,
  ];
}

/**
 * What sends bytes of a blob has a backend of its own: it may take hours, and makes nothing visible. All else that changes something, the end of an
 * upload above all, has to be over before anybody says what nothing refers to.
 */
export function appendsRules({ garbageCollection }: PartsOfTopology): string[] {
  return garbageCollection === undefined ? [] : ["use_backend registry-appends if { method PATCH }"];
}

/**
 * What garbage collection says of the fence, and what it is told. The agent says whether the fence is raised, and how far, by the weight of a
 * server to which nothing is ever sent. The check tells garbage collection what this HAProxy knows and has under way; when nobody
 * answers ten of them, 5.5 seconds at the least, the server is down and the fence open: garbage collection goes on without reports for less.
 */
export function fenceBackend({ garbageCollection, hosts }: Topology, host: string): string[] {
  if (garbageCollection === undefined) return [];
  const { collector } = garbageCollection;
  const agent = fenceEndpoint(garbageCollection, host);
  const agentAddress = isSeveral(hosts) && host !== collector.host ? ` agent-addr ${agent.address}` : "";
  const address = `${hostPort(endpointFrom(host, collector))} weight ${standingFence.weight}`;
  return [fenceSection(`${reporterPrefix(host)}-%[env(${statisticsPortVariable})]`, address, `${agentAddress} agent-port ${agent.port}`)];
}

/**
 * The same where the collector is reached by the address of a Service, behind which there is somebody only while it collects. The balancer goes by the address of
 * its pod, which no other has.
 *
 * @param server `host:port` of the Service, and how it is resolved.
 */
export function passingFenceBackend(server: string): string {
  return fenceSection(`%[env(${podAddressVariable})]`, `${server} weight ${passingFence.weight}`, ` agent-port ${ports.fence}`);
}

/** The name of the server to which nothing is ever sent. */
const collectorServer = "collector";

/** @param reporter Who reports. */
function fenceSection(reporter: string, address: string, agent: string): string {
  const report = [
    `balancer=${reporter}`,
    "raised=%[nbsrv(fence)]",
    "weight=%[srv_weight(fence/collector)]",
    "appends=%[be_conn(registry-appends)]",
    "writes=%[be_conn(registry-writes)]",
    "running=%[date,sub(proc.started)]",
    "end",
  ].join("&");
  return section(
    "backend fence",
    "option httpchk",
    `http-check send meth GET uri-lf "/?${report}"`,
    `server ${collectorServer} ${address} check inter 1s fastinter 500ms downinter 2s fall 10 rise 1 agent-check${agent} agent-inter 1s`,
  );
}
