import { mlps, PolicyGroup, securityHub } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

interface Addressed {
  associatePublicIpAddress?: boolean | string;
  mapPublicIpOnLaunch?: boolean;
  networkConfiguration?: { assignPublicIp?: boolean };
  networkInterfaces?: { associatePublicIpAddress?: boolean | string }[];
}

/** Nodes that the world reaches: AWS Security Hub EC2.9, EC2.15, EC2.25 and ECS.2. */
export const publicAddresses = awsPolicy<Addressed>(
  {
    name: "public-addresses",
    group: PolicyGroup.Security,
    description: "Nodes have no public addresses, and no subnet gives any by itself.",
    reason: "A node with a public address is one rule of a security group away from the world, past load balancer, limits and logs.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Put nodes into private subnets; leave out `assignPublicIp`, `mapPublicIpOnLaunch` and `associatePublicIpAddress`. Load balancers and NAT gateways need none of these.",
    controls: [securityHub("EC2.9"), securityHub("EC2.15"), securityHub("EC2.25"), securityHub("ECS.2"), mlps("8.1.4.4")],
  },
  [...types.service, ...types.subnet, ...types.launchTemplate, ...types.instance],
  ({ properties: { associatePublicIpAddress, mapPublicIpOnLaunch, networkConfiguration, networkInterfaces = [] } }) => {
    const interfaces = [associatePublicIpAddress, ...networkInterfaces.map((each) => each.associatePublicIpAddress)];
    return [
      ...(networkConfiguration?.assignPublicIp === true
        ? ["gives its tasks public addresses: leave out `assignPublicIp`, and use private subnets"]
        : []),
      ...(mapPublicIpOnLaunch === true ? ["gives everything in it a public address: leave out `mapPublicIpOnLaunch`"] : []),
      ...(interfaces.some((each) => String(each) === "true") ? ["gives hosts public addresses: leave out `associatePublicIpAddress`"] : []),
    ];
  },
);
