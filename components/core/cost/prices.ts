/** A price, and where it is told. */
export interface Price {
  /** US dollars for one unit. */
  usd: number;
  /** The unit, as `vCPU-hour`. */
  unit: string;
  /** Where AWS tells it. */
  source: string;
  /** Whether a second source told the same on {@link pricesAsOf}; AWS's own pages fill in numbers by script, so that they cannot be read without a browser. */
  verified: boolean;
}

/** When the table was made. */
export const pricesAsOf = "2026-11-28";

/** The region that the table is of; other regions have other prices. */
export const pricesRegion = "us-east-1";

const page = (service: string): string => `https://aws.amazon.com/${service}/pricing/`;
const transfer = "https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer";

/** A table of prices, the list's or with rows of the user's own. */
export interface Prices {
  /** A virtual CPU of Fargate, Linux on x86. */
  fargateVcpuHour: Price;
  /** Memory of Fargate, Linux on x86. */
  fargateGbHour: Price;
  /** A virtual CPU of Fargate, Linux on Graviton. */
  fargateArmVcpuHour: Price;
  /** Memory of Fargate, Linux on Graviton. */
  fargateArmGbHour: Price;
  /** A Network Load Balancer. */
  balancerHour: Price;
  /** What it carries: 1 GB in an hour is one unit. */
  balancerCapacityHour: Price;
  /** A NAT gateway. */
  natHour: Price;
  /** What it carries, in either direction. */
  natGb: Price;
  /** A public IPv4 address. */
  publicAddressHour: Price;
  /** An interface endpoint, in each zone. */
  endpointHour: Price;
  /** What it carries. */
  endpointGb: Price;
  /** A server of ElastiCache for Valkey, cache.t4g.micro. */
  redisMicroHour: Price;
  /** A server of ElastiCache for Valkey, cache.t4g.small. */
  redisSmallHour: Price;
  /** S3 Standard, as the first 50 TB cost; it is taken for all. */
  s3GbMonth: Price;
  /** PUT, COPY, POST and LIST. */
  s3Write: Price;
  /** GET and all others. */
  s3Read: Price;
  /** A KMS key of one's own. */
  kmsKeyMonth: Price;
  /** A request to KMS. */
  kmsRequest: Price;
  /** A hosted zone of Route 53; names of load balancers cost nothing to ask for. */
  zoneMonth: Price;
  /** A secret of Secrets Manager. */
  secretMonth: Price;
  /** Logs that CloudWatch takes. */
  logGb: Price;
  /** Logs that CloudWatch keeps. */
  logGbMonth: Price;
  /** Transfer between zones, counted on both sides. */
  zoneTransferGb: Price;
  /** Transfer of S3 and EC2 to most other regions. */
  regionTransferGb: Price;
  /** Transfer to the Internet, the first 10 TB of a month. */
  internetGbTo10Tb: Price;
  /** The next 40 TB. */
  internetGbTo50Tb: Price;
  /** The next 100 TB. */
  internetGbTo150Tb: Price;
  /** All beyond that. */
  internetGbBeyond: Price;
  /** Images in private repositories of ECR. */
  ecrGbMonth: Price;
  /** Transfer of ECR to other regions, which costs what transfer to the Internet does. */
  ecrRegionTransferGb: Price;
  /** The first scan of an image by Amazon Inspector. */
  inspectorImage: Price;
  /** A further scan. */
  inspectorRescan: Price;
}

/** Name of a row of the table. */
export type PriceName = keyof Prices;

/**
 * List prices of AWS, on demand, in US dollars, before taxes, free tiers and discounts, but for the free first 100 GB to the Internet. One table: what is calculated names its
 * rows, and users replace them in a file.
 */
export const listPrices: Prices = {
  fargateVcpuHour: { usd: 0.04048, unit: "vCPU-hour", source: page("fargate"), verified: true },
  fargateGbHour: { usd: 0.004445, unit: "GB-hour", source: page("fargate"), verified: true },
  fargateArmVcpuHour: { usd: 0.03238, unit: "vCPU-hour", source: page("fargate"), verified: true },
  fargateArmGbHour: { usd: 0.00356, unit: "GB-hour", source: page("fargate"), verified: true },
  balancerHour: { usd: 0.0225, unit: "hour", source: page("elasticloadbalancing"), verified: true },
  balancerCapacityHour: { usd: 0.006, unit: "NLCU-hour", source: page("elasticloadbalancing"), verified: true },
  natHour: { usd: 0.045, unit: "hour", source: page("vpc"), verified: true },
  natGb: { usd: 0.045, unit: "GB", source: page("vpc"), verified: true },
  publicAddressHour: { usd: 0.005, unit: "hour", source: page("vpc"), verified: true },
  endpointHour: { usd: 0.01, unit: "hour", source: page("privatelink"), verified: true },
  endpointGb: { usd: 0.01, unit: "GB", source: page("privatelink"), verified: true },
  redisMicroHour: { usd: 0.0128, unit: "hour", source: page("elasticache"), verified: false },
  redisSmallHour: { usd: 0.0256, unit: "hour", source: page("elasticache"), verified: false },
  s3GbMonth: { usd: 0.023, unit: "GB-month", source: page("s3"), verified: true },
  s3Write: { usd: 0.000005, unit: "request", source: page("s3"), verified: true },
  s3Read: { usd: 0.0000004, unit: "request", source: page("s3"), verified: true },
  kmsKeyMonth: { usd: 1, unit: "month", source: page("kms"), verified: true },
  kmsRequest: { usd: 0.000003, unit: "request", source: page("kms"), verified: true },
  zoneMonth: { usd: 0.5, unit: "month", source: page("route53"), verified: true },
  secretMonth: { usd: 0.4, unit: "month", source: page("secrets-manager"), verified: false },
  logGb: { usd: 0.5, unit: "GB", source: page("cloudwatch"), verified: true },
  logGbMonth: { usd: 0.03, unit: "GB-month", source: page("cloudwatch"), verified: true },
  zoneTransferGb: { usd: 0.02, unit: "GB", source: transfer, verified: true },
  regionTransferGb: { usd: 0.02, unit: "GB", source: transfer, verified: true },
  internetGbTo10Tb: { usd: 0.09, unit: "GB", source: transfer, verified: true },
  internetGbTo50Tb: { usd: 0.085, unit: "GB", source: transfer, verified: true },
  internetGbTo150Tb: { usd: 0.07, unit: "GB", source: transfer, verified: true },
  internetGbBeyond: { usd: 0.05, unit: "GB", source: transfer, verified: false },
  ecrGbMonth: { usd: 0.1, unit: "GB-month", source: page("ecr"), verified: true },
  ecrRegionTransferGb: {
    usd: 0.09,
    unit: "GB",
    source: "https://aws.amazon.com/blogs/containers/understanding-data-transfer-costs-for-aws-container-services/",
    verified: true,
  },
  inspectorImage: { usd: 0.09, unit: "image", source: page("inspector"), verified: true },
  inspectorRescan: { usd: 0.01, unit: "scan", source: page("inspector"), verified: true },
};
