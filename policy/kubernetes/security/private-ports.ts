import { mlps, PolicyGroup, privatePortPurposes, type CommonSettings } from "ha-registry-policy-common";
import { objectPolicy } from "../object-policy";
import { types } from "../objects";

interface Settings extends CommonSettings {
  ports: number[];
}

interface ServiceSpec {
  externalIPs?: string[];
  ports?: { port?: number; targetPort?: number | string }[];
  type?: string;
}

/** Names that this library and others give to such ports of containers. */
const names: Readonly<Record<string, number>> = { redis: 6379, sentinel: 26379, debug: 5001 };

/** Ports that clients do not need: MLPS 8.1.4.4. */
export const privatePorts = objectPolicy<ServiceSpec, Settings>(
  {
    name: "private-ports",
    group: PolicyGroup.Security,
    description: "Ports for debugging, metrics, store and cache are not open outside the cluster.",
    reason:
      "A NodePort is open on every host, and a LoadBalancer often to the world. The registry's debug port serves profiles of its memory, and Redis and stores that stood open have been emptied and held to ransom for years.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Give such a Service the type ClusterIP, without `externalIPs`: pods reach each other inside the cluster.",
    controls: [mlps("8.1.4.4")],
    configuration: {
      ports: {
        type: "array",
        items: { type: "integer" },
        description: "Ports that are private",
        default: Object.keys(privatePortPurposes).map(Number),
      },
    },
  },
  types.service,
  ({ properties: { spec = {} } }, settings) => {
    const { type = "ClusterIP", externalIPs = [], ports = [] } = spec;
    if (type !== "NodePort" && type !== "LoadBalancer" && externalIPs.length === 0) return [];
    return ports.flatMap(({ port = 0, targetPort = port }) => {
      const number = typeof targetPort === "string" ? (names[targetPort] ?? Number(targetPort)) : targetPort;
      const open = [number, port].find((each) => settings.ports.includes(each));
      if (open === undefined) return [];
      const purpose = privatePortPurposes[open] === undefined ? "" : ` (${privatePortPurposes[open]})`;
      return [`opens port ${open}${purpose} outside the cluster: give the Service the type ClusterIP`];
    });
  },
);
