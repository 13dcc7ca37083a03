import { ofKind, types, type Resource } from "./resources";

/** Networks that only exist inside: RFC 1918, carrier-grade NAT, unique local addresses. */
const insideIpv4 = [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["100.64.0.0", 10],
] as const;

/** Whether a range is everybody. */
export function isEverywhere(range: string): boolean {
  return /^0{1,3}(?:\.0{1,3}){3}\/0$/.test(range) || /^[0:]+\/0$/.test(range);
}

/** Whether a range lies in networks that only exist inside. */
export function isInside(range: string): boolean {
  if (range.includes(":")) return /^f[cd]/i.test(range);
  const [address = "", length = "32"] = range.split("/");
  return insideIpv4.some(([network, bits]) => Number(length) >= bits && prefix(address, bits) === prefix(network, bits));
}

function prefix(address: string, bits: number): number {
  const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return Math.floor(number / 2 ** (32 - bits));
}

/** A rule of a security group, of whatever form it has. */
export interface Rule {
  /** Ports, both included. */
  ports: readonly [number, number];
  /** `tcp`, `-1` for all. */
  protocol: string;
  /** Networks that it lets in, or out to. */
  ranges: readonly string[];
}

interface Ports {
  fromPort?: number;
  toPort?: number;
}

interface GroupRule extends Ports {
  cidrBlocks?: string[];
  ipv6CidrBlocks?: string[];
  protocol?: string;
}

interface SingleRule extends Ports {
  cidrIpv4?: string;
  cidrIpv6?: string;
  ipProtocol?: string;
}

/** Which way a rule is about. */
export type Direction = "ingress" | "egress";

/** Kinds that have rules for a direction. */
export function ruleKinds(direction: Direction): readonly string[] {
  const single = direction === "ingress" ? types.securityGroupIngressRule : types.securityGroupEgressRule;
  return [...types.securityGroup, ...types.securityGroupRule, ...single];
}

/** The rules of a resource for a direction. */
export function rulesOf(resource: Resource, direction: Direction): Rule[] {
  const [group] = ofKind<Partial<Record<Direction, GroupRule[]>>>([resource], types.securityGroup);
  if (group !== undefined) return (group.properties[direction] ?? []).map(asRule);
  const [old] = ofKind<GroupRule & { type?: string }>([resource], types.securityGroupRule);
  if (old !== undefined) return old.properties.type === direction ? [asRule(old.properties)] : [];
  const { cidrIpv4, cidrIpv6, ipProtocol, ...ports } = resource.properties as SingleRule;
  return [
    asRule({
      ...ports,
      ...(ipProtocol !== undefined && { protocol: ipProtocol }),
      cidrBlocks: present(cidrIpv4),
      ipv6CidrBlocks: present(cidrIpv6),
    }),
  ];
}

function present(range: string | undefined): string[] {
  return range === undefined ? [] : [range];
}

function asRule({ cidrBlocks = [], ipv6CidrBlocks = [], fromPort = 0, toPort = fromPort, protocol = "-1" }: GroupRule): Rule {
  const ranges = [...cidrBlocks, ...ipv6CidrBlocks];
  const all = protocol === "-1" || protocol === "all" || fromPort === -1;
  return { ports: all ? [0, 65_535] : [fromPort, toPort], protocol, ranges };
}

/** How a message names ports. */
export function portsText({ ports: [first, last] }: Rule): string {
  if (first === last) return `port ${first}`;
  return first <= 1 && last === 65_535 ? "every port" : `ports ${first} to ${last}`;
}
