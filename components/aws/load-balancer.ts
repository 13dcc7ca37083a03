import { Listener } from "@pulumi/aws/lb/listener";
import { LoadBalancer as NetworkLoadBalancer } from "@pulumi/aws/lb/loadBalancer";
import { TargetGroup } from "@pulumi/aws/lb/targetGroup";
import * as pulumi from "@pulumi/pulumi";
import { ports } from "ha-registry-core";
import type { AwsTopology } from "ha-registry-core";
import { regional, shortName } from "./resources";

/** Arguments of `LoadBalancer`. */
export interface LoadBalancerArgs {
  /** The resolved registry. */
  topology: AwsTopology;
  /** VPC of the registry. */
  vpcId: pulumi.Input<string>;
  /** Subnets in which it has addresses. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Security group that lets clients in. */
  securityGroupId: pulumi.Input<string>;
  /** ARN of the certificate that clients see. */
  certificateArn: pulumi.Input<string>;
}

const part = "balancer";

/** Longest name of a load balancer, and of a group of targets. */
const mostCharacters = 32;

/**
 * The load balancer: a Network Load Balancer, which has an address in every zone and no bound on what passes through it. It ends TLS, and speaks TLS with the HAProxy of
 * each task, which limits, logs and refuses requests; it is told the client's address by the PROXY protocol.
 */
export class LoadBalancer extends pulumi.ComponentResource {
  /** `https://host:port`. */
  readonly endpoint: pulumi.Output<string>;
  /** DNS name that AWS has given it. */
  readonly dnsName: pulumi.Output<string>;
  /** Zone in which AWS keeps that name. */
  readonly zoneId: pulumi.Output<string>;
  /** ARN of the group of tasks that it hands on to; known when it does. */
  readonly targetGroupArn: pulumi.Output<string>;
  /** How CloudWatch calls it. */
  readonly metricName: pulumi.Output<string>;
  /** How CloudWatch calls the group of tasks. */
  readonly targetMetricName: pulumi.Output<string>;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-aws:index:LoadBalancer", name, {}, opts);
    const { topology } = args;
    const { loadBalancer, nodes, node } = topology;
    const child = { parent: this };
    const place = regional(topology, part);

    const balancer = new NetworkLoadBalancer(
      name,
      {
        ...place,
        ...shortName(name, mostCharacters),
        loadBalancerType: "network",
        internal: !loadBalancer.internetFacing,
        subnets: args.subnetIds,
        securityGroups: [args.securityGroupId],
        enableCrossZoneLoadBalancing: true, // a zone with fewer tasks gets no more than its share
        enableDeletionProtection: topology.dataProtection,
        enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: "on",
        ...(loadBalancer.accessLogsBucket === undefined
          ? {}
          : { accessLogs: { enabled: true, bucket: loadBalancer.accessLogsBucket, prefix: topology.name } }),
      },
      child,
    );
    const targets = new TargetGroup(
      name,
      {
        ...place,
        ...shortName(name, mostCharacters),
        targetType: "ip",
        vpcId: args.vpcId,
        port: nodes.balancerPort,
        protocol: "TLS",
        proxyProtocolV2: true,
        // A task that is to go gets no new connections, and those under way have this long to end. Only then is it told to stop.
        deregistrationDelay: node.drainSeconds,
        healthCheck: {
          port: `${ports.statistics}`,
          protocol: "HTTP",
          path: "/healthz",
          interval: 5,
          timeout: 3,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
        },
      },
      child,
    );
    const listener = new Listener(
      name,
      {
        ...place,
        loadBalancerArn: balancer.arn,
        port: loadBalancer.port,
        protocol: "TLS",
        sslPolicy: loadBalancer.securityPolicy,
        certificateArn: args.certificateArn,
        alpnPolicy: "HTTP1Only", // HAProxy speaks nothing else: see its `bind`
        defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
      },
      child,
    );
    this.endpoint = pulumi.output(topology.endpoint);
    this.dnsName = balancer.dnsName;
    this.zoneId = balancer.zoneId;
    // Tasks can join a group only when a load balancer has it.
    this.targetGroupArn = pulumi.all([targets.arn, listener.arn]).apply(([arn]) => arn);
    this.metricName = balancer.arnSuffix;
    this.targetMetricName = targets.arnSuffix;
    this.registerOutputs({ endpoint: this.endpoint, dnsName: this.dnsName, zoneId: this.zoneId });
  }
}
