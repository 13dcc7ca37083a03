import { PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { objectPolicy } from "../object-policy";
import { types, type JudgedObject } from "../objects";

interface Settings extends CommonSettings {
  minimumSeconds: number;
}

interface ExposingSpec {
  ingressClassName?: string;
  rules?: { timeouts?: { request?: string; backendRequest?: string } }[];
}

const nginx = "nginx.ingress.kubernetes.io";

/** Layers that a proxy breaks off: "413 Request Entity Too Large", ingress-nginx's default. */
export const ingressLimits = objectPolicy<ExposingSpec, Settings>(
  {
    name: "ingress-limits",
    group: PolicyGroup.Availability,
    description: "What clients come in by bounds neither the size of a layer nor, for minutes, the time of a transfer.",
    reason:
      "ingress-nginx refuses bodies above 1 MiB (413 Request Entity Too Large) and gives up after 60 seconds unless told otherwise: small images go through, and the first large layer does not.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: `ingress-nginx: \`${nginx}/proxy-body-size: "0"\`, \`proxy-read-timeout\` and \`proxy-send-timeout\` of some minutes; HTTPRoute: no \`timeouts\`, or 0s.`,
    configuration: {
      minimumSeconds: {
        type: "integer",
        minimum: 1,
        description: "Seconds that a transfer may be still, or last, at the least",
        default: 300,
      },
    },
  },
  [types.ingress, types.httpRoute],
  (object, settings) => (object.type === types.ingress ? ofIngress(object, settings) : ofRoute(object, settings)),
);

function ofIngress(
  { properties: { metadata = {}, spec = {} }, unknown }: JudgedObject<ExposingSpec>,
  { minimumSeconds }: Settings,
): string[] {
  const { annotations = {} } = metadata;
  const className = spec.ingressClassName ?? annotations["kubernetes.io/ingress.class"] ?? "";
  if (unknown.has("metadata") || !className.includes("nginx")) return [];
  const size = annotations[`${nginx}/proxy-body-size`];
  const short = ["proxy-read-timeout", "proxy-send-timeout"].filter(
    (name) => Number(annotations[`${nginx}/${name}`] ?? 60) < minimumSeconds,
  );
  return [
    ...(size === "0" ? [] : [`refuses layers above ${size ?? "1 MiB"}: set \`${nginx}/proxy-body-size: "0"\``]),
    ...short.map((name) => `breaks transfers off: set \`${nginx}/${name}\` to ${minimumSeconds} or more`),
  ];
}

function ofRoute({ properties: { spec = {} } }: JudgedObject<ExposingSpec>, { minimumSeconds }: Settings): string[] {
  const bounds = (spec.rules ?? []).flatMap(({ timeouts = {} }) => Object.entries(timeouts));
  return bounds
    .filter(([, bound]) => seconds(bound) > 0 && seconds(bound) < minimumSeconds)
    .map(([name, bound]) => `breaks transfers off after ${bound}: leave out \`timeouts.${name}\`, or set it to 0s`);
}

/** A length of time as the Gateway API writes it, as 1m30s. */
function seconds(duration: string): number {
  const units: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  return [...duration.matchAll(/(\d+)(ms|h|m|s)/g)].reduce((sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? 0), 0);
}
