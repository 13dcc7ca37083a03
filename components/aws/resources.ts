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
  return { ...labels, Name: labels["Name"] ?? `${name}-${part}`, "ha-registry": name, "ha-registry:part": part };
}
