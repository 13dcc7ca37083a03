import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import { BucketReplicationConfig } from "@pulumi/aws/s3/bucketReplicationConfig";
import type * as inputs from "@pulumi/aws/types/input";
import * as pulumi from "@pulumi/pulumi";
import { renderReplicationAssumePolicy, renderReplicationPolicy } from "ha-registry-core";
import type { AwsTopology, ReplicatedBucket } from "ha-registry-core";
import { shortName, tagsOf } from "./resources";

/** A bucket that is copied, or gets copies. */
export interface CopyPlace {
  /** Region. */
  region: string;
  /** ARN of the bucket. */
  bucketArn: pulumi.Input<string>;
  /** ARN of the key that its objects are encrypted with. */
  keyArn: pulumi.Input<string>;
}

/** Arguments of `Replication`. */
export interface ReplicationArgs {
  /** The resolved region whose bucket is copied. */
  topology: AwsTopology;
  /** Account of the registry. */
  accountId: pulumi.Input<string>;
  /** Name of the bucket. */
  bucket: pulumi.Input<string>;
  /** The bucket. */
  from: CopyPlace;
  /** Where its copies go. */
  to: CopyPlace[];
  /** Whether it is home's: then removals are copied, too, and S3 promises that copies arrive within 15 minutes. */
  fromHome: boolean;
}

/** Within how many minutes S3 promises that copies arrive (S3 Replication Time Control); there is no other number. */
const promisedMinutes = 15;

/** What S3 copies from a region's bucket to others', encrypted anew with the key of each, by a role that may do exactly that. */
export class Replication extends pulumi.ComponentResource {
  /** ARN of the role. */
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: ReplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-aws:index:Replication", name, {}, opts);
    const { topology, from, to, fromHome } = args;
    const child = { parent: this };
    const role = new Role(
      name,
      {
        ...shortName(name, 64),
        tags: tagsOf(topology, "replication"),
        assumeRolePolicy: pulumi
          .all([from.bucketArn, args.accountId])
          .apply(([bucketArn, account]) => renderReplicationAssumePolicy(bucketArn, account)),
      },
      child,
    );
    const places = pulumi.all([known(from), pulumi.all(to.map(known))]);
    const policy = new RolePolicy(
      name,
      { role: role.name, policy: places.apply(([source, targets]) => renderReplicationPolicy(source, targets, fromHome)) },
      child,
    );
    new BucketReplicationConfig(
      name,
      { region: topology.region, bucket: args.bucket, role: role.arn, rules: to.map((place, index) => rule(place, index, fromHome)) },
      { ...child, dependsOn: [policy] },
    );
    this.roleArn = role.arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}

function known({ region, bucketArn, keyArn }: CopyPlace): pulumi.Output<ReplicatedBucket> {
  return pulumi.output({ region, bucketArn, keyArn });
}

/**
 * One rule for each region that gets copies. That changes of copies are not copied back (replica modifications) is what S3 does unasked. Priorities decide between rules for
 * one bucket only, yet S3 wants them to differ.
 */
function rule({ region, bucketArn, keyArn }: CopyPlace, index: number, fromHome: boolean): inputs.s3.BucketReplicationConfigRule {
  return {
    id: region,
    priority: index,
    status: "Enabled",
    filter: { prefix: "" },
    deleteMarkerReplication: { status: fromHome ? "Enabled" : "Disabled" },
    sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
    destination: {
      bucket: bucketArn,
      encryptionConfiguration: { replicaKmsKeyId: keyArn },
      ...(fromHome
        ? {
            replicationTime: { status: "Enabled", time: { minutes: promisedMinutes } },
            metrics: { status: "Enabled", eventThreshold: { minutes: promisedMinutes } },
          }
        : {}),
    },
  };
}
