import type { ImagesShape } from "./images";
import type { AccessShape, CertificatesShape, CommonNodesShape, CommonRedisShape } from "./shape";
import type { AutoscalingShape } from "./shape-kubernetes";
import type { AwsMonitoringShape } from "./shape-aws-monitoring";
import type { NetworkShape } from "./shape-aws-network";
import type { CommonLoadBalancerShape } from "./shape-load-balancer";
import type { NamingShape } from "./shape-naming";

/**
 * What decides existence, names, counts and placement on AWS. All of it is plain data: nothing here may be a Pulumi output. What means the same on
 * Docker hosts has the same name.
 */
export interface AwsRegistryShape {
  /** Region, as `eu-central-1`. Changing it replaces everything. */
  region: string;
  /**
   * Name under which clients reach the registry; it stands in the certificate and in every image reference. Without `dns` it is for you to let it
   * resolve to the load balancer's address.
   */
  hostname: string;
  /** Further DNS names for the certificate. @default - none */
  alternativeNames?: string[];
  /** Developers (and machines that pull like one): decides sizes. See sizing.ts. @default 20 */
  teamSize?: number;
  /** Guards bucket, keys and a zone of the registry's against deletion by Pulumi (`protect`), and the load balancer by AWS. @default true */
  dataProtection?: boolean;
  /** Tags for everything that can have them. @default - none but `ha-registry` and `ha-registry:part` */
  tags?: Record<string, string>;
  /** Where images come from. @default - Docker Hub's names, versions of the image table */
  images?: ImagesShape;
  /** Where the registry is: a network of its own, or one that you have. */
  network?: NetworkShape;
  /** The registry nodes, tasks on Fargate. */
  nodes?: AwsNodesShape;
  /** The load balancer. */
  loadBalancer?: AwsLoadBalancerShape;
  /** The bucket with blobs and manifests. */
  objectStore?: AwsObjectStoreShape;
  /** The cache of blob descriptors. */
  redis?: AwsRedisShape;
  /** Who may come in. */
  access?: AccessShape;
  /** The certificate that clients see. */
  certificates?: AwsCertificatesShape;
  /** Where `hostname` is told. @default - nowhere: it is for you to do */
  dns?: DnsShape;
  /** How images have to be named. @default - as clients like */
  naming?: NamingShape;
  /** The key that everything at rest is encrypted with. */
  encryption?: EncryptionShape;
  /** Metrics, alarms and a dashboard. @default - none */
  monitoring?: AwsMonitoringShape;
  /** What nodes and balancers write, in CloudWatch: who asked for what from where, too. */
  logs?: AwsLogsShape;
}

/** Processor of the nodes. */
export enum Architecture {
  /** Intel and AMD. */
  X86_64 = "X86_64",
  /** Graviton: a fifth cheaper, for images that have it. */
  ARM64 = "ARM64",
}

/** The registry nodes: each is a task with a registry and an HAProxy before it. */
export interface AwsNodesShape extends CommonNodesShape {
  /** Virtual CPUs of a task: 0.25, 0.5, 1, 2, 4, 8 or 16. @default - by team size: 0.5, 1 from 50, 2 above 200 */
  taskCpus?: number;
  /** Memory of a task, MiB; Fargate has only some sizes for each number of CPUs. @default - the least that holds registry and HAProxy */
  taskMemoryMiB?: number;
  /** Processor. @default Architecture.X86_64 */
  architecture?: Architecture;
  /** More nodes under load, fewer without. `count` is then the least. @default - none */
  autoscaling?: AutoscalingShape;
  /** ARN of a secret of yours in Secrets Manager with `username` and `password` for the images' registry. @default - none */
  imageCredentialsArn?: string;
  /** Whether `up` waits until all nodes serve, and fails when they do not. @default true */
  waitUntilSteady?: boolean;
}

/** The load balancer: a Network Load Balancer that ends TLS, and an HAProxy in each task behind it. */
export interface AwsLoadBalancerShape extends CommonLoadBalancerShape {
  /** Port that clients use. @default 443 */
  port?: number;
  /** Whether it has public addresses. Then `allowedAddressRanges` has to say who may connect. @default false */
  internetFacing?: boolean;
  /** TLS policy of the listener. @default "ELBSecurityPolicy-TLS13-1-2-Res-2021-06": TLS 1.2 and 1.3 with forward secrecy, authenticated encryption only */
  securityPolicy?: string;
  /** A bucket of yours for access logs of the load balancer itself; HAProxy's are in CloudWatch. @default - none */
  accessLogsBucket?: string;
}

/** The bucket with blobs and manifests. */
export interface AwsObjectStoreShape {
  /** Name of a bucket of yours in the same region, which then is neither made, nor configured, nor removed. @default - a bucket of the registry's */
  existingBucket?: string;
  /** Prefix inside the bucket. @default - none */
  rootDirectory?: string;
  /**
   * Whether clients fetch blobs from S3 itself (307), past nodes and balancer. Clients that cannot reach S3 need `false`.
   * @default true
   */
  redirect?: boolean;
  /** Part size of uploads, MiB, 5 at the least. @default 10 */
  chunkSizeMiB?: number;
  /** After how many days an upload that nobody finished is aborted. @default 7, as the guides say */
  abortUploadDays?: number;
  /** How many days removed and replaced objects can still be brought back. @default 30 */
  keepRemovedDays?: number;
  /** After how many days blobs move to Intelligent-Tiering, which costs less for what is seldom read, and nothing to read; 0 is never. @default 30 */
  tieringDays?: number;
}

/** The cache of blob descriptors. It is only a cache: losing it costs speed, never a pull. */
export interface AwsRedisShape extends CommonRedisShape {
  /** Servers in several zones, the primary among them: 1 has no fail-over. @default 2 */
  count?: number;
  /** Type of the servers, as `cache.t4g.small`. @default - by `memoryMiB` */
  nodeType?: string;
}

/** The certificate that clients see: from ACM with `dns`, else from an own CA, unless one of yours is given. */
export interface AwsCertificatesShape extends CertificatesShape {
  /** ARN of a certificate in ACM, in the same region. @default - none */
  existingCertificateArn?: string;
}

/** Where `hostname` is told. */
export interface DnsShape {
  /** Domain of the zone, to which `hostname` has to belong. */
  zoneName: string;
  /** ID of a hosted zone of yours in Route 53. @default - a zone is made; it is for you to delegate to it */
  hostedZoneId?: string;
  /** Whether the zone is known in the registry's network only. ACM cannot validate a name in it. @default false */
  privateZone?: boolean;
}

/** The key that everything at rest is encrypted with. */
export interface EncryptionShape {
  /** ARN of a KMS key of yours in the same region. CloudWatch Logs has to be allowed to use it. @default - a key of the registry's, which is rotated */
  existingKeyArn?: string;
}

/** What nodes and balancers write. */
export interface AwsLogsShape {
  /** How many days it is kept; CloudWatch has only some numbers. @default 180, as the guides say */
  retentionDays?: number;
}
