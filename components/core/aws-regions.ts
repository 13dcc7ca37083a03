import { isText } from "./checks";

/** Whether `region` is written as AWS writes regions, as `eu-central-1` or `us-gov-west-1`. That AWS has it is checked by {@link isKnownRegion}. */
export function isRegion(region: string): boolean {
  return isText(region, /^[a-z]{2,4}(-[a-z]+){1,3}-\d$/);
}

/** Partition of AWS that a region belongs to: names (ARNs) hold it, and accounts belong to one. */
export function partitionOf(region: string): string {
  if (isText(region, /^cn-/)) return "aws-cn";
  if (isText(region, /^us-gov-/)) return "aws-us-gov";
  return "aws";
}

/**
 * The regions of AWS, with the letters of three zones (two where there are no more) in which accounts that were opened lately have what the registry needs.
 * Elsewhere, and in older accounts, `network.zones` names them. As of 2026 (AWS Regional Services list, EC2 user guide).
 *
 * Further ones are appended, whatever their names: the network of a region of several follows from its place here.
 */
const zoneLetters: Readonly<Record<string, string>> = {
  "af-south-1": "abc",
  "ap-east-1": "abc",
  "ap-east-2": "abc",
  "ap-northeast-1": "acd",
  "ap-northeast-2": "abc",
  "ap-northeast-3": "abc",
  "ap-south-1": "abc",
  "ap-south-2": "abc",
  "ap-southeast-1": "abc",
  "ap-southeast-2": "abc",
  "ap-southeast-3": "abc",
  "ap-southeast-4": "abc",
  "ap-southeast-5": "abc",
  "ap-southeast-6": "abc",
  "ap-southeast-7": "abc",
  "ca-central-1": "abd",
  "ca-west-1": "abc",
  "cn-north-1": "abd",
  "cn-northwest-1": "abc",
  "eu-central-1": "abc",
  "eu-central-2": "abc",
  "eu-north-1": "abc",
  "eu-south-1": "abc",
  "eu-south-2": "abc",
  "eu-west-1": "abc",
  "eu-west-2": "abc",
  "eu-west-3": "abc",
  "il-central-1": "abc",
  "me-central-1": "abc",
  "me-south-1": "abc",
  "mx-central-1": "abc",
  "sa-east-1": "abc",
  "us-east-1": "abc",
  "us-east-2": "abc",
  "us-gov-east-1": "abc",
  "us-gov-west-1": "abc",
  "us-west-1": "ac",
  "us-west-2": "abc",
};

/** Whether this release knows the region. */
export function isKnownRegion(region: string): boolean {
  return Object.hasOwn(zoneLetters, region);
}

/** Zones of a region, where the user names none. */
export function defaultZones(region: string): string[] {
  return Array.from(zoneLetters[region] ?? "abc", (letter) => `${region}${letter}`);
}

/** Addresses of the network that a region of several has where the user says nothing: others' differ, and it stays whichever others there are. */
export function defaultCidr(region: string): string {
  return `10.${64 + Math.max(Object.keys(zoneLetters).indexOf(region), 0)}.0.0/16`;
}

/** Where an image in ECR is. */
export interface EcrPlace {
  /** Account of its repository. */
  account: string;
  /** Region. */
  region: string;
  /** Name of the repository. */
  repository: string;
}

/** Where an image in ECR is, of whatever account and region; nothing for an image that is elsewhere. */
export function ecrPlaceOf(image: string): EcrPlace | undefined {
  const found = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)/.exec(image);
  if (found === null) return undefined;
  const [, account = "", region = "", repository = ""] = found;
  return { account, region, repository };
}

/** Of the services that the registry uses, those whose endpoints have a prefix in China; CloudWatch Logs, Secrets Manager and S3's gateway have none. */
const prefixedInChina: readonly string[] = ["ecr.api", "ecr.dkr"];

/** Name of an endpoint service of AWS, as `com.amazonaws.eu-central-1.ecr.api`. */
export function endpointService(region: string, service: string): string {
  const name = `com.amazonaws.${region}.${service}`;
  return partitionOf(region) === "aws-cn" && prefixedInChina.includes(service) ? `cn.${name}` : name;
}
