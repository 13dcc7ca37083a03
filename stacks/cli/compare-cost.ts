import { existsSync, readFileSync } from "node:fs";
import { RegistryError, compareCost, pricesAsOf, pricesRegion, resolveCost } from "ha-registry-core";
import type { CostComparison, CostInput, CostLine, CostShape, CostSheet, CostVolumesShape } from "ha-registry-core";
import { parse } from "yaml";
import type { AnyStackConfig } from "../schema/stack-config";
import { print, printJson, table } from "./print";

/** Options of `compare-cost`: numbers as they were typed. */
export interface CompareCostOptions {
  volumes?: string;
  teamSize?: string;
  storageGb?: string;
  pullGb?: string;
  internetPullGb?: string;
  otherRegionPullGb?: string;
  pushGb?: string;
  replicaRegions?: string;
  nodes?: string;
  prices?: boolean;
  json?: boolean;
}

/** Tells what a registry costs a month on AWS, self-hosted and as ECR, from list prices or one's own. It asks nobody, and changes nothing. */
export function compareCosts(name: string, config: AnyStackConfig, options: CompareCostOptions): void {
  const input = resolveCost(options.volumes ?? name, shapeOf(config, options));
  const comparison = compareCost(input);
  const basis = { environment: name, region: pricesRegion, pricesAsOf, currency: "USD", per: "month" };
  if (options.json === true) printJson({ ...basis, ...input, ...comparison });
  else print(...listing(name, input, comparison, options.prices === true));
}

/** The file of volumes, the environment's size of the team where it names none, and the options, which go first. */
function shapeOf(config: AnyStackConfig, options: CompareCostOptions): CostShape {
  const file = options.volumes === undefined ? {} : readShape(options.volumes);
  const teamSize = numberOf(options.teamSize) ?? file.teamSize ?? config.registry?.teamSize;
  const nodes = numberOf(options.nodes);
  const volumes: CostVolumesShape = {};
  for (const field of ["storageGb", "pullGb", "internetPullGb", "otherRegionPullGb", "pushGb", "replicaRegions"] as const) {
    const value = numberOf(options[field]);
    if (value !== undefined) volumes[field] = value;
  }
  return {
    ...file,
    ...(teamSize === undefined ? {} : { teamSize }),
    volumes: { ...file.volumes, ...volumes },
    selfHosted: { ...file.selfHosted, ...(nodes === undefined ? {} : { nodes }) },
  };
}

/** What is no number stays one that no bound lets in, so that it is told with all other problems. */
function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text === "" ? NaN : text);
}

const groups = ["volumes", "selfHosted", "ecr", "prices"] as const;

function readShape(file: string): CostShape {
  if (!existsSync(file)) throw new RegistryError(file, [{ path: "--volumes", message: "there is no such file" }]);
  const content: unknown = parseYaml(file);
  const problems = [
    ...unknownKeys("", content, ["teamSize", "hourlyRate", ...groups]),
    ...groups
      .filter((group) => group !== "prices")
      .flatMap((group) => unknownKeys(`${group}.`, isRecord(content) ? (content[group] ?? {}) : {}, fields[group])),
  ];
  if (problems.length > 0) throw new RegistryError(file, problems);
  return content as CostShape;
}

function parseYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, "utf8")) ?? {};
  } catch (error) {
    const message = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new RegistryError(file, [{ path: "--volumes", message }]);
  }
}

/** Fields of each group: what resolves without any has all of them. */
const fields: Record<(typeof groups)[number], string[]> = (() => {
  const { volumes, selfHosted, ecr, prices } = resolveCost("", {});
  return { volumes: Object.keys(volumes), selfHosted: Object.keys(selfHosted), ecr: Object.keys(ecr), prices: Object.keys(prices) };
})();

function unknownKeys(path: string, value: unknown, known: readonly string[]): { path: string; message: string }[] {
  if (!isRecord(value)) return [{ path: path === "" ? "--volumes" : path.slice(0, -1), message: `is not a group of ${known.join(", ")}` }];
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => ({ path: `${path}${key}`, message: `is not known here: there are ${known.join(", ")}` }));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listing(name: string, input: CostInput, comparison: CostComparison, withPrices: boolean): string[] {
  const { selfHosted, ecr } = comparison;
  const { volumes, hourlyRate, ownPrices } = input;
  const used = [...selfHosted.lines, ...ecr.lines];
  const unverified = [...new Set(used.filter(({ price }) => !price.verified).map(({ priceName }) => priceName))];
  const own = ownPrices.length === 0 ? "" : `, ${ownPrices.length} of them your own`;
  return [
    `${name}: US dollars a month, list prices of ${pricesRegion} as of ${pricesAsOf}${own}`,
    `  ${amount(volumes.storageGb)} GB of images; pulls ${amount(volumes.pullGb)} GB in the region, ${amount(volumes.internetPullGb)} GB to the Internet, ` +
      `${amount(volumes.otherRegionPullGb)} GB to other regions; pushes ${amount(volumes.pushGb)} GB; ${volumes.replicaRegions} further regions`,
    "",
    ...sheetTable("SELF-HOSTED ON AWS", selfHosted),
    "",
    ...sheetTable("AMAZON ECR", ecr),
    "",
    verdict(comparison),
    ...(hourlyRate === 0 ? ["People's time is not counted: hourlyRate and hoursPerMonth of both, in a file for --volumes, count it."] : []),
    ...(unverified.length === 0 ? [] : [`Not verified by a second source, marked with ?: ${unverified.join(", ")}.`]),
    ...(withPrices ? ["", ...priceTable(used)] : ["--prices tells where each price is from."]),
  ];
}

function sheetTable(title: string, { lines, usd }: CostSheet): string[] {
  const rows = lines.map((line) => [line.item, amount(line.quantity), line.price.unit, priceOf(line), money(line.usd)]);
  const widest = Math.max(...[...rows.map((row) => row[4] ?? ""), money(usd)].map((cell) => cell.length));
  const aligned = [...rows, ["total", "", "", "", money(usd)]].map((row) => [...row.slice(0, 4), (row[4] ?? "").padStart(widest)]);
  return table([title, "QUANTITY", "UNIT", "PRICE", "USD".padStart(widest)], aligned);
}

function priceOf({ price }: CostLine): string {
  return `${decimal(price.usd)}${price.verified ? "" : " ?"}`;
}

/** A number without an exponent, which prices of single requests would have. */
function decimal(usd: number): string {
  return usd.toFixed(7).replace(/\.?0+$/, "");
}

function priceTable(lines: readonly CostLine[]): string[] {
  const rows = new Map(lines.map(({ priceName, price }) => [priceName, [priceName, decimal(price.usd), price.unit, price.source]]));
  return table(["PRICE", "USD", "UNIT", "SOURCE"], [...rows.values()]);
}

function verdict({ differenceUsd, evenAtStorageGb }: CostComparison): string {
  const difference = `ECR costs ${money(Math.abs(differenceUsd))} ${differenceUsd < 0 ? "less" : "more"}`;
  return evenAtStorageGb === undefined
    ? `${difference}.`
    : `${difference}; both cost the same with ${amount(evenAtStorageGb)} GB of images.`;
}

function money(usd: number): string {
  return usd.toFixed(2);
}

function amount(quantity: number): string {
  return quantity >= 100 || Number.isInteger(quantity) ? String(Math.round(quantity)) : String(Number(quantity.toPrecision(3)));
}
