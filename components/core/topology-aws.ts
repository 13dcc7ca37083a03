import type { AlertSetting } from "./resolve-alerts";
import type { Architecture } from "./shape-aws";
import type { TagReads } from "./shape-aws-global";
import type { NatGateways } from "./shape-aws-network";
import type { BalancerSettings, CacheSettings, CommonTopology, ResolvedS3, StoreSettings } from "./topology-common";
import type { AutoscalingTopology } from "./topology-kubernetes";

/** A registry on AWS, with every default filled in and every problem found. */
export interface AwsTopology extends CommonTopology {
  /** Region. */
  region: string;
  /** Partition of AWS: `aws`, `aws-cn` or `aws-us-gov`. */
  partition: string;
  /** Where it is. */
  network: AwsNetworkTopology;
  /** Registry nodes. */
  nodes: AwsNodesTopology;
  /** Load balancer. */
  loadBalancer: AwsBalancerTopology;
  /** The bucket. */
  objectStore: AwsStoreTopology;
  /** Cache of blob descriptors. */
  redis: AwsRedisTopology;
  /** Where the certificate that clients see comes from. */
  certificateSource: AwsCertificateSource;
  /** ARN of the user's own certificate, for `AwsCertificateSource.Existing`. */
  existingCertificateArn?: string;
  /** Where the host name is told; nowhere when absent. */
  dns?: DnsTopology;
  /** ARN of the user's own KMS key; the registry has its own when absent. */
  existingKeyArn?: string;
  /** Monitoring in CloudWatch; none when absent. */
  monitoring?: AwsMonitoringTopology;
  /** How many days logs are kept. */
  logRetentionDays: number;
  /** The region that takes pushes, where that is another one. */
  home?: HomeTopology;
  /** Networks of further regions, whose balancers pass on what clients ask of them. */
  regionCidrs?: string[];
}

/** The region that takes pushes, as the others know it. */
export interface HomeTopology {
  /** Name of the region. */
  region: string;
  /** DNS name of its load balancer, known when that is made. */
  address: string;
  /** Port of its load balancer. */
  port: number;
  /** Most addresses that the name may have: one per zone. */
  mostAddresses: number;
  /** Who is asked first what a tag means. */
  tagReads: TagReads;
}

/** Where the certificate that clients see comes from. */
export enum AwsCertificateSource {
  /** ACM issues it, and renews it by itself. */
  Acm = "acm",
  /** The user's own, in ACM already. */
  Existing = "existing",
  /** An own CA, or PEM of the user's; it is imported into ACM. */
  Imported = "imported",
}

/** Where a registry is. */
export interface AwsNetworkTopology {
  /** Networks that belong to it. */
  cidrs: string[];
  /** What is made; absent when it is there already. */
  made?: MadeNetworkTopology;
  /** What is there already. */
  existing?: ExistingNetworkTopology;
}

/** A network that is made. */
export interface MadeNetworkTopology {
  /** Its addresses. */
  cidr: string;
  /** Its zones, with a subnet of each kind. */
  zones: ZoneTopology[];
  /** How tasks reach what is outside. */
  natGateways: NatGateways;
  /** Whether there are public subnets: for NAT, or for the load balancer. */
  public: boolean;
  /** Whether there are interface endpoints. */
  interfaceEndpoints: boolean;
  /** Whether it is written down who connects to whom. */
  flowLogs: boolean;
}

/** A zone of a network. */
export interface ZoneTopology {
  /** Its name, as `eu-central-1a`. */
  name: string;
  /** The letter by which the parts in it are named. */
  letter: string;
  /** Addresses of the private subnet. */
  privateCidr: string;
  /** Addresses of the public subnet. */
  publicCidr: string;
}

/** A network that is there already. */
export interface ExistingNetworkTopology {
  /** ID of the VPC. */
  vpcId: string;
  /** Private subnets. */
  privateSubnetIds: string[];
  /** Public subnets. */
  publicSubnetIds: string[];
}

/** Registry nodes. */
export interface AwsNodesTopology {
  /** How many; with autoscaling, the least. */
  count: number;
  /** CPU of a task, in units of which 1024 are one virtual CPU. */
  cpuUnits: number;
  /** Memory of a task, MiB. */
  taskMemoryMiB: number;
  /** Processor. */
  architecture: Architecture;
  /** Autoscaling; none when absent. */
  autoscaling?: AutoscalingTopology;
  /** ARN of the secret with which images are fetched. */
  imageCredentialsArn?: string;
  /** Whether `up` waits until all nodes serve. */
  waitUntilSteady: boolean;
  /** Port at which HAProxy takes requests. */
  balancerPort: number;
}

/** Load balancer. */
export interface AwsBalancerTopology extends BalancerSettings {
  /** Whether it has public addresses. */
  internetFacing: boolean;
  /** Networks that its security group lets in. */
  admittedRanges: string[];
  /** TLS policy of the listener. */
  securityPolicy: string;
  /** Bucket for its access logs. */
  accessLogsBucket?: string;
}

/** The bucket. */
export interface AwsStoreTopology extends StoreSettings {
  /** What nodes are told; its name and key are known when it is made. */
  s3: ResolvedS3;
  /** The user's own bucket; one is made when absent. */
  existingBucket?: string;
  /** After how many days an upload that nobody finished is aborted. */
  abortUploadDays: number;
  /** How many days removed objects can be brought back. */
  keepRemovedDays: number;
  /** After how many days blobs move to Intelligent-Tiering; never when 0. */
  tieringDays: number;
}

/** Cache of blob descriptors. */
export interface AwsRedisTopology extends CacheSettings {
  /** Whether servers of the registry's own are made. */
  own: boolean;
  /** How many. */
  count: number;
  /** Their type. */
  nodeType: string;
}

/** Where the host name is told. */
export interface DnsTopology {
  /** Domain of the zone. */
  zoneName: string;
  /** ID of the user's own zone; one is made when absent. */
  hostedZoneId?: string;
  /** Whether it is known in the registry's network only. */
  privateZone: boolean;
}

/** The alerts that there are. */
export interface AwsAlertingTopology {
  /** Each of them. */
  alerts: AlertSetting[];
}

/** Monitoring in CloudWatch. */
export interface AwsMonitoringTopology {
  /** The alerts that there are. */
  alerting: AwsAlertingTopology;
  /** Who hears of alarms by e-mail. */
  emails: string[];
  /** ARN of the user's own topic; one is made when absent. */
  existingTopicArn?: string;
  /** Whether there is a dashboard. */
  dashboard: boolean;
}

/** What is known only when the parts that nodes use are made. */
export interface AwsAddresses {
  /** Name of the bucket. */
  bucket: string;
  /** ARN of the key that its objects are encrypted with; the bucket's own rule decides when absent. */
  keyArn?: string;
  /** `host:port` of the cache; that of the user's own when absent. */
  redis?: string;
}

/** The topology with the address of home, where there is another one. */
export function withHome(topology: AwsTopology, address: string): AwsTopology {
  return topology.home === undefined ? topology : { ...topology, home: { ...topology.home, address } };
}

/** The topology with what is known only when its parts are made. */
export function withAddresses(topology: AwsTopology, { bucket, keyArn, redis }: AwsAddresses): AwsTopology {
  const { objectStore } = topology;
  return {
    ...topology,
    objectStore: {
      ...objectStore,
      s3: { ...objectStore.s3, bucket, encrypt: keyArn !== undefined, ...(keyArn === undefined ? {} : { keyId: keyArn }) },
    },
    redis: { ...topology.redis, ...(redis === undefined ? {} : { addresses: [redis] }) },
  };
}
