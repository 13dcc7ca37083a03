import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import { VpcEndpoint } from "@pulumi/aws/ec2/vpcEndpoint";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule";
import * as pulumi from "@pulumi/pulumi";
import { endpointService, renderEndpointPolicy, renderLayersPolicy } from "ha-registry-core";
import type { EcrNetworkTopology, EcrTopology } from "ha-registry-core";
import { ecrTags } from "./ecr-parts";

/** Arguments of `EcrEndpoints`. */
export interface EcrEndpointsArgs {
  /** The resolved registry. */
  topology: EcrTopology;
  /** The network that gets them. */
  network: EcrNetworkTopology;
  /** Account of the registry. */
  accountId: pulumi.Input<string>;
}

const part = "endpoints";

/** Ways to ECR that do not lead through the Internet: for its API, for its registry, and to S3, where layers are. */
export class EcrEndpoints extends pulumi.ComponentResource {
  constructor(name: string, args: EcrEndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-aws:index:EcrEndpoints", name, {}, opts);
    const { topology, network, accountId } = args;
    const { region } = topology;
    const { vpcId, privateSubnetIds, routeTableIds } = network;
    const child = { parent: this };

    const group = new SecurityGroup(
      name,
      { region, vpcId, description: `Endpoints of the registry ${topology.name}`, tags: ecrTags(topology, part, name) },
      child,
    );
    for (const cidr of network.cidrs)
      new SecurityGroupIngressRule(
        `${name}-${cidr}`,
        {
          region,
          securityGroupId: group.id,
          description: "HTTPS from the network",
          ...(cidr.includes(":") ? { cidrIpv6: cidr } : { cidrIpv4: cidr }),
          ipProtocol: "tcp",
          fromPort: 443,
          toPort: 443,
          tags: ecrTags(topology, part),
        },
        child,
      );
    for (const service of ["api", "dkr"])
      new VpcEndpoint(
        `${name}-${service}`,
        {
          region,
          vpcId,
          serviceName: endpointService(region, `ecr.${service}`),
          vpcEndpointType: "Interface",
          subnetIds: privateSubnetIds,
          securityGroupIds: [group.id],
          privateDnsEnabled: true,
          policy: pulumi.output(accountId).apply((account) => renderEndpointPolicy(topology, account)),
          tags: ecrTags(topology, part, `${name}-${service}`),
        },
        child,
      );
    if (routeTableIds.length > 0)
      new VpcEndpoint(
        `${name}-s3`,
        {
          region,
          vpcId,
          serviceName: endpointService(region, "s3"),
          vpcEndpointType: "Gateway",
          routeTableIds,
          policy: renderLayersPolicy(topology, network),
          tags: ecrTags(topology, part, `${name}-s3`),
        },
        child,
      );
    this.registerOutputs({});
  }
}
