import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule";
import * as pulumi from "@pulumi/pulumi";
import { AccessMode, ports } from "ha-registry-core";
import type { AwsTopology } from "ha-registry-core";
import { makeLogins } from "ha-registry-core/pulumi";
import { regional, tagsOf } from "./resources";

/** Arguments of `Access`. */
export interface AccessArgs {
  /** The resolved registry. */
  topology: AwsTopology;
  /** VPC of the registry. */
  vpcId: pulumi.Input<string>;
  /** Passwords by user, secrets; a user without one gets a generated password of 32 characters. @default - all generated */
  passwords?: Record<string, pulumi.Input<string>>;
  /** The registry's password file, a secret, where it is made elsewhere, for several regions. @default - it is made here */
  htpasswd?: pulumi.Input<string>;
}

/** Who may come in: the users and their passwords, and which part may speak with which. */
export class Access extends pulumi.ComponentResource {
  /** Passwords by user, secret; none where nobody logs in by password. */
  readonly passwords: pulumi.Output<Record<string, string>>;
  /** The registry's password file, secret; empty where nobody logs in by password. */
  readonly htpasswd: pulumi.Output<string>;
  /** Account of the registry. */
  readonly accountId: pulumi.Output<string>;
  /** Security group of the load balancer. */
  readonly balancerSecurityGroupId: pulumi.Output<string>;
  /** Security group of the nodes. */
  readonly nodesSecurityGroupId: pulumi.Output<string>;
  /** Security group of Redis; empty where there is none of the registry's own. */
  readonly redisSecurityGroupId: pulumi.Output<string>;

  constructor(name: string, args: AccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-aws:index:Access", name, {}, opts);
    const { topology, vpcId } = args;
    if (topology.access.mode === AccessMode.Htpasswd && args.htpasswd === undefined) {
      const { passwords, htpasswd } = makeLogins(name, topology.access.users, args.passwords ?? {}, this);
      this.passwords = passwords;
      this.htpasswd = htpasswd;
    } else {
      this.passwords = pulumi.output<Record<string, string>>({});
      this.htpasswd = pulumi.secret(args.htpasswd ?? "");
    }
    const groups = makeGroups(name, topology, vpcId, { parent: this });
    this.accountId = groups.nodes.ownerId;
    this.balancerSecurityGroupId = groups.balancer.id;
    this.nodesSecurityGroupId = groups.nodes.id;
    this.redisSecurityGroupId = groups.redis?.id ?? pulumi.output("");
    this.registerOutputs({
      accountId: this.accountId,
      balancerSecurityGroupId: this.balancerSecurityGroupId,
      nodesSecurityGroupId: this.nodesSecurityGroupId,
      redisSecurityGroupId: this.redisSecurityGroupId,
    });
  }
}

/**
 * Clients reach the load balancer, from the networks that may; it reaches nodes; they reach Redis, and AWS and whatever else they are told of outside, by TLS. Nothing
 * else is open, and nobody reaches a registry or its metrics past HAProxy.
 */
function makeGroups(name: string, topology: AwsTopology, vpcId: pulumi.Input<string>, child: pulumi.CustomResourceOptions) {
  const { loadBalancer, nodes: tasks, redis: cache } = topology;
  const group = (part: string, description: string): SecurityGroup =>
    new SecurityGroup(`${name}-${part}`, { ...regional(topology, part), vpcId, description: `${topology.name}: ${description}` }, child);
  const balancer = group("balancer", "load balancer");
  const nodes = group("nodes", "registry nodes");
  const redis = cache.own ? group("redis", "cache of blob descriptors") : undefined;
  const rules = new Rules(name, topology, child);

  for (const range of loadBalancer.admittedRanges) rules.admitRange("balancer", balancer, range, loadBalancer.port);
  rules.connect("balancer", balancer, "nodes", nodes, tasks.balancerPort);
  rules.connect("balancer", balancer, "nodes", nodes, ports.statistics, "-health");
  if (redis !== undefined) rules.connect("nodes", nodes, "redis", redis, ports.redis);
  for (const port of outsidePorts(topology)) rules.letOut("nodes", nodes, port);
  return { balancer, nodes, redis };
}

/** AWS itself and most of what else there is answers at 443; a Redis of the user's own, a collector of traces and the region that is home say where they do. */
function outsidePorts({ redis, node, home }: AwsTopology): number[] {
  const redisPorts = redis.enabled && redis.external ? redis.addresses.map((address) => Number(address.split(":").at(-1))) : [];
  const tracing = node.tracingEndpoint === undefined ? [] : [portOf(node.tracingEndpoint)];
  return [...new Set([443, ...redisPorts, ...tracing, ...(home === undefined ? [] : [home.port])])].sort((a, b) => a - b);
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}

class Rules {
  constructor(
    private readonly name: string,
    private readonly topology: AwsTopology,
    private readonly child: pulumi.CustomResourceOptions,
  ) {}

  /** Lets a network in at a port. */
  admitRange(part: string, group: SecurityGroup, range: string, port: number): void {
    const address = range.includes(":") ? { cidrIpv6: range } : { cidrIpv4: range };
    new SecurityGroupIngressRule(`${this.name}-${part}-from-${range}`, { ...this.rule(part, group, port), ...address }, this.child);
  }

  /** Lets one part reach another at a port; `suffix` tells two such ways apart. */
  connect(from: string, source: SecurityGroup, to: string, target: SecurityGroup, port: number, suffix = ""): void {
    new SecurityGroupEgressRule(
      `${this.name}-${from}-to-${to}${suffix}`,
      { ...this.rule(from, source, port), referencedSecurityGroupId: target.id },
      this.child,
    );
    new SecurityGroupIngressRule(
      `${this.name}-${to}-from-${from}${suffix}`,
      { ...this.rule(to, target, port), referencedSecurityGroupId: source.id },
      this.child,
    );
  }

  /** Lets a part reach everything at a port. */
  letOut(part: string, group: SecurityGroup, port: number): void {
    new SecurityGroupEgressRule(`${this.name}-${part}-to-${port}`, { ...this.rule(part, group, port), cidrIpv4: "0.0.0.0/0" }, this.child);
  }

  private rule(part: string, { id }: SecurityGroup, port: number) {
    const { region } = this.topology;
    return { region, tags: tagsOf(this.topology, part), securityGroupId: id, ipProtocol: "tcp", fromPort: port, toPort: port };
  }
}
