import type { Problems } from "./errors";
import type { Topology } from "./topology";
import type { MonitoringTopology } from "./topology-monitoring";

/** The images that the library runs. */
export enum ImageName {
  /** The registry itself: CNCF distribution. */
  Registry = "registry",
  /** The load balancer. */
  Haproxy = "haproxy",
  /** The cache of blob descriptors: Valkey, which speaks Redis's protocol. */
  Redis = "redis",
  /** What moves an address between hosts: keepalived. */
  Keepalived = "keepalived",
  /** The object store that the library runs itself. */
  Garage = "garage",
  /** What copies and removes objects for garbage collection and backups: rclone. */
  Rclone = "rclone",
  /** What collects metrics and evaluates alert rules: Prometheus. */
  Prometheus = "prometheus",
  /** What groups alerts and sends them to people: Alertmanager. */
  Alertmanager = "alertmanager",
  /** What tells of a host: its processors, memory and disks. */
  NodeExporter = "node-exporter",
  /** What tells of Redis servers and sentinels. */
  RedisExporter = "redis-exporter",
  /** What looks at certificates as clients see them. */
  BlackboxExporter = "blackbox-exporter",
  /** What pushes and pulls as a client does, for the synthetic probe. */
  Regctl = "regctl",
  /** Dashboards. It cannot be built from packages, so that a registry has to do without it where it cannot be pulled. */
  Grafana = "grafana",
  /** What keeps the audit log, and forwards it: syslog-ng. */
  SyslogNg = "syslogng",
}

/** One row of the image table. */
export interface ImageEntry {
  /** Repository on Docker Hub, without host. */
  repository: string;
  /** Tag that is run when nothing else is configured. */
  tag: string;
  /** Oldest version that is let in. */
  floor: string;
  /** Why nothing older is let in. */
  floorReason: string;
}

/** Every image that the library runs: the one place where their versions are decided. */
export const imageTable: Readonly<Record<ImageName, ImageEntry>> = {
  [ImageName.Registry]: {
    repository: "registry",
    tag: "3.1.2",
    floor: "3.1.2",
    floorReason: "CVE-2026-85747: older versions skip the digest check of manifests that they fetch",
  },
  [ImageName.Haproxy]: {
    repository: "haproxy",
    tag: "3.0-alpine",
    floor: "3.0",
    floorReason: "2.8 and older leave maintenance before the certificates of this release expire",
  },
  [ImageName.Redis]: {
    repository: "valkey/valkey",
    tag: "8.1-alpine",
    floor: "7.2",
    floorReason: "CVE-2025-49844: older branches got no fix for the use-after-free in Lua",
  },
  // Neither its authors nor Docker publish an image. This one is Alpine's package and a supervisor, which is not used: we start keepalived
  // itself. Any image that has keepalived, sh and wget on its PATH will do, as one that is built of Debian's or Alpine's package.
  [ImageName.Keepalived]: {
    repository: "shawly/keepalived",
    tag: "2.3",
    floor: "2.3.2",
    floorReason: "CVE-2024-41184: older versions read past the end of what is configured",
  },
  // AGPL-3.0: it is run as it was published, as a service of its own, which asks nothing of what talks to it.
  [ImageName.Garage]: {
    repository: "dxflrs/garage",
    tag: "v2.5.0",
    floor: "2.3.0",
    floorReason: "older versions cannot be told through their administration API to abort abandoned uploads",
  },
  [ImageName.Rclone]: {
    repository: "rclone/rclone",
    tag: "1.75.1",
    floor: "1.73.0",
    floorReason: "older versions are built with a Go whose TLS has known holes (CVE-2025-68121)",
  },
  // The release with long-term support, until July 2027.
  [ImageName.Prometheus]: {
    repository: "prom/prometheus",
    tag: "v3.13.5",
    floor: "3.13.0",
    floorReason: "CVE-2026-44990 (cross-site scripting in the web interface); the long-term support of 3.5 ended in July 2026",
  },
  [ImageName.Alertmanager]: {
    repository: "prom/alertmanager",
    tag: "v0.35.0",
    floor: "0.34.2",
    floorReason: "older versions let any web page that an operator opens read alerts and silence them (#5664)",
  },
  [ImageName.NodeExporter]: {
    repository: "prom/node-exporter",
    tag: "v1.12.1",
    floor: "1.9.0",
    floorReason: "older versions are built with a Go that no longer gets fixes",
  },
  // The alpine variants: health checks need a shell.
  [ImageName.RedisExporter]: {
    repository: "oliver006/redis_exporter",
    tag: "v1.86.0-alpine",
    floor: "1.74.0",
    floorReason: "older versions are built with a Go that no longer gets fixes",
  },
  [ImageName.BlackboxExporter]: {
    repository: "prom/blackbox-exporter",
    tag: "v0.28.0",
    floor: "0.27.0",
    floorReason: "older versions are built with a Go that no longer gets fixes",
  },
  [ImageName.Regctl]: {
    repository: "regclient/regctl",
    tag: "v0.11.7-alpine",
    floor: "0.11.0",
    floorReason: "older versions are built with a Go that no longer gets fixes",
  },
  // AGPL-3.0: it is run as it was published, as a service of its own, which asks nothing of what talks to it.
  [ImageName.Grafana]: {
    repository: "grafana/grafana",
    tag: "13.2.0",
    floor: "13.2.0",
    floorReason: "CVE-2026-17183 is fixed in it",
  },
  [ImageName.SyslogNg]: {
    repository: "balabit/syslog-ng",
    tag: "4.8.1",
    floor: "4.8.0",
    floorReason: "older versions do not say which of their HTTP answers are to be tried again as the library writes it",
  },
};

/** Where images come from, and which ones replace those of the table. */
export interface ImagesShape {
  /**
   * Registry (and path) that holds copies of the images under their own names, as `registry.corp.example/mirror`.
   * @default - the names as they are on Docker Hub
   */
  mirror?: string;
  /**
   * Full references by image name (`registry`, `haproxy`, `redis`, …: see `ImageName`), as `haproxy:3.0.12`, `corp.example/haproxy@sha256:…` or an
   * image ID `sha256:…` of an image that was built on the host. They are taken as they are, without `mirror`.
   * @default - the table's
   */
  references?: Record<string, string>;
}

/** The reference under which each image is run. An interface rather than a `Record`: schema inference refuses mapped types. */
export interface ImageReferences {
  /** The registry. */
  [ImageName.Registry]: string;
  /** The load balancer. */
  [ImageName.Haproxy]: string;
  /** The cache of blob descriptors. */
  [ImageName.Redis]: string;
  /** What moves an address between hosts. */
  [ImageName.Keepalived]: string;
  /** The object store. */
  [ImageName.Garage]: string;
  /** What copies and removes objects. */
  [ImageName.Rclone]: string;
  /** What collects metrics. */
  [ImageName.Prometheus]: string;
  /** What sends alerts to people. */
  [ImageName.Alertmanager]: string;
  /** What tells of a host. */
  [ImageName.NodeExporter]: string;
  /** What tells of Redis. */
  [ImageName.RedisExporter]: string;
  /** What looks at certificates. */
  [ImageName.BlackboxExporter]: string;
  /** What pushes and pulls for the synthetic probe. */
  [ImageName.Regctl]: string;
  /** Dashboards. */
  [ImageName.Grafana]: string;
  /** What keeps the audit log. */
  [ImageName.SyslogNg]: string;
}

/** The parts of an image reference; either `id`, or `repository` with a tag, a digest or both. */
export interface ParsedReference {
  /** Image ID of an image on the host, `sha256:` and 64 hexadecimal digits. */
  id?: string;
  /** Repository with its registry, as `corp.example:5000/mirror/haproxy`. */
  repository?: string;
  /** Tag, as `3.0.11-alpine`. */
  tag?: string;
  /** Digest of the manifest, `sha256:` and 64 hexadecimal digits. */
  digest?: string;
}

const DIGEST = "sha256:[0-9a-f]{64}";
const PATH_COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const HOST = "(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:]+\\])(?::[0-9]+)?";
const REPOSITORY = `(?:${HOST}/)?${PATH_COMPONENT}(?:/${PATH_COMPONENT})*`;
const REFERENCE = new RegExp(`^(?<repository>${REPOSITORY})(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>${DIGEST}))?$`);
const IMAGE_ID = new RegExp(`^${DIGEST}$`);
const MIRROR = new RegExp(`^${HOST}(?:/${PATH_COMPONENT})*$`);
const VERSION = /^v?(?<numbers>\d+(?:\.\d+)*)(?<rest>.*)$/;
const PRE_RELEASE = /^[-.+_~]?(?:alpha|beta|rc|dev|pre)/;

/** The parts of `reference` by the grammar of distribution's reference package; undefined when it is none. */
export function parseReference(reference: string): ParsedReference | undefined {
  if (IMAGE_ID.test(reference)) return { id: reference };
  const groups = REFERENCE.exec(reference)?.groups;
  if (groups === undefined) return undefined;
  const { repository, tag, digest } = groups;
  return { repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

/** Whether a tag or program output names a version, as `3.0`, `v3.1.2` or `8.1.4-alpine` do and `latest` does not. */
export function isVersion(text: string): boolean {
  return VERSION.test(text);
}

/**
 * Orders versions by their numbers; missing numbers count as 0. A pre-release (`3.1.2-rc.1`, `3.1-dev5`) comes before its release;
 * any other suffix (`3.0.11-alpine`, `8.1.1+dfsg1`) does not count.
 *
 * @returns a negative number when `a` is older, a positive one when it is newer, 0 when they are equal.
 * @throws {RangeError} when one of them is no version (see {@link isVersion}).
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [versionParts(a), versionParts(b)];
  for (let i = 0; i < Math.max(left.numbers.length, right.numbers.length); i++) {
    const difference = (left.numbers[i] ?? 0) - (right.numbers[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return Number(left.released) - Number(right.released);
}

/**
 * Whether `version` belongs to what `tag` names: `3.0.11` belongs to `3.0` and `3`, not to `3.0.12`. A tag that names no version
 * (`stable`) takes all.
 */
export function isInSeries(version: string, tag: string): boolean {
  if (!isVersion(tag)) return true;
  const [{ numbers }, series] = [versionParts(version), versionParts(tag)];
  return series.released && series.numbers.every((number, i) => (numbers[i] ?? 0) === number);
}

function versionParts(text: string): { numbers: number[]; released: boolean } {
  const groups = VERSION.exec(text)?.groups;
  if (groups === undefined) throw new RangeError(`"${text}" is no version`);
  return { numbers: (groups.numbers ?? "").split(".").map(Number), released: !PRE_RELEASE.test(groups.rest ?? "") };
}

/**
 * The reference under which each image is run: the table's, from the mirror if one is named, unless `references` has another.
 *
 * @param images What the user asked for.
 * @param problems Takes what is wrong with it, under `images.…`.
 */
export function resolveImages(images: ImagesShape | undefined, problems: Problems): ImageReferences {
  const { mirror, references = {} } = images ?? {};
  if (mirror !== undefined) checkMirror(mirror, problems);
  for (const name of Object.keys(references)) {
    const known = Object.values<string>(ImageName);
    problems.require(known.includes(name), `images.references.${name}`, `is no image of this library; the images are ${known.join(", ")}`);
  }
  const resolve = (name: ImageName): string => {
    const own = Object.hasOwn(references, name) ? references[name] : undefined;
    if (own === undefined) return tableReference(name, mirror);
    checkReference(name, own, problems);
    return own;
  };
  return {
    [ImageName.Registry]: resolve(ImageName.Registry),
    [ImageName.Haproxy]: resolve(ImageName.Haproxy),
    [ImageName.Redis]: resolve(ImageName.Redis),
    [ImageName.Keepalived]: resolve(ImageName.Keepalived),
    [ImageName.Garage]: resolve(ImageName.Garage),
    [ImageName.Rclone]: resolve(ImageName.Rclone),
    [ImageName.Prometheus]: resolve(ImageName.Prometheus),
    [ImageName.Alertmanager]: resolve(ImageName.Alertmanager),
    [ImageName.NodeExporter]: resolve(ImageName.NodeExporter),
    [ImageName.RedisExporter]: resolve(ImageName.RedisExporter),
    [ImageName.BlackboxExporter]: resolve(ImageName.BlackboxExporter),
    [ImageName.Regctl]: resolve(ImageName.Regctl),
    [ImageName.Grafana]: resolve(ImageName.Grafana),
    [ImageName.SyslogNg]: resolve(ImageName.SyslogNg),
  };
}

/** The images that a registry runs, those of parts that it has: what nobody runs need not be fetched, and Garage takes minutes to build. */
export function imagesOf({ redis, loadBalancer, objectStore, garbageCollection, backup, monitoring, audit }: Topology): ImageName[] {
  return [
    ImageName.Registry,
    ImageName.Haproxy,
    ...(redis.servers.length > 0 ? [ImageName.Redis] : []),
    ...(loadBalancer.virtualAddress === undefined ? [] : [ImageName.Keepalived]),
    ...(objectStore.garage === undefined ? [] : [ImageName.Garage]),
    ...(garbageCollection === undefined && backup === undefined ? [] : [ImageName.Rclone]),
    ...(audit === undefined ? [] : [ImageName.SyslogNg]),
    ...(monitoring === undefined ? [] : imagesOfMonitoring(monitoring)),
  ];
}

function imagesOfMonitoring({ redisExporter, probe, grafana }: MonitoringTopology): ImageName[] {
  return [
    ImageName.Prometheus,
    ImageName.Alertmanager,
    ImageName.NodeExporter,
    ImageName.BlackboxExporter,
    ...(redisExporter === undefined ? [] : [ImageName.RedisExporter]),
    ...(probe === undefined ? [] : [ImageName.Regctl]),
    ...(grafana === undefined ? [] : [ImageName.Grafana]),
  ];
}

function tableReference(name: ImageName, mirror: string | undefined): string {
  const { repository, tag } = imageTable[name];
  return `${mirror === undefined ? "" : `${mirror}/`}${repository}:${tag}`;
}

function checkMirror(mirror: string, problems: Problems): void {
  const path = "images.mirror";
  if (mirror.includes("://"))
    problems.add(path, `"${mirror}" has a scheme; write it as image references do, as registry.corp.example/mirror`);
  else
    problems.require(
      MIRROR.test(mirror),
      path,
      `"${mirror}" is no registry with an optional lower-case path, as registry.corp.example/mirror`,
    );
}

function checkReference(name: ImageName, reference: string, problems: Problems): void {
  const path = `images.references.${name}`;
  const { repository, tag } = imageTable[name];
  const parsed = parseReference(reference);
  if (parsed === undefined) {
    problems.add(
      path,
      `"${reference}" is no image reference; write it as ${repository}:${tag}, ${repository}@sha256:… or sha256:… (an image ID)`,
    );
    return;
  }
  if (parsed.tag !== undefined) checkFloor(name, reference, parsed.tag, path, problems);
  else if (parsed.id === undefined && parsed.digest === undefined) {
    problems.add(path, `"${reference}" names no version: add a tag, as :${tag}, or a digest, as @sha256:…`);
  }
}

/** A tag of fewer numbers than the floor stands for the newest of its series: `3` and `3.1` may well be 3.1.2 or newer, `3.0` is not. */
function checkFloor(name: ImageName, reference: string, tag: string, path: string, problems: Problems): void {
  const { repository, floor, floorReason } = imageTable[name];
  if (!isVersion(tag) || isInSeries(floor, tag)) return;
  const isOwn = parseReference(reference)?.repository?.endsWith(repository) === true;
  problems.require(
    compareVersions(tag, floor) >= 0,
    path,
    `"${reference}" is older than ${floor}, the oldest version that is let in (${floorReason}); use ${floor} or newer` +
      (isOwn ? "" : ", or a digest if the tag does not tell the version"),
  );
}
