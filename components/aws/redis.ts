import { ParameterGroup } from "@pulumi/aws/elasticache/parameterGroup";
import { ReplicationGroup } from "@pulumi/aws/elasticache/replicationGroup";
import { SubnetGroup } from "@pulumi/aws/elasticache/subnetGroup";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { ports } from "ha-registry-core";
import type { AwsTopology } from "ha-registry-core";
import { regional, shortName } from "./resources";

/** Arguments of `Redis`. */
export interface RedisArgs {
  /** The resolved registry. */
  topology: AwsTopology;
  /** Subnets in which servers may be. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Security group that lets nodes in. */
  securityGroupId: pulumi.Input<string>;
  /** ARN of the key that what is kept is encrypted with. */
  keyArn: pulumi.Input<string>;
}

/** Minor version of Valkey that ElastiCache has, the same as of the library's image. */
const engineVersion = "8.1";

/**
 * The cache of blob descriptors: ElastiCache for Valkey, a primary and replicas in several zones, with TLS and a password. It is no cluster: nodes know one name, which is
 * always the primary's, and a single name of a cluster would be taken for one server by them.
 */
export class Redis extends pulumi.ComponentResource {
  /** `host:port` of the primary, whichever server that is. */
  readonly address: pulumi.Output<string>;
  /** ID of the group of servers. */
  readonly groupId: pulumi.Output<string>;
  /** Password, secret. */
  readonly password: pulumi.Output<string>;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-aws:index:Redis", name, {}, opts);
    const { topology } = args;
    const { redis } = topology;
    const child = { parent: this };
    const place = regional(topology, "redis");

    this.password = new random.RandomPassword(name, { length: 64, special: false }, child).result;
    const subnets = new SubnetGroup(name, { ...place, subnetIds: args.subnetIds }, child);
    // The default would keep what has no time to live, and all that the registry puts there has none: a full cache would take nothing more.
    const parameters = new ParameterGroup(
      name,
      { ...place, family: "valkey8", parameters: [{ name: "maxmemory-policy", value: "allkeys-lru" }] },
      child,
    );
    const group = new ReplicationGroup(
      name,
      {
        ...place,
        ...replicationGroupId(name),
        description: `Blob descriptors of the registry ${topology.name}`,
        engine: "valkey",
        engineVersion,
        nodeType: redis.nodeType,
        numCacheClusters: redis.count,
        automaticFailoverEnabled: redis.count > 1,
        multiAzEnabled: redis.count > 1,
        port: ports.redis,
        parameterGroupName: parameters.name,
        subnetGroupName: subnets.name,
        securityGroupIds: [args.securityGroupId],
        transitEncryptionEnabled: true,
        atRestEncryptionEnabled: true,
        kmsKeyId: args.keyArn,
        authToken: this.password,
        authTokenUpdateStrategy: "ROTATE", // the old one stays good until nodes know the new one
        applyImmediately: true, // it is a cache: nothing has to wait for a night
        autoMinorVersionUpgrade: true,
      },
      child,
    );
    this.address = pulumi.interpolate`${group.primaryEndpointAddress}:${ports.redis}`;
    this.groupId = group.id;
    this.registerOutputs({ address: this.address, groupId: this.groupId });
  }
}

function replicationGroupId(name: string): { replicationGroupId?: string } {
  const short = shortName(name, 40).name;
  return short === undefined ? {} : { replicationGroupId: short };
}
