import { checkNumber } from "../checks";
import { Problems } from "../errors";
import { hosts } from "../layout";
import { sizeFor } from "../sizing";
import { listPrices } from "./prices";
import type { PriceName, Prices } from "./prices";
import { EcrCostNetwork } from "./shape-cost";
import type { CostShape, CostVolumesShape, EcrCostShape, SelfHostedCostShape } from "./shape-cost";

/** What costs are calculated of, with nothing left out. */
export interface CostInput {
  /** How much there is and moves. */
  volumes: Required<CostVolumesShape>;
  /** What runs where the registry is self-hosted. */
  selfHosted: Required<SelfHostedCostShape>;
  /** What there is beside ECR. */
  ecr: Required<EcrCostShape>;
  /** What an hour of people costs, US dollars. */
  hourlyRate: number;
  /** Which row of the table a server of Redis is. */
  redisPrice: PriceName;
  /** Prices. */
  prices: Prices;
  /** Names of the prices that the user gave. */
  ownPrices: string[];
}

/** GB that a developer pulls and pushes a month, where nobody says: an estimate, one image's worth of layers a working day and a quarter of that. */
const perDeveloperGb = { pull: 20, push: 5 };

/**
 * Fills in and checks what costs are calculated of.
 *
 * @param name What problems are told of, as the name of a file.
 * @throws {RegistryError} with every problem found.
 */
export function resolveCost(name: string, shape: CostShape): CostInput {
  const problems = new Problems();
  const { teamSize = 20, hourlyRate = 0 } = shape;
  checkNumber(problems, "teamSize", teamSize, { from: 1, to: 1_000_000, whole: true });
  checkNumber(problems, "hourlyRate", hourlyRate, { from: 0, to: 10_000 });
  const input: CostInput = {
    volumes: resolveVolumes(teamSize, shape.volumes ?? {}, problems),
    selfHosted: resolveSelfHosted(teamSize, shape.selfHosted ?? {}, problems),
    ecr: resolveEcr(shape.ecr ?? {}, problems),
    hourlyRate,
    redisPrice: redisPriceFor(teamSize),
    ...resolvePrices(shape.prices ?? {}, problems),
  };
  problems.throwIfAny(name);
  return input;
}

function resolveVolumes(teamSize: number, shape: CostVolumesShape, problems: Problems): Required<CostVolumesShape> {
  const volumes = {
    storageGb: shape.storageGb ?? sizeFor(teamSize).storageGiB,
    pullGb: shape.pullGb ?? teamSize * perDeveloperGb.pull,
    internetPullGb: shape.internetPullGb ?? 0,
    otherRegionPullGb: shape.otherRegionPullGb ?? 0,
    pushGb: shape.pushGb ?? teamSize * perDeveloperGb.push,
    imageMb: shape.imageMb ?? 300,
    layers: shape.layers ?? 6,
    replicaRegions: shape.replicaRegions ?? 0,
  };
  for (const field of ["storageGb", "pullGb", "internetPullGb", "otherRegionPullGb", "pushGb"] as const)
    checkNumber(problems, `volumes.${field}`, volumes[field], { from: 0, to: 1e9 });
  checkNumber(problems, "volumes.imageMb", volumes.imageMb, { from: 1, to: 1e6 });
  checkNumber(problems, "volumes.layers", volumes.layers, { from: 1, to: 127, whole: true });
  checkNumber(problems, "volumes.replicaRegions", volumes.replicaRegions, { from: 0, to: 30, whole: true });
  return volumes;
}

function resolveSelfHosted(teamSize: number, shape: SelfHostedCostShape, problems: Problems): Required<SelfHostedCostShape> {
  const size = sizeFor(teamSize);
  const taskCpus = shape.taskCpus ?? cpusFor(teamSize);
  const needed = Math.ceil((size.nodeMemoryMiB + size.balancerMemoryMiB) / 1024);
  const zones = shape.zones ?? 3;
  const selfHosted = {
    nodes: shape.nodes ?? size.nodes,
    taskCpus,
    // Fargate has no less than 2 GB for each virtual CPU, and 1 GB for half of one.
    taskMemoryGb: shape.taskMemoryGb ?? Math.max(needed, 2 * taskCpus),
    arm: shape.arm ?? false,
    zones,
    natGateways: shape.natGateways ?? zones,
    natGb: shape.natGb ?? 10,
    redirect: shape.redirect ?? true,
    redisServers: shape.redisServers ?? 2,
    logMonths: shape.logMonths ?? 6,
    hoursPerMonth: shape.hoursPerMonth ?? 0,
  };
  const at = (field: string): string => `selfHosted.${field}`;
  checkNumber(problems, at("nodes"), selfHosted.nodes, { from: 2, to: hosts.mostNodes, whole: true });
  checkNumber(problems, at("taskCpus"), taskCpus, { from: 0.25, to: 16 });
  checkNumber(problems, at("taskMemoryGb"), selfHosted.taskMemoryGb, { from: 0.5, to: 120 });
  checkNumber(problems, at("zones"), zones, { from: 2, to: 6, whole: true });
  checkNumber(problems, at("natGateways"), selfHosted.natGateways, { from: 0, to: 6, whole: true });
  checkNumber(problems, at("natGb"), selfHosted.natGb, { from: 0, to: 1e9 });
  checkNumber(problems, at("redisServers"), selfHosted.redisServers, { from: 0, to: 6, whole: true });
  checkNumber(problems, at("logMonths"), selfHosted.logMonths, { from: 0, to: 120 });
  checkNumber(problems, at("hoursPerMonth"), selfHosted.hoursPerMonth, { from: 0, to: 10_000 });
  return selfHosted;
}

function cpusFor(teamSize: number): number {
  if (teamSize < 50) return 0.5;
  return teamSize <= 200 ? 1 : 2;
}

/** The smallest server of ElastiCache that holds what the team's cache may take: of 512 MiB, of which a quarter is ElastiCache's, or of 1.4 GiB. */
function redisPriceFor(teamSize: number): PriceName {
  return sizeFor(teamSize).redisMemoryMiB <= 384 ? "redisMicroHour" : "redisSmallHour";
}

function resolveEcr(shape: EcrCostShape, problems: Problems): Required<EcrCostShape> {
  const ecr = {
    network: shape.network ?? EcrCostNetwork.Endpoints,
    zones: shape.zones ?? 3,
    enhancedScanning: shape.enhancedScanning ?? false,
    rescans: shape.rescans ?? 0,
    ownKey: shape.ownKey ?? true,
    hoursPerMonth: shape.hoursPerMonth ?? 0,
  };
  const networks = Object.values(EcrCostNetwork);
  problems.require(networks.includes(ecr.network), "ecr.network", `"${ecr.network}" is not one of ${networks.join(", ")}`);
  checkNumber(problems, "ecr.zones", ecr.zones, { from: 1, to: 6, whole: true });
  checkNumber(problems, "ecr.rescans", ecr.rescans, { from: 0, to: 1e9 });
  checkNumber(problems, "ecr.hoursPerMonth", ecr.hoursPerMonth, { from: 0, to: 10_000 });
  return ecr;
}

function resolvePrices(own: Record<string, number>, problems: Problems): Pick<CostInput, "prices" | "ownPrices"> {
  const prices: Prices = { ...listPrices };
  for (const [name, usd] of Object.entries(own)) {
    const path = `prices.${name}`;
    if (!isPriceName(name)) problems.add(path, `there is no such price: there are ${Object.keys(listPrices).join(", ")}`);
    else {
      checkNumber(problems, path, usd, { from: 0, to: 1e6 });
      prices[name] = { ...listPrices[name], usd, source: "your own", verified: true };
    }
  }
  return { prices, ownPrices: Object.keys(own).sort() };
}

function isPriceName(name: string): name is PriceName {
  return Object.hasOwn(listPrices, name);
}
