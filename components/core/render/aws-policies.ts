import { ecrPlaceOf } from "../aws-regions";

/** One statement of a policy of AWS. */
interface Statement {
  Sid: string;
  Effect: "Allow" | "Deny";
  Principal?: Record<string, string | string[]> | "*";
  Action: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** A policy of AWS, as JSON. */
export function document(...statements: (Statement | undefined)[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements.filter((statement) => statement !== undefined) });
}

/** Where something is, as names of AWS hold it. */
export interface AwsPlace {
  /** Partition, as `aws`. */
  partition: string;
  /** Region. */
  region: string;
  /** Account. */
  account: string;
}

/** Lets a service of AWS take a role, for resources of this account and region only: others' could make it act for them (the confused deputy). */
export function renderAssumeRolePolicy(service: string, source: string, { partition, region, account }: AwsPlace): string {
  return document({
    Sid: "Assume",
    Effect: "Allow",
    Principal: { Service: `${service}.amazonaws.com` },
    Action: "sts:AssumeRole",
    Condition: {
      ArnLike: { "aws:SourceArn": `arn:${partition}:${source}:${region}:${account}:*` },
      StringEquals: { "aws:SourceAccount": account },
    },
  });
}

/** What the registry's S3 driver does with a bucket (distribution's documentation, "S3 permission scopes"). */
export const bucketActions = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"] as const;

/** What the registry's S3 driver does with objects. */
export const objectActions = [
  "s3:AbortMultipartUpload",
  "s3:DeleteObject",
  "s3:GetObject",
  "s3:ListMultipartUploadParts",
  "s3:PutObject",
] as const;

/** What the driver does with objects where the registry is read alone. */
export const readingActions = ["s3:GetObject"] as const;

/**
 * What a registry node may do: exactly what the registry's driver does in its bucket, and use the key of it.
 *
 * @param readsOnly Whether others fill the bucket.
 */
export function renderNodePolicy(
  bucketArn: string,
  rootDirectory: string | undefined,
  keyArn: string | undefined,
  readsOnly = false,
): string {
  const [bucketRights, objectRights, keyRights] = readsOnly
    ? [["s3:GetBucketLocation", "s3:ListBucket"], [...readingActions], ["kms:Decrypt"]]
    : [[...bucketActions], [...objectActions], ["kms:Decrypt", "kms:GenerateDataKey"]];
  const root = (rootDirectory ?? "").replace(/^\/+|\/+$/g, "");
  const prefix = root === "" ? "" : `${root}/`;
  return document(
    { Sid: "Bucket", Effect: "Allow", Action: bucketRights, Resource: bucketArn },
    // Every object below the prefix: the registry names them by what is pushed.
    { Sid: "Objects", Effect: "Allow", Action: objectRights, Resource: `${bucketArn}/${prefix}*` },
    keyArn === undefined ? undefined : { Sid: "Key", Effect: "Allow", Action: keyRights, Resource: keyArn },
  );
}

/** What starting a task needs. */
export interface ExecutionNeeds {
  /** ARNs of secrets that are handed to tasks. */
  secretArns: string[];
  /** Key of those secrets. */
  keyArn: string;
  /** Log group of the tasks. */
  logGroupArn: string;
  /** Images that come from ECR. */
  ecrImages: string[];
}

/** What ECS may do to start a task: fetch its images and secrets, and write its log. */
export function renderExecutionPolicy({ secretArns, keyArn, logGroupArn, ecrImages }: ExecutionNeeds, { partition }: AwsPlace): string {
  const repositories = [...new Set(ecrImages.flatMap((image) => repositoryArn(image, partition) ?? []))].sort();
  return document(
    { Sid: "Secrets", Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: [...secretArns].sort() },
    { Sid: "Key", Effect: "Allow", Action: "kms:Decrypt", Resource: keyArn },
    { Sid: "Log", Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: `${logGroupArn}:log-stream:*` },
    repositories.length === 0
      ? undefined
      : { Sid: "Images", Effect: "Allow", Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], Resource: repositories },
    // The login is that of the account: the action knows no resources (Service Authorization Reference, Amazon ECR).
    repositories.length === 0 ? undefined : { Sid: "Login", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
  );
}

/** Whether an image comes from ECR, of whatever account and region. */
export function isEcrImage(image: string): boolean {
  return ecrPlaceOf(image) !== undefined;
}

function repositoryArn(image: string, partition: string): string | undefined {
  const place = ecrPlaceOf(image);
  return place && `arn:${partition}:ecr:${place.region}:${place.account}:repository/${place.repository}`;
}

/**
 * The policy of the registry's key: the account's own IAM policies decide who may use it, as AWS writes it into a key without a policy. CloudWatch Logs may, for
 * log groups of this registry, and CloudWatch, to tell an encrypted topic of the account of alarms. `*` is the key itself here.
 */
export function renderKeyPolicy(registry: string, { partition, region, account }: AwsPlace): string {
  return document(
    {
      Sid: "Account",
      Effect: "Allow",
      Principal: { AWS: `arn:${partition}:iam::${account}:root` },
      Action: "kms:*", // AWS refuses a key that nobody may administer, and this leaves it to IAM
      Resource: "*",
    },
    {
      Sid: "Logs",
      Effect: "Allow",
      // Logs is one of the few services whose name ends as the domain of its partition does.
      Principal: { Service: `logs.${region}.amazonaws.com${partition === "aws-cn" ? ".cn" : ""}` },
      Action: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
      Resource: "*",
      Condition: {
        ArnLike: {
          "kms:EncryptionContext:aws:logs:arn": `arn:${partition}:logs:${region}:${account}:log-group:/ha-registry/${registry}/*`,
        },
      },
    },
    {
      Sid: "Alarms",
      Effect: "Allow",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Resource: "*",
      Condition: { StringEquals: { "aws:SourceAccount": account } },
    },
  );
}

/**
 * What no one may do with a bucket: speak with it in clear, or with a TLS older than 1.2. A denial of everything names everything, as it has to.
 *
 * @param refusesRemovals Whether removals that another bucket copies here are refused. Home refuses them: what a former home collected before it was lost, and
 * had not told yet, may be in use by now.
 */
export function renderBucketPolicy(bucketArn: string, refusesRemovals = false): string {
  const all = { Effect: "Deny", Principal: "*", Action: "s3:*", Resource: [bucketArn, `${bucketArn}/*`] } as const;
  const resource = [...all.Resource];
  return document(
    { Sid: "DenyInClear", ...all, Resource: resource, Condition: { Bool: { "aws:SecureTransport": "false" } } },
    { Sid: "DenyOldTls", ...all, Resource: resource, Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
    refusesRemovals
      ? { Sid: "DenyCopiedRemovals", Effect: "Deny", Principal: "*", Action: "s3:ReplicateDelete", Resource: `${bucketArn}/*` }
      : undefined,
  );
}

/** What a flow log of a network may do: write into its log group. */
export function renderFlowLogPolicy(logGroupArn: string): string {
  return document({
    Sid: "Log",
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
    Resource: [logGroupArn, `${logGroupArn}:*`],
  });
}
