import { mlps, PolicyGroup, privatePortPurposes, type CommonSettings } from "ha-registry-policy-common";
import { isInside, portsText, ruleKinds, rulesOf } from "../addresses";
import { awsPolicy } from "../aws-policy";

interface Settings extends CommonSettings {
  ports: number[];
}

/** Ports that clients do not need: MLPS 8.1.4.4. */
export const privatePorts = awsPolicy<object, Settings>(
  {
    name: "private-ports",
    group: PolicyGroup.Security,
    description: "Ports for debugging, metrics and cache are open to addresses inside alone.",
    reason:
      "The registry's debug port serves profiles of its memory, and caches that stood open have been emptied and held to ransom for years: no network outside needs any of them.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Name the security group of what needs the port (`referencedSecurityGroupId`), or networks of the VPC.",
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
  ruleKinds("ingress"),
  (resource, settings) =>
    rulesOf(resource, "ingress").flatMap((rule) => {
      const [first, last] = rule.ports;
      const port = settings.ports.find((each) => first <= each && each <= last);
      const outside = rule.ranges.find((range) => !isInside(range));
      if (port === undefined || outside === undefined) return [];
      const purpose = privatePortPurposes[port] === undefined ? "" : ` (${privatePortPurposes[port]})`;
      return [`opens ${portsText(rule)}, and with it ${port}${purpose}, to ${outside}: name a security group, or networks inside`];
    }),
);
