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

/** The region that the table is of. Others cost up to half as much again. */
export const pricesRegion = "us-east-1";

const page = (service: string): string => `https://aws.amazon.com/${service}/pricing/`;
const transfer = "https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer";

/**
 * List prices of AWS, on demand, in US dollars, before taxes, free tiers and discounts, but for the free first 100 GB to the Internet. One table: what is calculated names its
 * rows, and users replace them in a file.
 */
export const listPrices = {
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
} as const satisfies Record<string, Price>;

/** Name of a row of the table. */
export type PriceName = keyof typeof listPrices;

/** A table of prices, the list's or with rows of the user's own. */
export type Prices = Readonly<Record<PriceName, Price>>;
