import { Record as DnsRecord } from "@pulumi/aws/route53/record";
import * as pulumi from "@pulumi/pulumi";
import type { AwsTopology } from "ha-registry-core";

/** Arguments of `Dns`. */
export interface DnsArgs {
  /** The resolved registry. */
  topology: AwsTopology;
  /** ID of the hosted zone. */
  zoneId: pulumi.Input<string>;
  /** DNS name of the load balancer. */
  balancerDnsName: pulumi.Input<string>;
  /** Zone in which AWS keeps that name. */
  balancerZoneId: pulumi.Input<string>;
}

/** The registry's name: an alias of the load balancer, whose answers AWS keeps for 60 seconds and gives for nothing. A zone that is lost is taken out of them. */
export class Dns extends pulumi.ComponentResource {
  /** The name. */
  readonly hostname: pulumi.Output<string>;

  constructor(name: string, args: DnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-aws:index:Dns", name, {}, opts);
    const { topology, zoneId, balancerDnsName, balancerZoneId } = args;
    const record = new DnsRecord(
      name,
      {
        zoneId,
        name: topology.hostname,
        type: "A",
        aliases: [{ name: balancerDnsName, zoneId: balancerZoneId, evaluateTargetHealth: true }],
      },
      { parent: this },
    );
    this.hostname = record.fqdn;
    this.registerOutputs({ hostname: this.hostname });
  }
}
