import { Route } from "@pulumi/aws/ec2/route";
import { VpcPeeringConnection } from "@pulumi/aws/ec2/vpcPeeringConnection";
import { VpcPeeringConnectionAccepter } from "@pulumi/aws/ec2/vpcPeeringConnectionAccepter";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsTopology } from "ha-registry-core";
import type { Network } from "./network";
import { regional } from "./resources";

/** One end of a peering. */
export interface PeeringEnd {
  /** The resolved region. */
  topology: AwsTopology;
  /** Its network. */
  network: Network;
}

/**
 * Joins the networks of two regions, so that nodes of one reach the load balancer of the other by private addresses, encrypted by AWS on the way. Security groups say who
 * may use that.
 */
export function joinNetworks(name: string, requester: PeeringEnd, accepter: PeeringEnd, child: pulumi.CustomResourceOptions): void {
  const connection = new VpcPeeringConnection(
    name,
    {
      ...regional(requester.topology, "peering"),
      vpcId: requester.network.vpcId,
      peerVpcId: accepter.network.vpcId,
      peerRegion: accepter.topology.region,
      autoAccept: false, // across regions the other end has to accept
    },
    child,
  );
  const accepted = new VpcPeeringConnectionAccepter(
    name,
    { ...regional(accepter.topology, "peering"), vpcPeeringConnectionId: connection.id, autoAccept: true },
    child,
  );
  routeTo(name, requester, accepter, accepted, child);
  routeTo(name, accepter, requester, accepted, child);
}

function routeTo(
  name: string,
  { topology, network }: PeeringEnd,
  other: PeeringEnd,
  { id }: VpcPeeringConnectionAccepter,
  child: pulumi.CustomResourceOptions,
): void {
  for (const [index, { letter }] of (topology.network.made?.zones ?? []).entries())
    for (const cidr of other.topology.network.cidrs)
      new Route(
        `${name}-from-${topology.region}-${letter}`,
        {
          region: topology.region,
          routeTableId: network.privateRouteTableIds.apply((ids) => ids[index] ?? ""),
          destinationCidrBlock: cidr,
          vpcPeeringConnectionId: id, // usable once it is accepted
        },
        child,
      );
}
