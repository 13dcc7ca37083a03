import { addressIn } from "./addresses";
import { checkNumber, isText } from "./checks";
import type { Problems } from "./errors";
import { hosts, ports, publishedPorts } from "./layout";
import type { Ground } from "./placement";
import type { CommonRedisShape } from "./shape";
import type { GarbageCollectionShape, RetentionShape } from "./shape-garbage-collection";
import type { GarbageCollectionSettings, GarbageCollectionTopology, Placed, RetentionTopology } from "./topology";

/** Fills in and checks garbage collection. All of it is on the first host, which always has a registry node. */
export function resolveGarbageCollection(
  name: string,
  { hosts: machines, network, internalPortBase }: Ground,
  redis: CommonRedisShape,
  shape: GarbageCollectionShape,
  problems: Problems,
): GarbageCollectionTopology {
  const settings = resolveGarbageCollectionSettings(redis, shape, problems);
  const host = machines[0];
  const place = (part: string, number: number, port: number): Placed => ({
    number: 1,
    name: `${name}-${part}`,
    host: host?.name ?? "",
    address: addressIn(network.subnet, number),
    port,
  });
  const reports = internalPortBase + publishedPorts.fenceReports;
  return {
    collector: {
      ...place("garbage-collector", hosts.collector, ports.fenceReports),
      ...(host?.address === undefined ? {} : { published: { address: host.address, port: reports } }),
    },
    ...(host?.address === undefined ? {} : { publishedFencePort: reports + 1 }),
    marker: place("garbage-marker", hosts.marker, ports.marker),
    cacheCleaner: place("garbage-cache-cleaner", hosts.cacheCleaner, ports.cacheCleaner),
    ...settings,
  };
}

/** Fills in and checks what garbage collection is told. */
export function resolveGarbageCollectionSettings(
  redis: CommonRedisShape,
  shape: GarbageCollectionShape,
  problems: Problems,
): GarbageCollectionSettings {
  const at = (field: string): string => `garbageCollection.${field}`;
  problems.require(
    (redis.enabled ?? true) && redis.external === undefined,
    "garbageCollection",
    "what is removed has to be dropped from the cache of descriptors, too, and that takes a Redis of the registry's own: " +
      "leave out redis.enabled and redis.external, or garbageCollection",
  );
  const startsAt = shape.startsAt ?? "02:30";
  problems.require(isText(startsAt, /^([01]\d|2[0-3]):[0-5]\d$/), at("startsAt"), `"${startsAt}" is not a time of day, as 02:30`);
  const minimumAgeHours = shape.minimumAgeHours ?? 24;
  checkNumber(problems, at("minimumAgeHours"), minimumAgeHours, { from: 0, to: 8760, whole: true });
  const fenceTimeoutSeconds = shape.fenceTimeoutSeconds ?? 60;
  checkNumber(problems, at("fenceTimeoutSeconds"), fenceTimeoutSeconds, { from: 0, to: 3600, whole: true });

  return {
    startsAt,
    minimumAgeHours,
    fenceTimeoutSeconds,
    deleteUntagged: shape.deleteUntagged ?? false,
    retention: Object.entries(shape.retention ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([rule, retention]) => resolveRetention(at(`retention.${rule}`), retention, problems)),
  };
}

/**
 * Fills in and checks which images stay. Patterns become part of a script, so that only what names can hold is let in.
 *
 * @param checkPattern What else a pattern of tags has to be, at its path. @default - nothing
 */
export function resolveRetention(
  path: string,
  shape: RetentionShape,
  problems: Problems,
  checkPattern: (tag: string, at: string) => void = () => undefined,
): RetentionTopology {
  const { repositories = "*", keepLast = 0, keepDays = 0, keepTags = [] } = shape;
  problems.require(
    isText(repositories, /^[a-z0-9._/*-]+$/),
    `${path}.repositories`,
    `"${repositories}" is not a repository's name in which * stands for any characters`,
  );
  for (const [index, tag] of keepTags.entries()) {
    const at = `${path}.keepTags[${index}]`;
    const fits = problems.require(isText(tag, /^[A-Za-z0-9._*-]+$/), at, `"${tag}" is not a tag in which * stands for any characters`);
    if (fits) checkPattern(tag, at);
  }
  checkNumber(problems, `${path}.keepLast`, keepLast, { from: 0, to: 1_000_000, whole: true });
  checkNumber(problems, `${path}.keepDays`, keepDays, { from: 0, to: 36_500, whole: true });
  problems.require(
    keepLast > 0 || keepDays > 0,
    path,
    "every tag but those of keepTags would go at once: say with keepLast how many stay, or with keepDays how long",
  );
  return { repositories, keepLast, keepDays, keepTags: [...keepTags] };
}
