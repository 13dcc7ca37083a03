import type { Price, PriceName } from "./prices";
import type { CostInput } from "./resolve-cost";
import { EcrCostNetwork } from "./shape-cost";

/** What one thing costs a month. */
export interface CostLine {
  /** What it is. */
  item: string;
  /** How much of it, in the unit of the price. */
  quantity: number;
  /** Which price, with where it is told; none for people's time. */
  price: Price;
  /** Name of the price in the table, or `hourlyRate`. */
  priceName: PriceName | "hourlyRate";
  /** US dollars a month. */
  usd: number;
}

/** What something costs a month, line by line. */
export interface CostSheet {
  /** What it is made of; nothing that costs nothing. */
  lines: CostLine[];
  /** US dollars a month. */
  usd: number;
}

/** Both ways, side by side. */
export interface CostComparison {
  /** A registry of this library's on AWS. */
  selfHosted: CostSheet;
  /** Amazon ECR. */
  ecr: CostSheet;
  /** How much more ECR costs, US dollars a month; negative where it costs less. */
  differenceUsd: number;
  /** GB of images with which both cost the same, all else as it is; absent where there is no such amount. */
  evenAtStorageGb?: number;
}

/** Hours that AWS counts to a month in its own estimates. */
const monthHours = 730;

/** What passes the load balancer with each request beside blobs, GB: headers and manifests. */
const requestGb = 5e-6;

/** What a request writes to logs in HAProxy and in a node, GB. */
const logGbPerRequest = 1e-6;

/** A line before it is known what it costs. */
type Item = [item: string, priceName: PriceName, quantity: number];

/** What both ways cost a month. */
export function compareCost(input: CostInput): CostComparison {
  const copies = 1 + input.volumes.replicaRegions;
  const selfHosted = sheet(input, selfHostedItems(input, copies), input.selfHosted.hoursPerMonth);
  const ecr = sheet(input, ecrItems(input, copies), input.ecr.hoursPerMonth);
  const differenceUsd = ecr.usd - selfHosted.usd;
  const perGb = copies * (input.prices.ecrGbMonth.usd - input.prices.s3GbMonth.usd);
  const evenAtStorageGb = input.volumes.storageGb - differenceUsd / perGb;
  return {
    selfHosted,
    ecr,
    differenceUsd,
    ...(Number.isFinite(evenAtStorageGb) && evenAtStorageGb >= 0 ? { evenAtStorageGb } : {}),
  };
}

function sheet({ prices, hourlyRate }: CostInput, items: Item[], hours: number): CostSheet {
  const lines: CostLine[] = items
    .filter(([, , quantity]) => quantity > 0)
    .map(([item, priceName, quantity]) => ({ item, quantity, price: prices[priceName], priceName, usd: quantity * prices[priceName].usd }));
  if (hours * hourlyRate > 0) {
    const price: Price = { usd: hourlyRate, unit: "hour", source: "your own", verified: true };
    lines.push({ item: "people's time", quantity: hours, price, priceName: "hourlyRate", usd: hours * hourlyRate });
  }
  return { lines, usd: lines.reduce((sum, { usd }) => sum + usd, 0) };
}

/** Images and requests that the volumes come to. */
function traffic({ volumes }: CostInput) {
  const images = (gb: number): number => (gb * 1000) / volumes.imageMb;
  const pulls = images(volumes.pullGb + volumes.internetPullGb + volumes.otherRegionPullGb);
  const pushes = images(volumes.pushGb);
  return {
    pushes,
    /** Layers and the image's configuration. */
    pulledBlobs: pulls * (volumes.layers + 1),
    pushedBlobs: pushes * (volumes.layers + 1),
    /** A manifest by tag and one by digest; then each blob. */
    pullRequests: pulls * (volumes.layers + 3),
    /** A question, a beginning, a body and an end for each blob; then the manifest. */
    pushRequests: pushes * (4 * (volumes.layers + 1) + 1),
  };
}

function selfHostedItems(input: CostInput, copies: number): Item[] {
  const { volumes, selfHosted, redisPrice } = input;
  const { nodes, taskCpus, taskMemoryGb, arm, zones, natGateways, natGb, redirect, redisServers, logMonths } = selfHosted;
  const { pulledBlobs, pushedBlobs, pullRequests, pushRequests } = traffic(input);
  const hours = copies * monthHours;
  const requests = pullRequests + pushRequests;
  const pulledGb = volumes.pullGb + volumes.internetPullGb + volumes.otherRegionPullGb;
  const carriedGb = volumes.pushGb + requests * requestGb + (redirect ? 0 : pulledGb);
  // The driver writes parts of 10 MiB, then copies the whole to its place, and two links for each blob.
  const writes = volumes.pushGb * 100 + pushedBlobs * 5;
  const reads = pulledBlobs + pushedBlobs * 3;
  const logGb = requests * logGbPerRequest;
  return [
    ["nodes: CPU", arm ? "fargateArmVcpuHour" : "fargateVcpuHour", nodes * taskCpus * hours],
    ["nodes: memory", arm ? "fargateArmGbHour" : "fargateGbHour", nodes * taskMemoryGb * hours],
    ["load balancer", "balancerHour", hours],
    ["load balancer: what it carries", "balancerCapacityHour", carriedGb],
    ["between zones", "zoneTransferGb", (carriedGb * (zones - 1)) / zones],
    ["NAT gateways", "natHour", natGateways * hours],
    ["NAT gateways: addresses", "publicAddressHour", natGateways * hours],
    ["NAT gateways: what they carry", "natGb", natGateways > 0 ? natGb * copies : 0],
    ["endpoints of four services", "endpointHour", natGateways > 0 ? 0 : 4 * zones * hours],
    ["endpoints: what they carry", "endpointGb", natGateways > 0 ? 0 : natGb * copies],
    ["Redis", redisPrice, redisServers * hours],
    ["images in S3", "s3GbMonth", volumes.storageGb * copies],
    ["S3: writes", "s3Write", writes * copies],
    ["S3: reads", "s3Read", reads],
    ["KMS keys", "kmsKeyMonth", copies],
    // A bucket's key spares 99 of 100 requests.
    ["KMS requests", "kmsRequest", (writes * copies + reads) / 100],
    ["zone in Route 53", "zoneMonth", 1],
    ["secrets", "secretMonth", 4 * copies],
    ["logs", "logGb", logGb],
    ["logs: keeping them", "logGbMonth", logGb * logMonths],
    ["copies to other regions", "regionTransferGb", volumes.pushGb * volumes.replicaRegions],
    ["pulls to other regions", "regionTransferGb", volumes.otherRegionPullGb],
    ...internetItems(volumes.internetPullGb),
  ];
}

function ecrItems(input: CostInput, copies: number): Item[] {
  const { volumes, ecr } = input;
  const { pushes, pulledBlobs, pushedBlobs, pullRequests, pushRequests } = traffic(input);
  const endpoints = ecr.network === EcrCostNetwork.Endpoints ? 2 * ecr.zones : 0;
  // Layers of pulls come from S3, by an endpoint that costs nothing.
  const endpointGb = volumes.pushGb + (pullRequests + pushRequests) * requestGb;
  const natGb = volumes.pullGb + volumes.pushGb;
  return [
    ["images in ECR", "ecrGbMonth", volumes.storageGb * copies],
    ["copies to other regions", "ecrRegionTransferGb", volumes.pushGb * volumes.replicaRegions],
    ["pulls to other regions", "ecrRegionTransferGb", volumes.otherRegionPullGb],
    ...internetItems(volumes.internetPullGb),
    ["endpoints of ECR", "endpointHour", endpoints * copies * monthHours],
    ["endpoints: what they carry", "endpointGb", endpoints > 0 ? endpointGb : 0],
    ["NAT gateways: what they carry", "natGb", ecr.network === EcrCostNetwork.Nat ? natGb : 0],
    ["KMS keys", "kmsKeyMonth", ecr.ownKey ? copies : 0],
    ["KMS requests, at the most", "kmsRequest", ecr.ownKey ? pulledBlobs + pushedBlobs * copies : 0],
    ["scans", "inspectorImage", ecr.enhancedScanning ? pushes : 0],
    ["further scans", "inspectorRescan", ecr.enhancedScanning ? ecr.rescans : 0],
  ];
}

/** What is free of charge each month, GB: of all services of an account together, and taken for the registry's here. */
const freeInternetGb = 100;

/** AWS's steps of what goes to the Internet: up to how many GB, at which price. */
const internetSteps: readonly [upTo: number, price: PriceName][] = [
  [10_240, "internetGbTo10Tb"],
  [51_200, "internetGbTo50Tb"],
  [153_600, "internetGbTo150Tb"],
  [Infinity, "internetGbBeyond"],
];

function internetItems(gb: number): Item[] {
  let from = freeInternetGb;
  return internetSteps.map(([upTo, price]): Item => {
    const quantity = Math.max(0, Math.min(gb, upTo) - from);
    from = upTo;
    return ["pulls to the Internet", price, quantity];
  });
}
