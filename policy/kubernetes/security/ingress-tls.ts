import { guides, mlps, PolicyGroup } from "ha-registry-policy-common";
import { objectPolicy } from "../object-policy";
import { types, type JudgedObject } from "../objects";

interface ExposingSpec {
  listeners?: { name?: string; protocol?: string }[];
  rules?: { host?: string }[];
  tls?: { hosts?: string[] }[];
}

/** Registries that are reached in clear: the guides, MLPS 8.1.4.8. */
export const ingressTls = objectPolicy<ExposingSpec>(
  {
    name: "ingress-tls",
    group: PolicyGroup.Security,
    description: "What clients come in by has TLS for every name.",
    reason: "Logins are sent with every request: in clear everyone on the way has them. The guides ask for HTTPS in production.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Ingress: name host and Secret in `tls`; Gateway: listeners with the protocol HTTPS or TLS, one of HTTP only where it redirects (exceptions).",
    controls: [mlps("8.1.4.7"), mlps("8.1.4.8"), guides("HTTPS in production")],
  },
  [types.ingress, types.gateway],
  (object) => (object.type === types.ingress ? ofIngress(object) : ofGateway(object)),
);

function ofIngress({ properties: { metadata, spec = {} }, unknown }: JudgedObject<ExposingSpec>): string[] {
  // TLS that goes through to the backend ends there.
  const passes = metadata?.annotations?.["nginx.ingress.kubernetes.io/ssl-passthrough"] === "true";
  if (passes || unknown.has("spec") || unknown.has("metadata")) return [];
  const covered = (spec.tls ?? []).flatMap(({ hosts }) => hosts ?? [undefined]);
  const bare = (spec.rules ?? [])
    .map(({ host }) => host)
    .filter((host) => !covered.includes(undefined) && !covered.some((name) => coversHost(name, host)));
  return bare.map((host = "every name") => `serves ${host} in clear: name it in \`tls\`, with a Secret`);
}

function coversHost(name: string | undefined, host: string | undefined): boolean {
  return name === host || (name?.startsWith("*.") === true && host?.slice(host.indexOf(".")) === name.slice(1));
}

function ofGateway({ properties: { spec = {} } }: JudgedObject<ExposingSpec>): string[] {
  return (spec.listeners ?? [])
    .filter(({ protocol }) => protocol === "HTTP" || protocol === "TCP")
    .map(({ name = "?" }) => `listens in clear (${name}): use the protocol HTTPS`);
}
