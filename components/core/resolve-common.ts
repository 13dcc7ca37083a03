import { ipVersion, isHost, isHostname } from "./addresses";
import { checkNumber, checkText, isText } from "./checks";
import type { Problems } from "./errors";
import { hosts, ports } from "./layout";
import { LogLevel } from "./shape";
import type { CertificatesShape, CommonNodesShape } from "./shape";
import { sizeFor } from "./sizing";
import type { CertificatesTopology, NodeSettings } from "./topology-common";

/** Fills in and checks what a registry is called and for how many it is; `kind` of names are made of its name, beside those of DNS. */
export function resolveIdentity(
  name: string,
  kind: string,
  shape: { teamSize?: number; hostname?: string },
  problems: Problems,
): { teamSize: number; hostname: string } {
  problems.require(
    isText(name, /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/),
    "name",
    `"${name}" cannot be part of ${kind} and DNS names: use 2 to 40 lower-case letters, digits and hyphens, with a letter first`,
  );
  const teamSize = shape.teamSize ?? 20;
  checkNumber(problems, "teamSize", teamSize, { from: 1, to: 1_000_000, whole: true });
  const hostname = shape.hostname ?? "localhost";
  problems.require(isHost(hostname), "hostname", `"${hostname}" is neither a DNS name nor an IP address`);
  return { teamSize, hostname };
}

/** Checks further names of the certificate. */
export function checkAlternativeNames(given: readonly string[] | undefined, problems: Problems): void {
  for (const [index, host] of (given ?? []).entries()) {
    const valid = isHost(host) || (typeof host === "string" && host.startsWith("*.") && isHostname(host.slice(2)));
    problems.require(valid, `alternativeNames[${index}]`, `"${host}" is neither a DNS name nor an IP address`);
  }
}

/** The names of a certificate, as it keeps them. */
export function namesByKind(names: readonly string[]): { dnsNames: string[]; ipAddresses: string[] } {
  return {
    dnsNames: names.filter((host) => ipVersion(host) === 0),
    ipAddresses: names.filter((host) => ipVersion(host) !== 0),
  };
}

/** Checks how many nodes there are; returns whether that is right. */
export function checkNodeCount(count: number, problems: Problems): boolean {
  return problems.require(
    Number.isInteger(count) && count >= 2 && count <= hosts.mostNodes,
    "nodes.count",
    `${count} nodes: give a whole number from 2 (with one node, every restart is an outage) to ${hosts.mostNodes}`,
  );
}

/** Fills in and checks what holds for every node. */
export function resolveNodeSettings(teamSize: number, shape: CommonNodesShape, problems: Problems): Omit<NodeSettings, "tls"> {
  const settings: Omit<NodeSettings, "tls"> = {
    port: ports.registry,
    debugPort: ports.debug,
    drainSeconds: shape.drainSeconds ?? 300,
    memoryMiB: shape.memoryMiB ?? sizeFor(teamSize).nodeMemoryMiB,
    cpus: shape.cpus,
    logLevel: shape.logLevel ?? LogLevel.Info,
    tracingEndpoint: shape.tracing && (shape.tracing.endpoint ?? ""),
  };
  checkNumber(problems, "nodes.drainSeconds", settings.drainSeconds, { from: 1, to: 86_400, whole: true });
  checkNumber(problems, "nodes.memoryMiB", settings.memoryMiB, { from: 64, to: 1_048_576, whole: true });
  checkNumber(problems, "nodes.cpus", settings.cpus, { from: 0.1, to: 1024 });
  const levels: string[] = Object.values(LogLevel);
  problems.require(levels.includes(settings.logLevel), "nodes.logLevel", `"${settings.logLevel}" is not one of ${levels.join(", ")}`);
  checkText(problems, "nodes.tracing.endpoint", settings.tracingEndpoint, "url");
  return settings;
}

/** Fills in and checks the validity of the certificates. */
export function resolveCertificates(shape: CertificatesShape, problems: Problems): CertificatesTopology {
  const validityDays = shape.validityDays ?? 397;
  const earlyRenewalDays = shape.earlyRenewalDays ?? Math.min(60, Math.floor(validityDays / 3));
  const caValidityDays = shape.caValidityDays ?? 3650;
  checkNumber(problems, "certificates.validityDays", validityDays, { from: 1, to: 3650, whole: true });
  checkNumber(problems, "certificates.caValidityDays", caValidityDays, { from: 1, to: 36_500, whole: true });
  problems.require(
    Number.isInteger(earlyRenewalDays) && earlyRenewalDays >= 0 && earlyRenewalDays < validityDays,
    "certificates.earlyRenewalDays",
    `${earlyRenewalDays} days before the end of ${validityDays} would renew at every run: give fewer days than validityDays`,
  );
  problems.require(
    caValidityDays >= validityDays,
    "certificates.caValidityDays",
    `a CA of ${caValidityDays} days ends before the certificates of ${validityDays} days that it signs`,
  );
  return { validityHours: validityDays * 24, earlyRenewalHours: earlyRenewalDays * 24, caValidityHours: caValidityDays * 24 };
}
