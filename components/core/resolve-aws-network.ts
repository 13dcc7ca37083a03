import { isIPv4 } from "node:net";
import { checkText, isText } from "./checks";
import type { Problems } from "./errors";
import { defaultZones, ecrPlaceOf, isRegion } from "./aws-regions";
import { NatGateways } from "./shape-aws-network";
import type { ExistingNetworkShape, NetworkShape } from "./shape-aws-network";
import type { ExistingNetworkTopology, MadeNetworkTopology, AwsNetworkTopology, ZoneTopology } from "./topology-aws";

/** Zones have the letters a to f; the seventh and the eighth part of the network are kept for what is public. */
const letters = "abcdef";

/** What a network has to be fit for. */
export interface NetworkNeeds {
  /** Whether the load balancer has public addresses. */
  internetFacing: boolean;
  /** Images that tasks run. */
  images: readonly string[];
}

/** Fills in and checks where a registry is. */
export function resolveNetwork(region: string, shape: NetworkShape, needs: NetworkNeeds, problems: Problems): AwsNetworkTopology {
  if (shape.existing !== undefined) return resolveExisting(shape, shape.existing, needs, problems);
  const made = resolveMade(region, shape, needs, problems);
  return { cidrs: [made.cidr], made };
}

function resolveMade(
  region: string,
  shape: NetworkShape,
  { internetFacing, images }: NetworkNeeds,
  problems: Problems,
): MadeNetworkTopology {
  const cidr = shape.cidr ?? "10.64.0.0/16";
  const zones = shape.zones ?? defaultZones(region);
  const natGateways = shape.natGateways ?? NatGateways.PerZone;
  const kinds: string[] = Object.values(NatGateways);
  problems.require(kinds.includes(natGateways), "network.natGateways", `"${natGateways}" is not one of ${kinds.join(", ")}`);
  const withNat = natGateways !== NatGateways.None;
  const interfaceEndpoints = shape.interfaceEndpoints ?? !withNat;
  if (!withNat) checkImagesInside(region, images, interfaceEndpoints, problems);
  // What is no region has no zones, and is a problem already.
  const fits = problems.require(
    isPrivateNetwork(cidr),
    "network.cidr",
    `"${cidr}" is not a private network of /16 to /22 at its own base address, as 10.64.0.0/16`,
  );
  return {
    cidr,
    zones: isRegion(region) && checkZones(region, zones, problems) && fits ? zones.map((zone) => zoneOf(cidr, zone)) : [],
    natGateways,
    public: withNat || internetFacing,
    interfaceEndpoints,
    flowLogs: shape.flowLogs ?? true,
  };
}

/** Without a way out, tasks fetch images from ECR of the same region, by its endpoints. */
function checkImagesInside(region: string, images: readonly string[], interfaceEndpoints: boolean, problems: Problems): void {
  problems.require(
    interfaceEndpoints,
    "network.interfaceEndpoints",
    "false with natGateways: none leaves tasks no way to their images, secrets and logs: leave one of them out",
  );
  const outside = images.filter((image) => ecrPlaceOf(image)?.region !== region);
  problems.require(
    outside.length === 0,
    "images",
    `${outside.join(" and ")} cannot be fetched with network.natGateways: none: copy the images to ECR in ${region} and name it as images.mirror`,
  );
}

function checkZones(region: string, zones: readonly string[], problems: Problems): boolean {
  let valid = problems.require(
    zones.length >= 2 && zones.length <= letters.length,
    "network.zones",
    `${zones.length} zones: give 2 to ${letters.length}, so that any one can be lost`,
  );
  for (const [index, zone] of zones.entries()) {
    const fits = isText(zone, new RegExp(`^${region}[${letters}]$`));
    valid = problems.require(fits, `network.zones[${index}]`, `"${zone}" is not a zone of ${region}, as ${region}a`) && valid;
  }
  return problems.require(new Set(zones).size === zones.length, "network.zones", "names a zone twice") && valid;
}

/**
 * The subnets of a zone. They follow from its letter alone, so that a zone that is added or taken away moves no other: of eight parts of the network the first six
 * are private, one per letter, and the last is shared out to what is public.
 */
function zoneOf(cidr: string, zone: string): ZoneTopology {
  const letter = zone.slice(-1);
  const index = letters.indexOf(letter);
  return { name: zone, letter, privateCidr: partOf(cidr, 8, index), publicCidr: partOf(partOf(cidr, 8, 7), 8, index) };
}

/**
 * A part of a network.
 *
 * @param parts How many equal parts there are, a power of two.
 * @param index Which one, from 0.
 */
export function partOf(cidr: string, parts: number, index: number): string {
  const [address = "", prefix = ""] = cidr.split("/");
  const length = Number(prefix) + Math.log2(parts);
  return `${textOf(numberOf(address) + index * 2 ** (32 - length))}/${length}`;
}

/** Whether two networks have addresses in common. */
export function overlaps(a: string, b: string): boolean {
  const [first, second] = [a, b].map(rangeOf) as [Range, Range];
  return first.from < second.end && second.from < first.end;
}

interface Range {
  from: number;
  end: number;
}

function rangeOf(cidr: string): Range {
  const [address = "", prefix = "32"] = cidr.split("/");
  const from = numberOf(address);
  return { from, end: from + 2 ** (32 - Number(prefix)) };
}

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function textOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}

/** Networks that are nobody's on the Internet (RFC 1918, RFC 6598). */
export const privateNetworks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"] as const;

function isPrivateNetwork(cidr: string): boolean {
  if (!isNetwork(cidr)) return false;
  const { from, end } = rangeOf(cidr);
  const length = Number(cidr.split("/")[1]);
  const inside = privateNetworks.map(rangeOf).some((range) => range.from <= from && end <= range.end);
  return length >= 16 && length <= 22 && inside;
}

/** Whether `text` is a network of IPv4 at its own base address. */
export function isNetwork(text: string): boolean {
  const [address = "", prefix = ""] = typeof text === "string" ? text.split("/") : [];
  if (!isIPv4(address) || !/^\d{1,2}$/.test(prefix) || Number(prefix) > 32 || text.split("/").length !== 2) return false;
  return numberOf(address) % 2 ** (32 - Number(prefix)) === 0;
}

function resolveExisting(
  shape: NetworkShape,
  existing: ExistingNetworkShape,
  { internetFacing }: NetworkNeeds,
  problems: Problems,
): AwsNetworkTopology {
  const at = (field: string): string => `network.existing.${field}`;
  for (const field of ["cidr", "zones", "natGateways", "interfaceEndpoints", "flowLogs"] as const)
    problems.require(
      shape[field] === undefined,
      `network.${field}`,
      "has no effect on network.existing, which stays as it is: leave one of them out",
    );
  const { vpcId, publicSubnetIds = [] } = existing;
  const cidrs = existing.cidrs ?? [];
  const privateSubnetIds = existing.privateSubnetIds ?? [];
  checkText(problems, at("vpcId"), vpcId ?? "", "word");
  problems.require(cidrs.length > 0, at("cidrs"), "name at least one network, as 10.0.0.0/16");
  for (const [index, cidr] of cidrs.entries())
    problems.require(isNetwork(cidr), at(`cidrs[${index}]`), `"${cidr}" is not a network at its own base address, as 10.0.0.0/16`);
  checkSubnets(at("privateSubnetIds"), privateSubnetIds, true, problems);
  checkSubnets(at("publicSubnetIds"), publicSubnetIds, internetFacing, problems);
  const topology: ExistingNetworkTopology = { vpcId, privateSubnetIds, publicSubnetIds };
  return { cidrs, existing: topology };
}

function checkSubnets(path: string, ids: readonly string[], needed: boolean, problems: Problems): void {
  problems.require(
    !needed || ids.length >= 2,
    path,
    `${ids.length} subnets: give 2 or more, in different zones, so that any one can be lost`,
  );
  problems.require(new Set(ids).size === ids.length, path, "names a subnet twice");
  for (const [index, id] of ids.entries()) checkText(problems, `${path}[${index}]`, id, "word");
}
