import { openPorts } from "ha-registry-policy-aws/dist/security/open-ports";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const rule = (properties: Record<string, unknown>) => [
  resource("securityGroupIngressRule", { ipProtocol: "tcp", fromPort: 5000, toPort: 5000, ...properties }),
];
const group = (ingress: Record<string, unknown>) => [resource("securityGroup", { ingress: [ingress] })];

testPolicy(openPorts, {
  compliant: [
    { what: "the load balancer's port", plan: rule({ cidrIpv4: "0.0.0.0/0", fromPort: 443, toPort: 443 }) },
    { what: "a network", plan: rule({ cidrIpv4: "203.0.113.0/24" }) },
    { what: "a security group", plan: rule({ referencedSecurityGroupId: "sg-1" }) },
    {
      what: "the way out",
      plan: [resource("securityGroupRule", { type: "egress", protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] })],
    },
  ],
  violating: [
    { what: "another port", plan: rule({ cidrIpv4: "0.0.0.0/0" }), reports: [/^box: opens port 5000 to the world/] },
    { what: "over IPv6", plan: rule({ cidrIpv6: "::/0" }), reports: [/port 5000/] },
    {
      what: "all",
      plan: rule({ cidrIpv4: "0.0.0.0/0", ipProtocol: "-1", fromPort: undefined, toPort: undefined }),
      reports: [/opens every port/],
    },
    {
      what: "a range",
      plan: group({ protocol: "tcp", fromPort: 440, toPort: 450, cidrBlocks: ["0.0.0.0/0"] }),
      reports: [/opens ports 440 to 450/],
    },
    {
      what: "an older kind of rule",
      plan: [resource("securityGroupRule", { type: "ingress", protocol: "tcp", fromPort: 22, toPort: 22, ipv6CidrBlocks: ["::/0"] })],
      reports: [/opens port 22/],
    },
  ],
  undefinedProperty: [
    { what: "no rules", plan: [resource("securityGroup")] },
    { what: "not known yet", plan: rule({ cidrIpv4: unknown }) },
  ],
  configured: [
    { what: "another port", plan: rule({ cidrIpv4: "0.0.0.0/0" }), configuration: { allowedPorts: [5000] } },
    {
      what: "none",
      plan: rule({ cidrIpv4: "0.0.0.0/0", fromPort: 443, toPort: 443 }),
      configuration: { allowedPorts: [] },
      reports: [/port 443/],
    },
  ],
});
