import { Zone } from "@pulumi/aws/route53/zone";
import * as pulumi from "@pulumi/pulumi";
import type { AwsTopology } from "ha-registry-core";
import { tagsOf } from "./resources";

/** A network in which a private zone is known. */
export interface ZoneNetwork {
  /** Region. */
  region: string;
  /** ID of the VPC. */
  vpcId: pulumi.Input<string>;
}

/** Arguments of `DnsZone`. */
export interface DnsZoneArgs {
  /** The resolved registry. */
  topology: AwsTopology;
  /** Networks in which a private zone is known. */
  networks: ZoneNetwork[];
}

/** The zone in which the registry's name is told. One that is there already is taken as it is. */
export class DnsZone extends pulumi.ComponentResource {
  /** ID of the hosted zone. */
  readonly zoneId: pulumi.Output<string>;
  /** Name servers, to which the domain above has to delegate a zone that was made; empty for one that was there. */
  readonly nameServers: pulumi.Output<string[]>;

  constructor(name: string, args: DnsZoneArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-aws:index:DnsZone", name, {}, opts);
    const { topology, networks } = args;
    const { dns } = topology;
    if (dns === undefined) throw new Error("there is no zone to tell a name in");
    if (dns.hostedZoneId === undefined) {
      const zone = new Zone(
        name,
        {
          name: dns.zoneName,
          comment: `Names of the registry ${topology.name}`,
          tags: tagsOf(topology, "dns"),
          ...(dns.privateZone ? { vpcs: networks.map(({ region, vpcId }) => ({ vpcId, vpcRegion: region })) } : {}),
        },
        { parent: this, protect: topology.dataProtection },
      );
      this.zoneId = zone.zoneId;
      this.nameServers = zone.nameServers;
    } else {
      this.zoneId = pulumi.output(dns.hostedZoneId);
      this.nameServers = pulumi.output<string[]>([]);
    }
    this.registerOutputs({ zoneId: this.zoneId, nameServers: this.nameServers });
  }
}
