import { mlps, PolicyGroup, securityHub, type CommonSettings } from "ha-registry-policy-common";
import { isEverywhere, portsText, ruleKinds, rulesOf } from "../addresses";
import { awsPolicy } from "../aws-policy";

interface Settings extends CommonSettings {
  allowedPorts: number[];
}

/** Ports that are open to the world: AWS Security Hub EC2.18 and EC2.19. */
export const openPorts = awsPolicy<object, Settings>(
  {
    name: "open-ports",
    group: PolicyGroup.Security,
    description: "The world reaches the load balancer's port alone, and nothing else.",
    reason:
      "Every address of AWS is tried within minutes, every port of it within a day; what answers is found by its version as soon as a hole is known.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Name the networks of clients, or another security group (`referencedSecurityGroupId`), instead of 0.0.0.0/0 and ::/0.",
    controls: [securityHub("EC2.18"), securityHub("EC2.19"), mlps("8.1.4.4")],
    configuration: {
      allowedPorts: { type: "array", items: { type: "integer" }, description: "Ports that may be open to the world", default: [443] },
    },
  },
  ruleKinds("ingress"),
  (resource, { allowedPorts }) =>
    rulesOf(resource, "ingress").flatMap((rule) => {
      const [first, last] = rule.ports;
      if (!rule.ranges.some(isEverywhere) || (first === last && allowedPorts.includes(first))) return [];
      return [`opens ${portsText(rule)} to the world: name the networks of clients`];
    }),
);
