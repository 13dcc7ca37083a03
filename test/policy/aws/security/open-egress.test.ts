import { openEgress } from "ha-registry-policy-aws/dist/security/open-egress";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const rule = (properties: Record<string, unknown>) => [
  resource("securityGroupEgressRule", { ipProtocol: "-1", cidrIpv4: "0.0.0.0/0", ...properties }),
];

testPolicy(openEgress, {
  compliant: [
    { what: "a port", plan: rule({ ipProtocol: "tcp", fromPort: 443, toPort: 443 }) },
    { what: "a network", plan: rule({ cidrIpv4: "10.64.0.0/16" }) },
    {
      what: "the way in",
      plan: [resource("securityGroup", { ingress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }] })],
    },
  ],
  violating: [
    { what: "everything", plan: rule({}), reports: [/^box: lets everything out/] },
    { what: "every port", plan: rule({ ipProtocol: "tcp", fromPort: 0, toPort: 65_535 }), reports: [/^box: /] },
    {
      what: "by the group itself",
      plan: [resource("securityGroup", { egress: [{ protocol: "-1", fromPort: 0, toPort: 0, ipv6CidrBlocks: ["::/0"] }] })],
      reports: [/^box: /],
    },
  ],
  undefinedProperty: [
    { what: "no rules", plan: [resource("securityGroup")] },
    { what: "not known yet", plan: rule({ cidrIpv4: unknown }) },
  ],
});
