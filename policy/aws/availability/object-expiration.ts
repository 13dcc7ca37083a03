import { mlps, PolicyGroup, type CommonSettings, type Finding } from "ha-registry-policy-common";
import { awsStackPolicy } from "../aws-policy";
import { dataBucketsOf, logWriters, settingsOf, type Bucket } from "../buckets";
import { types, type Resource } from "../resources";

interface Settings extends CommonSettings {
  dataPrefixes: string[];
}

interface Filter {
  prefix?: string;
}

interface Lifecycle {
  rules?: { expiration?: { date?: string; days?: number }; filter?: Filter & { and?: Filter }; prefix?: string; status?: string }[];
}

/** Layers that vanish by age: distribution/distribution#4191. */
export const objectExpiration = awsStackPolicy<Settings>(
  {
    name: "object-expiration",
    group: PolicyGroup.Availability,
    description: "No lifecycle rule expires objects below a registry's data.",
    reason:
      "A layer is as old as its first push, however new the images are that have it: a rule that deletes by age breaks images that were pushed yesterday, and nobody finds out before a pull.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Leave out `expiration` (of old versions, `noncurrentVersionExpiration` is well); remove images with garbage collection and retention.",
    controls: [mlps("8.1.4.7")],
    configuration: {
      dataPrefixes: {
        type: "array",
        items: { type: "string" },
        description: "Prefixes below which registries keep images: with a `rootdirectory`, that",
        default: ["docker/"],
      },
    },
  },
  [types.bucket, types.bucketLifecycle, ...logWriters],
  (resources, { dataPrefixes }) =>
    dataBucketsOf(resources).flatMap((bucket) => {
      const inline: Finding[] = expiring(bucket.properties, dataPrefixes).map((message) => ({ message, about: bucket }));
      const rules = settingsOf<Lifecycle>(resources, types.bucketLifecycle, bucket);
      return [...inline, ...rules.flatMap((about): Finding[] => problems(about, dataPrefixes).map((message) => ({ message, about })))];
    }),
);

/** Removing what a deletion left behind of itself (`expiredObjectDeleteMarker`) ends nothing; the provider then says 0 days. */
function ends({ date, days = 0 }: { date?: string; days?: number }): boolean {
  return days > 0 || (date ?? "") !== "";
}

function problems({ properties: { rules = [] } }: Resource<Lifecycle>, dataPrefixes: readonly string[]): string[] {
  return rules
    .filter(({ expiration = {}, status }) => status !== "Disabled" && ends(expiration))
    .map(({ filter, prefix }) => filter?.prefix ?? filter?.and?.prefix ?? prefix ?? "")
    .filter((prefix) => reaches(prefix, dataPrefixes))
    .map(messageFor);
}

function expiring({ lifecycleRules = [] }: Bucket, dataPrefixes: readonly string[]): string[] {
  return lifecycleRules
    .filter(({ enabled, expiration = {} }) => enabled !== false && ends(expiration))
    .map(({ prefix = "" }) => prefix)
    .filter((prefix) => reaches(prefix, dataPrefixes))
    .map(messageFor);
}

function reaches(prefix: string, dataPrefixes: readonly string[]): boolean {
  return dataPrefixes.some((data) => data.startsWith(prefix) || prefix.startsWith(data));
}

function messageFor(prefix: string): string {
  return `deletes layers by their age (${prefix === "" ? "all objects" : `objects below ${prefix}`}): leave out \`expiration\``;
}
