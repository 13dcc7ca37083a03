import { privatePorts } from "ha-registry-policy-aws/dist/security/private-ports";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const rule = (properties: Record<string, unknown>) => [
  resource("securityGroupIngressRule", { ipProtocol: "tcp", fromPort: 6379, toPort: 6379, ...properties }),
];

testPolicy(privatePorts, {
  compliant: [
    { what: "a security group", plan: rule({ referencedSecurityGroupId: "sg-1" }) },
    {
      what: "networks inside",
      plan: [...rule({ cidrIpv4: "10.64.0.0/16" }), ...rule({ cidrIpv4: "172.31.0.0/16" }), ...rule({ cidrIpv6: "fd00::/8" })],
    },
    { what: "another port", plan: rule({ cidrIpv4: "203.0.113.0/24", fromPort: 443, toPort: 443 }) },
  ],
  violating: [
    {
      what: "a network outside",
      plan: rule({ cidrIpv4: "203.0.113.0/24" }),
      reports: [/^box: opens port 6379, and with it 6379 \(Redis\), to 203\.0\.113\.0\/24/],
    },
    { what: "more than what is inside", plan: rule({ cidrIpv4: "172.0.0.0/8" }), reports: [/to 172\.0\.0\.0\/8/] },
    {
      what: "among others",
      plan: rule({ cidrIpv4: "0.0.0.0/0", fromPort: 5000, toPort: 5010 }),
      reports: [/opens ports 5000 to 5010, and with it 5001/],
    },
    { what: "over IPv6", plan: rule({ cidrIpv6: "2001:db8::/32" }), reports: [/to 2001:db8::/] },
  ],
  undefinedProperty: [
    { what: "no rules", plan: [resource("securityGroup")] },
    { what: "not known yet", plan: rule({ cidrIpv4: unknown }) },
  ],
  configured: [{ what: "another port", plan: rule({ cidrIpv4: "203.0.113.0/24" }), configuration: { ports: [5001] } }],
});
