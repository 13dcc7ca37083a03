import { ofKind, refersTo, types, type Resource } from "./resources";

/** What policies ask of a bucket itself: most of it is set by resources of its own nowadays. */
export interface Bucket {
  acl?: string;
  bucket?: string;
  forceDestroy?: boolean;
  lifecycleRules?: {
    abortIncompleteMultipartUploadDays?: number;
    enabled?: boolean;
    expiration?: { date?: string; days?: number };
    prefix?: string;
  }[];
  policy?: unknown;
  replicationConfiguration?: object;
  serverSideEncryptionConfiguration?: { rule?: EncryptionRule };
  versioning?: { enabled?: boolean };
}

/** How new objects are encrypted. */
export interface EncryptionRule {
  applyServerSideEncryptionByDefault?: { kmsMasterKeyId?: string; sseAlgorithm?: string };
}

/** What sets something of a bucket. */
interface Setting {
  bucket?: string;
}

/** All buckets. */
export function bucketsOf(resources: readonly Resource[]): Resource<Bucket>[] {
  return ofKind<Bucket>(resources, types.bucket);
}

/** The resources of a kind that set something of a bucket. */
export function settingsOf<P extends object>(resources: readonly Resource[], kind: readonly string[], bucket: Resource): Resource<P>[] {
  return ofKind<P & Setting>(resources, kind).filter((setting) => {
    const { bucket: name }: Partial<Setting> = setting.properties;
    return refersTo(setting, "bucket", name, bucket);
  });
}

/** Kinds of what writes logs into buckets. */
export const logWriters = [types.loadBalancer, types.bucketLogging, types.trail, types.flowLog] as const;

/** Properties by which something names the bucket of its logs. */
interface LogWriter {
  accessLogs?: { bucket?: string };
  connectionLogs?: { bucket?: string };
  logDestination?: string;
  s3BucketName?: string;
  targetBucket?: string;
}

/** Buckets that hold what users push: all but those that something writes logs into. */
export function dataBucketsOf(resources: readonly Resource[]): Resource<Bucket>[] {
  const writers = ofKind<LogWriter>(resources, logWriters.flat());
  return bucketsOf(resources).filter((bucket) => !writers.some((writer) => writesInto(writer, bucket)));
}

function writesInto(writer: Resource<LogWriter>, bucket: Resource<Bucket>): boolean {
  const { accessLogs, connectionLogs, logDestination, s3BucketName, targetBucket } = writer.properties;
  return (
    refersTo(writer, "accessLogs", accessLogs?.bucket, bucket) ||
    refersTo(writer, "connectionLogs", connectionLogs?.bucket, bucket) ||
    refersTo(writer, "logDestination", logDestination, bucket) ||
    refersTo(writer, "s3BucketName", s3BucketName, bucket) ||
    refersTo(writer, "targetBucket", targetBucket, bucket)
  );
}
