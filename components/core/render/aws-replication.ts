import { partitionOf } from "../aws-regions";
import { document } from "./aws-policies";

/** A bucket and the key of it. */
export interface ReplicatedBucket {
  /** Region. */
  region: string;
  /** ARN of the bucket. */
  bucketArn: string;
  /** ARN of the key that its objects are encrypted with. */
  keyArn: string;
}

/** Lets S3 take a role for one bucket of this account, and nobody else's (the confused deputy). */
export function renderReplicationAssumePolicy(bucketArn: string, account: string): string {
  return document({
    Sid: "Assume",
    Effect: "Allow",
    Principal: { Service: "s3.amazonaws.com" },
    Action: "sts:AssumeRole",
    Condition: { ArnLike: { "aws:SourceArn": bucketArn }, StringEquals: { "aws:SourceAccount": account } },
  });
}

/**
 * What S3 may do to copy a bucket (S3 user guide, "Setting up permissions for live replication", "Replicating encrypted objects"): read it with its key, and write
 * into the others with theirs, through S3 alone.
 *
 * @param removals Whether removals are copied.
 */
export function renderReplicationPolicy(from: ReplicatedBucket, to: readonly ReplicatedBucket[], removals: boolean): string {
  const targets = [...to].sort((a, b) => (a.region < b.region ? -1 : 1));
  return document(
    { Sid: "Source", Effect: "Allow", Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"], Resource: from.bucketArn },
    {
      Sid: "SourceObjects",
      Effect: "Allow",
      Action: ["s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"],
      Resource: `${from.bucketArn}/*`,
    },
    {
      Sid: "Copies",
      Effect: "Allow",
      Action: [...(removals ? ["s3:ReplicateDelete"] : []), "s3:ReplicateObject", "s3:ReplicateTags"],
      Resource: targets.map(({ bucketArn }) => `${bucketArn}/*`),
    },
    { Sid: "SourceKey", Effect: "Allow", Action: "kms:Decrypt", Resource: from.keyArn, Condition: throughS3([from]) },
    {
      Sid: "CopiesKeys",
      Effect: "Allow",
      Action: ["kms:Encrypt", "kms:GenerateDataKey"],
      Resource: targets.map(({ keyArn }) => keyArn),
      Condition: throughS3(targets),
    },
  );
}

/** Keys of buckets are used with the ARN of the bucket as context where the bucket has a key of its own made from it, and with the object's where not. */
function throughS3(buckets: readonly ReplicatedBucket[]) {
  return {
    StringEquals: {
      "kms:ViaService": buckets.map(({ region }) => `s3.${region}.amazonaws.com${partitionOf(region) === "aws-cn" ? ".cn" : ""}`),
    },
    StringLike: { "kms:EncryptionContext:aws:s3:arn": buckets.map(({ bucketArn }) => `${bucketArn}*`) },
  };
}
