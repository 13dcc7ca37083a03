import { addressIn, isHostPort } from "./addresses";
import { checkNumber, checkText, isText } from "./checks";
import type { Problems } from "./errors";
import { hosts } from "./layout";
import type { Ground } from "./placement";
import type { AuditForwardShape, AuditShape } from "./shape-audit";
import type { AuditCollectorTopology, AuditForwardTopology, AuditTopology } from "./topology-audit";

/** What the rules that ask for an audit log want, days. */
const askedForDays = 180;

/** Fills in and checks the audit log: each host's balancers have a collector beside them. */
export function resolveAudit(name: string, { hosts: machines, network }: Ground, shape: AuditShape, problems: Problems): AuditTopology {
  const keepDays = shape.keepDays ?? askedForDays;
  checkNumber(problems, "audit.keepDays", keepDays, { from: 1, to: 36_500, whole: true });
  problems.require(
    keepDays >= askedForDays || shape.allowShortRetention === true || !(keepDays >= 1),
    "audit.keepDays",
    `${keepDays} days are less than the ${askedForDays} that China's Cybersecurity Law (art. 21) and MLPS 2.0 ask for: keep more, or set audit.allowShortRetention where they do not hold`,
  );
  const maxFileMiB = shape.maxFileMiB ?? 1024;
  checkNumber(problems, "audit.maxFileMiB", maxFileMiB, { from: 1, to: 65_536, whole: true });
  const collectorOn = (host: string): AuditCollectorTopology => {
    const collector = `${host === "" ? name : `${name}-${host}`}-audit`;
    return { host, name: collector, bufferName: `${collector}-buffer`, address: addressIn(network.subnet, hosts.auditCollector) };
  };
  return {
    collectors: machines.map((host) => collectorOn(host.name)),
    keepDays,
    maxFileMiB,
    blobs: shape.blobs ?? true,
    forward: resolveForward(shape.forward ?? {}, problems),
  };
}

/** What ends in syslog-ng's configuration is let in only as it can stand there. */
function resolveForward({ syslog, elasticsearch, loki }: AuditForwardShape, problems: Problems): AuditForwardTopology {
  const at = (field: string): string => `audit.forward.${field}`;
  const forward: AuditForwardTopology = {};
  if (syslog !== undefined) {
    const { server, tls = true } = syslog;
    problems.require(
      typeof server === "string" && isHostPort(server),
      at("syslog.server"),
      `"${server}" is not host:port, as audit.corp.example:6514`,
    );
    const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(server ?? "") ?? [];
    forward.syslog = { host: host.replace(/^\[(.*)\]$/, "$1"), port: Number(port), tls };
  }
  if (elasticsearch !== undefined) {
    const { url, index = "ha-registry-audit", username } = elasticsearch;
    checkUrl(problems, at("elasticsearch.url"), url);
    problems.require(
      isText(index, /^[a-z0-9][a-z0-9._-]{0,200}$/),
      at("elasticsearch.index"),
      `"${index}" is not the name of an index: lower-case letters, digits, dots, underscores and hyphens`,
    );
    checkText(problems, at("elasticsearch.username"), username, "word");
    forward.elasticsearch = { url: `${withoutSlash(url)}/_bulk`, index, ...(username === undefined ? {} : { username }) };
  }
  if (loki !== undefined) {
    const { url, username, tenant } = loki;
    checkUrl(problems, at("loki.url"), url);
    checkText(problems, at("loki.username"), username, "word");
    problems.require(
      tenant === undefined || isText(tenant, /^[A-Za-z0-9!._*'()|-]{1,150}$/),
      at("loki.tenant"),
      `"${tenant}" is not the name of a tenant`,
    );
    forward.loki = {
      url: `${withoutSlash(url)}/loki/api/v1/push`,
      ...(username === undefined ? {} : { username }),
      ...(tenant === undefined ? {} : { tenant }),
    };
  }
  return forward;
}

function checkUrl(problems: Problems, path: string, url: string): void {
  checkText(problems, path, url ?? "", "url");
}

function withoutSlash(url: unknown): string {
  return typeof url === "string" ? url.replace(/\/+$/, "") : "";
}
