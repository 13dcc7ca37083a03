import { cis, guides, mlps, PolicyGroup, privatePortPurposes, type CommonSettings } from "ha-registry-policy-common";
import { isOnAllAddresses } from "../container";
import { containerPolicy } from "../container-policy";

interface Settings extends CommonSettings {
  ports: number[];
}

/** Ports that clients do not need: CIS Docker 5.14. */
export const privatePorts = containerPolicy<Settings>(
  {
    name: "private-ports",
    group: PolicyGroup.Security,
    description: "Ports for debugging, metrics, store and cache are not open on all addresses of a host.",
    reason:
      "Docker opens published ports past the host's firewall. The registry's debug port serves profiles of its memory, and Redis and stores that stood open have been emptied and held to ransom for years.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: 'Leave the port out of `ports`: containers reach each other in their network. Else set `ip`, as "127.0.0.1" or an inner address.',
    controls: [cis("5.14"), mlps("8.1.4.4"), guides("metrics on 5001")],
    configuration: {
      ports: {
        type: "array",
        items: { type: "integer" },
        description: "Ports inside containers that are private",
        default: Object.keys(privatePortPurposes).map(Number),
      },
    },
  },
  (container, { ports }) =>
    (container.properties.ports ?? [])
      .filter(({ internal, ip }) => internal !== undefined && ports.includes(internal) && isOnAllAddresses(ip))
      .map(({ internal = 0 }) => {
        const purpose = privatePortPurposes[internal] === undefined ? "" : ` (${privatePortPurposes[internal]})`;
        return `opens port ${internal}${purpose} on all addresses: leave it out of \`ports\`, or set \`ip\` to 127.0.0.1 or an inner address`;
      }),
);
