import { createHash } from "node:crypto";
import type { AwsTopology } from "ha-registry-core";

/** What every resource of a region gets: the region, which the provider would else take from its own configuration, and tags. */
export interface Regional {
  /** Region. */
  region: string;
  /** Tags. */
  tags: Record<string, string>;
}

/** Region and tags of a part. */
export function regional(topology: AwsTopology, part: string): Regional {
  return { region: topology.region, tags: tagsOf(topology, part) };
}

/** Tags of a part: the user's own, and those by which everything of the registry is found. */
export function tagsOf({ name, labels }: AwsTopology, part: string): Record<string, string> {
  return { ...labels, Name: labels["Name"] ?? `${name}-${part}`, ...ownTags(name, part) };
}

/** Tags by which a part of a registry is found. */
export function ownTags(registry: string, part: string): Record<string, string> {
  return { "ha-registry": registry, "ha-registry:part": part };
}

/**
 * A physical name where the one that Pulumi would make of the logical name is too long for AWS: the beginning of it, and a sum of all of it. It follows from the logical
 * name alone.
 *
 * @param most Most characters that AWS takes.
 */
export function shortName(name: string, most: number): { name?: string } {
  if (name.length + autoNameSuffix <= most) return {};
  const sum = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return { name: `${name.slice(0, most - sum.length - 1).replace(/-+$/, "")}-${sum}` };
}

/** What Pulumi appends to a logical name: a hyphen and seven characters. */
const autoNameSuffix = 8;
