import { ports } from "../layout";
import { AccessMode } from "../shape";
import type { BalancerSettings, CommonTopology, PartsOfTopology } from "../topology-common";
import { auditRules, auditTarget, nameRules, namingRules } from "./haproxy-audit";
import type { AuditedTopology } from "./haproxy-audit";
import { appendsRules, fenceRules } from "./haproxy-fence";
import { auditedRequestLog, connectionErrorLog, requestLog } from "./haproxy-log";
import { refusedLoginsRules } from "./haproxy-logins";
import { extraLines, ociError, quote, section } from "./haproxy-text";

/** Absolute paths of the files that HAProxy's configuration names. */
export interface HaproxyFiles {
  /** Certificate, its chain and its key in one PEM, or the key beside it under the same name and `.key`. @default - none: TLS ends in front of it */
  certificate?: string;
  /** CA of client certificates. @default - none, clients show no certificate */
  clientCa?: string;
  /** CA of the certificate that the hosts' parts show each other. @default - none, for a single host */
  internalCa?: string;
  /** That certificate and its key in one PEM, where the registry has an object store of its own. @default - none */
  internalCertificate?: string;
}

/** What HAProxy's configuration is made of on every substrate. */
export type BalancedTopology = CommonTopology & PartsOfTopology & AuditedTopology;

/** What is around a frontend. */
export interface FrontendPlace {
  /** Name of the host, which the audit log tells. Empty where there is but one. */
  host: string;
  /** What is let in besides the allowed ranges. */
  ownAddresses: readonly string[];
  /** Proxies in front of it, whose word on a client's address is taken. */
  proxyAddressRanges: readonly string[];
  /** Port at which it takes requests. @default - that of all HAProxys which have a network of their own */
  port?: number;
  /** Whether whoever is in front tells the client's address before anything else (PROXY protocol). @default false */
  proxyProtocol?: boolean;
  /** Rules that lead elsewhere than all reads and writes do. @default - none */
  routes?: readonly string[];
}

/** The frontend that clients reach. The order of rules is the order in which HAProxy applies them. */
export function clientsFrontend(topology: BalancedTopology, files: HaproxyFiles, place: FrontendPlace): string {
  const { loadBalancer, access, monitoring } = topology;
  return section(
    "frontend clients",
    bindLine(loadBalancer, files, place),
    `maxconn ${loadBalancer.maxConnections}`,
    `log-format ${topology.audit === undefined ? requestLog : auditedRequestLog(place.host)}`,
    `error-log-format ${connectionErrorLog}`,
    auditTarget(topology),
    proxyRules(place.proxyAddressRanges),
    rememberForLog(access.mode),
    nameRules(topology),
    auditRules(topology),
    addressRules(loadBalancer, place.ownAddresses),
    rateRules(loadBalancer, access.mode),
    monitoring === undefined ? [] : refusedLoginsRules(access.mode),
    pathRules(),
    catalogRules(loadBalancer.catalogUsers, access.mode),
    namingRules(topology),
    fenceRules(topology),
    forwardingRules(),
    place.routes ?? [],
    "use_backend registry-reads if { method GET HEAD }",
    appendsRules(topology),
    "default_backend registry-writes",
    extraLines(loadBalancer.extraConfig.frontend),
  );
}

/**
 * No HTTP/2: its flow-control windows (64 KiB by default) throttle uploads of large layers to a window per round trip, and HTTP/1.1
 * clients open enough connections.
 */
function bindLine(
  { clientCertificateRequired }: BalancerSettings,
  { certificate, clientCa }: HaproxyFiles,
  { port = ports.balancer, proxyProtocol = false }: FrontendPlace,
): string {
  const address = `bind :${port}${proxyProtocol ? " accept-proxy" : ""}`;
  if (certificate === undefined) return address;
  const bind = `${address} ssl crt ${quote(certificate)} alpn http/1.1`;
  if (clientCa === undefined) return bind;
  return `${bind} ca-file ${quote(clientCa)} verify ${clientCertificateRequired ? "required" : "optional"}`;
}

/**
 * What the log names but is gone when the log is written. The registry verifies the name; with a 401 it is only a claim. HAProxy writes
 * control characters into its JSON as they are, so that a name could begin a line of its own: they become question marks, which no user
 * name holds. Lengths are cut so that a line always fits.
 */
function rememberForLog(mode: AccessMode): string[] {
  const user = mode === AccessMode.Token ? "http_auth_bearer,jwt_payload_query('$.sub')" : "http_auth_user";
  return [
    `http-request set-var(txn.user) ${user},regsub([^[:alnum:]._@-],?,g),bytes(0,65)`,
    "http-request set-var(txn.agent) req.hdr(User-Agent),regsub([[:cntrl:]],?,g),bytes(0,200)",
  ];
}

/** Several short lines, since HAProxy takes 64 words per line. */
function addressRules({ allowedAddressRanges }: BalancerSettings, ownAddresses: readonly string[]): string[] {
  if (allowedAddressRanges.length === 0) return [];
  const denied = ociError(403, "DENIED", "this address may not connect to the registry");
  return [
    ...[...allowedAddressRanges, ...ownAddresses].map((range) => `acl from_allowed_address src ${quote(range)}`),
    `http-request return ${denied} unless from_allowed_address`,
  ];
}

/**
 * Whoever ends TLS in front of HAProxy tells the address of the client in a header, last of all that stand there. From anybody else it is but a claim.
 */
function proxyRules(ranges: readonly string[]): string[] {
  if (ranges.length === 0) return [];
  return [
    ...ranges.map((range) => `acl from_proxy src ${quote(range)}`),
    "http-request set-src req.hdr_ip(X-Forwarded-For,-1) if from_proxy { req.hdr(X-Forwarded-For) -m found }",
  ];
}

/**
 * Limits per client: an IPv4 address, or a /64 of IPv6, which one client fills as it likes. Each HAProxy counts what passes through it, so
 * who spreads connections over all gets the limit of each.
 *
 * Refused logins count only where passwords can be guessed: a 401 for an expired or narrower token is how token clients work. The first
 * request of a client carries no Authorization and gets its 401 as an invitation; it does not count either.
 */
function rateRules({ requestsPerSecond, failedLoginsPerMinute }: BalancerSettings, mode: AccessMode): string[] {
  const countLogins = failedLoginsPerMinute > 0 && mode === AccessMode.Htpasswd;
  const rules: string[] = [];
  if (requestsPerSecond > 0 || countLogins) {
    rules.push(
      "stick-table type ipv6 size 100k expire 2m store http_req_rate(10s),gpc0,gpc0_rate(1m)",
      "http-request track-sc0 src,ipmask(32,64)",
    );
  }
  if (requestsPerSecond > 0) {
    const refusal = ociError(429, "TOOMANYREQUESTS", "too many requests from this address", 10);
    rules.push(`http-request return ${refusal} if { sc_http_req_rate(0) gt ${requestsPerSecond * 10} }`);
  }
  if (countLogins) {
    const refusal = ociError(429, "TOOMANYREQUESTS", "too many refused logins from this address", 60);
    rules.push(
      "http-request set-var(txn.with_password) bool(true) if { req.hdr(Authorization) -m found }",
      `http-request return ${refusal} if { var(txn.with_password) -m bool } { sc_gpc0_rate(0) ge ${failedLoginsPerMinute} }`,
      "http-response sc-inc-gpc0(0) if { status 401 } { var(txn.with_password) -m bool }",
    );
  }
  return rules;
}

/** Nothing but the registry's API, and the root, by which balancers in front see that it lives. */
function pathRules(): string[] {
  return [
    `http-request return ${ociError(404, "UNSUPPORTED", "there is nothing but /v2/ here")} unless { path / /v2 } or { path_beg /v2/ }`,
  ];
}

/**
 * `/v2/_catalog` walks through the whole store and names every repository. The registry compares decoded paths, so we do, too. The user name
 * is no proof here, but the registry verifies the password of whoever passes; without Authorization it asks for one. Tokens carry
 * a scope for the catalog, which the registry verifies.
 */
function catalogRules(users: readonly string[], mode: AccessMode): string[] {
  if (mode === AccessMode.Token) return [];
  const catalog = "acl catalog path,url_dec -m reg ^/v2/_catalog/?$";
  const denied = `http-request return ${ociError(403, "DENIED", "this user may not list all repositories")} if catalog`;
  if (mode === AccessMode.None) return [catalog, denied];
  return [
    catalog,
    "acl authorization_given req.hdr(Authorization) -m found",
    ...users.map((user) => `acl catalog_user var(txn.user) -m str -- ${quote(user)}`),
    users.length === 0 ? `${denied} authorization_given` : `${denied} authorization_given !catalog_user`,
  ];
}

/** The registry builds the URLs of uploads from these headers, and would believe a client's. */
function forwardingRules(): string[] {
  return [
    "http-request del-header Forwarded",
    "http-request del-header X-Forwarded- -m beg",
    "http-request set-header X-Forwarded-Proto https",
    "http-request set-header X-Forwarded-For %[src]",
  ];
}
