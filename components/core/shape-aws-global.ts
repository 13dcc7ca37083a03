import type { ImagesShape } from "./images";
import type { AccessShape, CertificatesShape } from "./shape";
import type {
  AwsLoadBalancerShape,
  AwsLogsShape,
  AwsNodesShape,
  AwsObjectStoreShape,
  AwsRedisShape,
  DnsShape,
  EncryptionShape,
} from "./shape-aws";
import type { AwsMonitoringShape } from "./shape-aws-monitoring";
import type { NetworkShape } from "./shape-aws-network";
import type { NamingShape } from "./shape-naming";

/**
 * What decides existence, names, counts and placement of a registry in several regions of AWS. One of them is home: it takes pushes. The others
 * answer pulls from buckets of their own, which S3 fills, and ask home for what has not arrived. All of it is plain data.
 */
export interface GlobalRegistryShape {
  /** Region that takes pushes, one of `regions`. Naming another one promotes that: nothing that holds data is replaced. */
  home: string;
  /** The regions by their names, as `eu-central-1`, and what is different in each. One that comes or goes touches no other's data. */
  regions: Record<string, RegionShape>;
  /** Name under which clients reach the registry, the same in every region. */
  hostname: string;
  /** Further DNS names for the certificates. @default - none */
  alternativeNames?: string[];
  /** Developers of each region (and machines that pull like one): decides sizes. @default 20 */
  teamSize?: number;
  /** Guards buckets, keys and a zone of the registry's against deletion by Pulumi (`protect`), and load balancers by AWS. @default true */
  dataProtection?: boolean;
  /** Tags for everything that can have them. @default - none but `ha-registry` and `ha-registry:part` */
  tags?: Record<string, string>;
  /** Where images come from. @default - Docker Hub's names, versions of the image table */
  images?: ImagesShape;
  /** The regions' networks. `cidr` is for `regions` to say, since they must differ. @default - networks of the registry's own */
  network?: NetworkShape;
  /** Registry nodes of each region. */
  nodes?: AwsNodesShape;
  /** Load balancer of each region. It has private addresses. */
  loadBalancer?: AwsLoadBalancerShape;
  /** Bucket of each region. It has to be the registry's own, since S3 copies from one to the other. */
  objectStore?: AwsObjectStoreShape;
  /** Cache of blob descriptors. Home alone has one, since nobody would tell those of other regions what was removed. */
  redis?: AwsRedisShape;
  /** Who may come in, the same in every region. */
  access?: AccessShape;
  /** The certificates that clients see. */
  certificates?: CertificatesShape;
  /** Where `hostname` is told, and who is sent to which region. @default - nowhere: it is for you to do */
  dns?: GlobalDnsShape;
  /** How images have to be named. @default - as clients like */
  naming?: NamingShape;
  /** Metrics, alarms and a dashboard of each region. @default - none */
  monitoring?: AwsMonitoringShape;
  /** What nodes and balancers write, in CloudWatch. */
  logs?: AwsLogsShape;
  /** Who is asked first what a tag means, in regions that are not home. @default TagReads.Region */
  tagReads?: TagReads;
}

/** What is different in one region. What is given here is put over what holds for all, field by field. */
export interface RegionShape {
  /** Where images come from, as ECR in this region. @default - as everywhere */
  images?: ImagesShape;
  /** The network. @default - as everywhere, with a `cidr` of the region's own, as 10.72.0.0/16 */
  network?: NetworkShape;
  /** The registry nodes. @default - as everywhere */
  nodes?: AwsNodesShape;
  /** The load balancer. @default - as everywhere */
  loadBalancer?: AwsLoadBalancerShape;
  /** The bucket. @default - as everywhere */
  objectStore?: AwsObjectStoreShape;
  /** The cache of blob descriptors, while the region is home. @default - as everywhere */
  redis?: AwsRedisShape;
  /** The key that everything at rest in the region is encrypted with. @default - a key of the registry's */
  encryption?: EncryptionShape;
  /** ARN of a certificate in this region's ACM: give one to every region, or to none. @default - none */
  existingCertificateArn?: string;
  /** Who is sent to this region, for `Routing.Weighted` and `Routing.Geolocation`. */
  routing?: RegionRoutingShape;
}

/** Who is sent to a region. */
export interface RegionRoutingShape {
  /** Share of clients, 0 to 255, against the sum of all regions', with `Routing.Weighted`. @default 1 */
  weight?: number;
  /** Continents whose clients come here, with `Routing.Geolocation`: AF, AN, AS, EU, NA, OC or SA. @default - none */
  continents?: string[];
  /** Countries whose clients come here, with `Routing.Geolocation`, as ISO 3166 writes them: DE. @default - none */
  countries?: string[];
}

/** Who is sent to which region. A region without a healthy node is left out, and its clients go where they would go without it. */
export enum Routing {
  /** To the region that answers soonest, as AWS measures it. */
  Latency = "latency",
  /** By the client's country or continent; those of whom no region speaks go home. */
  Geolocation = "geolocation",
  /** By weight. */
  Weighted = "weighted",
}

/** Who is asked first what a tag means. */
export enum TagReads {
  /** The region itself: fast; a tag that has moved may mean the former image until the copy has arrived, 15 minutes at the most as a rule. */
  Region = "region",
  /** Home: right at once, for one round trip to home per tag; when home is lost, the region answers. */
  Home = "home",
}

/** Where `hostname` is told, and who is sent to which region. */
export interface GlobalDnsShape extends DnsShape {
  /** Who is sent to which region. @default Routing.Latency */
  routing?: Routing;
}
