import { Bucket } from "@pulumi/aws/s3/bucket";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning";
import type * as inputs from "@pulumi/aws/types/input";
import * as pulumi from "@pulumi/pulumi";
import { renderBucketPolicy } from "ha-registry-core";
import type { AwsStoreTopology, AwsTopology } from "ha-registry-core";
import { regional } from "./resources";

/** Arguments of `ObjectStore`. */
export interface ObjectStoreArgs {
  /** The resolved registry. */
  topology: AwsTopology;
  /** ARN of the key that objects are encrypted with. */
  keyArn: pulumi.Input<string>;
  /** Whether removals that other buckets copy here are refused, as home refuses them. @default false */
  refusesRemovals?: boolean;
}

/**
 * The bucket with blobs and manifests: nothing of it is public, it speaks TLS only, everything is encrypted with the registry's key, and what is removed or replaced can
 * be brought back for a while. A bucket that is there already is taken as it is.
 */
export class ObjectStore extends pulumi.ComponentResource {
  /** Name of the bucket. */
  readonly bucket: pulumi.Output<string>;
  /** ARN of the bucket. */
  readonly bucketArn: pulumi.Output<string>;

  constructor(name: string, args: ObjectStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-aws:index:ObjectStore", name, {}, opts);
    const { topology } = args;
    const { partition, objectStore } = topology;
    if (objectStore.existingBucket === undefined) {
      const bucket = new Bucket(name, regional(topology, "store"), { parent: this, protect: topology.dataProtection });
      configure(name, topology, bucket, args, { parent: this });
      this.bucket = bucket.bucket;
      this.bucketArn = bucket.arn;
    } else {
      this.bucket = pulumi.output(objectStore.existingBucket);
      this.bucketArn = pulumi.output(`arn:${partition}:s3:::${objectStore.existingBucket}`);
    }
    this.registerOutputs({ bucket: this.bucket, bucketArn: this.bucketArn });
  }
}

function configure(
  name: string,
  { region, objectStore }: AwsTopology,
  bucket: Bucket,
  { keyArn, refusesRemovals }: ObjectStoreArgs,
  child: pulumi.CustomResourceOptions,
): void {
  const of = { region, bucket: bucket.bucket };
  const block = new BucketPublicAccessBlock(
    name,
    { ...of, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    child,
  );
  new BucketOwnershipControls(name, { ...of, rule: { objectOwnership: "BucketOwnerEnforced" } }, child);
  new BucketServerSideEncryptionConfiguration(
    name,
    {
      ...of,
      rules: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
          bucketKeyEnabled: true, // one request to KMS for many objects
        },
      ],
    },
    child,
  );
  const versioning = new BucketVersioning(name, { ...of, versioningConfiguration: { status: "Enabled" } }, child);
  new BucketLifecycleConfiguration(name, { ...of, rules: lifecycle(objectStore) }, { ...child, dependsOn: [versioning] });
  // S3 takes one of these changes at a time.
  new BucketPolicy(
    name,
    { ...of, policy: bucket.arn.apply((arn) => renderBucketPolicy(arn, refusesRemovals)) },
    { ...child, dependsOn: [block] },
  );
}

/** No rule ends a current object: only garbage collection knows what nothing refers to. */
function lifecycle({ abortUploadDays, keepRemovedDays, tieringDays }: AwsStoreTopology): inputs.s3.BucketLifecycleConfigurationRule[] {
  const all = { status: "Enabled", filter: { prefix: "" } };
  return [
    { ...all, id: "abandoned-uploads", abortIncompleteMultipartUpload: { daysAfterInitiation: abortUploadDays } },
    {
      ...all,
      id: "removed-objects",
      noncurrentVersionExpiration: { noncurrentDays: keepRemovedDays },
      expiration: { expiredObjectDeleteMarker: true },
    },
    ...(tieringDays === 0
      ? []
      : [{ ...all, id: "seldom-read", transitions: [{ days: tieringDays, storageClass: "INTELLIGENT_TIERING" }] }]),
  ];
}
