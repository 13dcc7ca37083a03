import { guides, haproxySections, mlps, nginxServers, PolicyGroup, type Finding, type HaproxySection } from "ha-registry-policy-common";
import { filesOf, registryConfigurations } from "../configurations";
import { imageName, isReachable, isService, Role, roleOf, withRole, type JudgedContainer } from "../container";
import { containersPolicy } from "../container-policy";

/** Registries that are reached in clear: the guides, MLPS 8.1.4.8. */
export const balancerTls = containersPolicy(
  {
    name: "balancer-tls",
    group: PolicyGroup.Security,
    description: "Whatever takes requests for a registry from outside serves TLS.",
    reason: "Logins are sent with every request: in clear everyone on the way has them. The guides ask for HTTPS in production.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Give the balancer a certificate (`bind :443 ssl crt …`, `listen 443 ssl`); on port 80 send clients to https at the most.",
    controls: [mlps("8.1.4.7"), mlps("8.1.4.8"), guides("HTTPS in production")],
  },
  (containers) => {
    const ports = publishedBalancerPorts(containers);
    const about = (container: JudgedContainer, what: string): Finding => ({
      message: `passes requests on that came in clear (${what}): give it a certificate`,
      about: container,
    });
    const balancers = filesOf(containers).flatMap(({ container, content }) => [
      ...haproxySections(content).flatMap((section) => clearBinds(section, ports).map((bind) => about(container, bind))),
      ...nginxServers(content).flatMap((server) => clearListens(server, ports).map((listen) => about(container, listen))),
    ]);
    return [...balancers, ...publishedInClear(containers).map((container) => about(container, "a published port of the registry itself"))];
  },
);

/** Ports inside balancers' networks that are published: others are nobody's business. Undefined where everything is open, or nothing is known. */
function publishedBalancerPorts(containers: readonly JudgedContainer[]): ReadonlySet<number> | undefined {
  const balancers = containers.filter(
    (container) => isService(container) && (roleOf(container) === Role.Balancer || /haproxy|nginx/.test(imageName(container) ?? "")),
  );
  if (balancers.some(({ properties }) => properties.networkMode === "host")) return undefined;
  const ports = balancers.flatMap(({ properties }) => properties.ports ?? []).filter(({ ip }) => isReachable(ip));
  return ports.length === 0 ? undefined : new Set(ports.flatMap(({ internal }) => (internal === undefined ? [] : [internal])));
}

function clearBinds({ title, lines }: HaproxySection, ports: ReadonlySet<number> | undefined): string[] {
  if (!/^(?:frontend|listen)\s/.test(title) || !lines.some((line) => /^(?:use_backend|default_backend|server)\s/.test(line))) return [];
  if (lines.some((line) => /^http-request redirect scheme https(?: code \d+)?(?: unless \{ ssl_fc \}| if !\{ ssl_fc \})?$/.test(line)))
    return [];
  return lines.filter((line) => {
    if (!line.startsWith("bind ") || /\sssl(?:\s|$)/.test(line)) return false;
    const port = /:(\d+)(?:\s|$)/.exec(line)?.[1];
    return port !== undefined && !/\s127\./.test(line) && (ports?.has(Number(port)) ?? true);
  });
}

function clearListens(server: readonly string[], ports: ReadonlySet<number> | undefined): string[] {
  if (!server.some((directive) => directive.startsWith("proxy_pass ")) || server.some((directive) => /^ssl\s+on$/.test(directive)))
    return [];
  return server.filter((directive) => {
    if (!directive.startsWith("listen ") || /\s(?:ssl|quic)(?:\s|$)/.test(directive)) return false;
    const port = Number(/(?::|\s)(\d+)(?:\s|$)/.exec(directive)?.[1] ?? 80);
    return !/\s127\.|\sunix:/.test(directive) && (ports?.has(port) ?? true);
  });
}

/** Registries whose own port is open to others though they have no certificate. */
function publishedInClear(containers: readonly JudgedContainer[]): JudgedContainer[] {
  const anyTls = registryConfigurations(containers).some(
    ({ configuration: { http } }) => http?.tls?.certificate !== undefined || http?.tls?.letsencrypt !== undefined,
  );
  return withRole(containers, Role.Registry).filter(({ properties, unknown }) => {
    if (unknown.size > 0 && ["command", "uploads", "envs"].some((name) => unknown.has(name))) return false;
    const open = (properties.ports ?? []).some(({ internal, ip }) => internal === 5000 && isReachable(ip));
    const tls = anyTls || (properties.envs ?? []).some((variable) => /^REGISTRY_HTTP_TLS_(?:CERTIFICATE|LETSENCRYPT)/.test(variable));
    return open && !tls && !bringsOwnConfiguration(properties.mounts, properties.volumes);
  });
}

/** A configuration that is mounted from elsewhere may well have a certificate: nothing can be said. */
function bringsOwnConfiguration(
  mounts: JudgedContainer["properties"]["mounts"] = [],
  volumes: JudgedContainer["properties"]["volumes"] = [],
): boolean {
  const targets = [...mounts.map(({ target = "" }) => target), ...volumes.map(({ containerPath = "" }) => containerPath)];
  return targets.some((target) => /^\/etc\/(?:docker\/registry|distribution)(?:\/|$)|^\/files(?:\/|$)/.test(target));
}
