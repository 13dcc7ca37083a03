import { resolveRegion } from "./resolve-aws";
import { checkRegion } from "./resolve-aws-checks";
import { defaultCidr, isKnownRegion, partitionOf } from "./aws-regions";
import { Problems } from "./errors";
import { overlaps } from "./resolve-aws-network";
import { resolveRoutes } from "./resolve-aws-routes";
import { Routing, TagReads } from "./shape-aws-global";
import type { GlobalRegistryShape, RegionShape } from "./shape-aws-global";
import type { AwsRegistryShape } from "./shape-aws";
import type { AwsTopology } from "./topology-aws";
import type { CopiesTopology, GlobalTopology, PeeringTopology, RegionTopology } from "./topology-aws-global";

/**
 * Fills in defaults and checks everything that is plain, for several regions of AWS.
 *
 * @param name Name of the registry: lower-case letters, digits and hyphens, 40 at the most.
 * @param shape What the user asks for.
 * @throws {RegistryError} with every problem found, before anything is created.
 */
export function resolveGlobalTopology(name: string, shape: GlobalRegistryShape): GlobalTopology {
  const problems = new Problems();
  const names = Object.keys(shape.regions ?? {}).sort();
  checkRegions(shape, names, problems);
  const found = new Map<string, AwsTopology>();
  for (const region of names.filter(isKnownRegion)) found.set(region, resolveOne(name, region, shape, problems));
  const regions = [...found].map(([region, topology]): RegionTopology => ({ region, topology }));
  checkTogether(shape, regions, problems);
  const home = found.get(shape.home);
  const { dns } = home ?? {};
  const routes = resolveRoutes(shape, names, problems);
  problems.throwIfAny(name === "" ? "registry" : name);
  return {
    name,
    home: shape.home,
    regions: regions.map(({ region, topology }) => ({ region, topology: withOthers(topology, shape, regions, home) })),
    ...(dns === undefined ? {} : { dns: { ...dns, routing: shape.dns?.routing ?? Routing.Latency, routes } }),
    peerings: peerings(shape.home, regions),
    copies: copies(shape.home, names),
  };
}

function checkRegions({ home, regions, tagReads, dns }: GlobalRegistryShape, names: readonly string[], problems: Problems): void {
  for (const region of names) checkRegion(region, problems, `regions.${region}`);
  problems.require(names.length > 0, "regions", "is empty: name at least the one that takes pushes");
  problems.require(
    typeof home === "string" && Object.hasOwn(regions ?? {}, home),
    "home",
    `"${home}" is not among the regions, and there is exactly one that takes pushes: name one of ${names.join(", ")}`,
  );
  const partitions = new Set(names.map(partitionOf));
  problems.require(
    partitions.size <= 1,
    "regions",
    `are in different partitions of AWS (${[...partitions].join(", ")}), between which nothing is copied: make a registry in each`,
  );
  checkOneOf(Object.values(TagReads), "tagReads", tagReads, problems);
  checkOneOf(Object.values(Routing), "dns.routing", dns?.routing, problems);
}

function checkOneOf(kinds: string[], path: string, value: string | undefined, problems: Problems): void {
  problems.require(value === undefined || kinds.includes(value), path, `"${value}" is not one of ${kinds.join(", ")}`);
}

/** What may be said of all regions, and of each. */
const parts = ["images", "network", "nodes", "loadBalancer", "objectStore", "redis"] as const;

/** One region's topology. A problem is noted once where it is everybody's, and with the region's name where that has something of its own to say. */
function resolveOne(name: string, region: string, shape: GlobalRegistryShape, problems: Problems): AwsTopology {
  const own = shape.regions[region] ?? {};
  const found = new Problems();
  const topology = resolveRegion(name, regionalShape(region, shape, own), found);
  if (topology.objectStore.existingBucket !== undefined)
    found.add("objectStore.existingBucket", "cannot be one of several, since S3 has to be told to copy between them: leave it out");
  if (topology.loadBalancer.internetFacing)
    found.add(
      "loadBalancer.internetFacing",
      "cannot be set for several regions yet, since they reach home by private addresses: leave it out",
    );
  if (topology.monitoring?.existingTopicArn !== undefined)
    found.add(
      "monitoring.existingTopicArn",
      "cannot be set for several regions, since alarms tell topics of their own region alone: leave it out",
    );
  for (const { path, message } of found.all) {
    const isOwn = ownsField(own, path);
    const full = isOwn ? `regions.${region}.${path === certificatePath ? "existingCertificateArn" : path}` : path;
    if (!problems.all.some((other) => other.path === full && other.message === message)) problems.add(full, message);
  }
  return topology;
}

const certificatePath = "certificates.existingCertificateArn";

function ownsField(own: RegionShape, path: string): boolean {
  const [part = "", field = ""] = path.split(/[.[]/);
  if (path === certificatePath || part === "encryption") return true;
  const values = (own as Record<string, unknown>)[part];
  return typeof values === "object" && values !== null && (field === "" || Object.hasOwn(values, field));
}

function regionalShape(region: string, shape: GlobalRegistryShape, own: RegionShape): AwsRegistryShape {
  const merged = Object.fromEntries(parts.map((part) => [part, { ...shape[part], ...own[part] }])) as Pick<
    AwsRegistryShape,
    (typeof parts)[number]
  >;
  const { existing } = merged.network ?? {};
  const { existingCertificateArn, encryption } = own;
  return {
    region,
    hostname: shape.hostname,
    alternativeNames: shape.alternativeNames,
    teamSize: shape.teamSize,
    dataProtection: shape.dataProtection,
    tags: shape.tags,
    access: shape.access,
    naming: shape.naming,
    logs: shape.logs,
    ...(shape.monitoring === undefined ? {} : { monitoring: shape.monitoring }),
    ...merged,
    network: existing === undefined ? { cidr: defaultCidr(region), ...merged.network } : merged.network,
    certificates: { ...shape.certificates, ...(existingCertificateArn === undefined ? {} : { existingCertificateArn }) },
    ...(shape.dns === undefined ? {} : { dns: shape.dns }),
    ...(encryption === undefined ? {} : { encryption }),
  };
}

function checkTogether({ regions: shapes }: GlobalRegistryShape, regions: readonly RegionTopology[], problems: Problems): void {
  const [first] = regions;
  for (const [index, { region, topology }] of regions.entries()) {
    for (const other of regions.slice(0, index))
      for (const cidr of topology.network.cidrs)
        for (const otherCidr of other.topology.network.cidrs.filter((one) => isComparable(one) && isComparable(cidr)))
          problems.require(
            !overlaps(cidr, otherCidr),
            `regions.${region}.network`,
            `${cidr} overlaps ${otherCidr} of ${other.region}, and the two have to reach each other: give it another cidr`,
          );
    problems.require(
      topology.loadBalancer.port === first?.topology.loadBalancer.port,
      `regions.${region}.loadBalancer.port`,
      "differs from other regions', and image references hold it: give it as loadBalancer.port, for all",
    );
  }
  const own = regions.filter(({ region }) => shapes[region]?.existingCertificateArn !== undefined);
  problems.require(
    own.length === 0 || own.length === regions.length,
    "regions",
    `${own.map(({ region }) => region).join(", ")} bring a certificate, and the others do not: give existingCertificateArn to every region, or to none`,
  );
}

/** Whether a network is written as one; that it is not has been noted already. */
function isComparable(cidr: string): boolean {
  return typeof cidr === "string" && /^\d+\.\d+\.\d+\.\d+\/\d+$/.test(cidr);
}

/** A region as it is among others: what it asks home for, or whom it answers as home. */
function withOthers(
  topology: AwsTopology,
  { home: homeName, tagReads = TagReads.Region }: GlobalRegistryShape,
  regions: readonly RegionTopology[],
  home: AwsTopology | undefined,
): AwsTopology {
  if (home === undefined || topology.region === homeName) return asHome(topology, regions);
  return {
    ...topology,
    storeIsCopy: true,
    redis: { ...topology.redis, enabled: false, own: false },
    home: {
      region: homeName,
      address: "",
      port: home.loadBalancer.port,
      mostAddresses: mostAddresses(home),
      tagReads,
    },
  };
}

function mostAddresses({ network: { made, existing } }: AwsTopology): number {
  return made?.zones.length ?? existing?.privateSubnetIds.length ?? 1;
}

function asHome(topology: AwsTopology, regions: readonly RegionTopology[]): AwsTopology {
  const others = regions.filter(({ region }) => region !== topology.region);
  const regionCidrs = others.flatMap(({ topology: { network } }) => network.cidrs);
  if (regionCidrs.length === 0) return topology;
  const { loadBalancer } = topology;
  const unadmitted = regionCidrs.filter((cidr) => !loadBalancer.admittedRanges.some((range) => isComparable(range) && covers(range, cidr)));
  return {
    ...topology,
    regionCidrs,
    loadBalancer: { ...loadBalancer, admittedRanges: [...loadBalancer.admittedRanges, ...unadmitted] },
  };
}

/** Whether one network has another one in it; of two that overlap, the one with the shorter prefix has. */
function covers(range: string, cidr: string): boolean {
  const prefix = (text: string): number => Number(text.split("/")[1]);
  return overlaps(range, cidr) && prefix(range) <= prefix(cidr);
}

/** Home is joined with each other region that has a network of the registry's own; a network that is there already is joined by whoever has it. */
function peerings(home: string, regions: readonly RegionTopology[]): PeeringTopology[] {
  const made = regions.filter(({ topology }) => topology.network.made !== undefined).map(({ region }) => region);
  if (!made.includes(home)) return [];
  return made
    .filter((region) => region !== home)
    .map((region) => {
      const [requester = "", accepter = ""] = [home, region].sort();
      return { requester, accepter };
    });
}

/**
 * Home's bucket is copied to every other, and every other to home's: what a former home took and had not copied when it was lost comes once it is back. Regions copy no
 * copies, so that nothing goes round.
 */
function copies(home: string, names: readonly string[]): CopiesTopology[] {
  const others = names.filter((region) => region !== home);
  if (others.length === 0) return [];
  return names.map((from) => (from === home ? { from, to: others, fromHome: true } : { from, to: [home], fromHome: false }));
}
