import { addressIn } from "./addresses";
import { checkBucketName, checkNumber, checkText, isText } from "./checks";
import type { Problems } from "./errors";
import { hosts, ports } from "./layout";
import type { Ground } from "./placement";
import type { BackupS3Shape, BackupShape, BackupTargetShape, CommonBackupTargetShape } from "./shape-backup";
import type { BackupS3Topology, BackupTargetTopology, BackupTopology } from "./topology-backup";

const minutesOfDay = 1440;

/** Bytes per second with a unit, or `off`; one for both ways, or one for each. */
const limit = "(?:off|[0-9]+(?:\\.[0-9]+)?[BKMGTP]?)(?::(?:off|[0-9]+(?:\\.[0-9]+)?[BKMGTP]?))?";

/** One limit, or a timetable of them. */
const limits = new RegExp(
  `^(?:${limit}|(?:(?:[A-Z][a-z]{2}-)?[0-2][0-9]:[0-5][0-9],${limit})(?: (?:[A-Z][a-z]{2}-)?[0-2][0-9]:[0-5][0-9],${limit})*)$`,
);

/** Fills in and checks backups. They are made on the first host, which always has a registry node. */
export function resolveBackup(name: string, { hosts: machines, network }: Ground, shape: BackupShape, problems: Problems): BackupTopology {
  const directory = (target: string, { directory: path }: BackupTargetShape): Place => {
    checkText(problems, `backup.targets.${target}.directory`, path, "path");
    return { field: "directory", kind: "directory", topology: path === undefined ? undefined : { directory: path } };
  };
  return {
    number: 1,
    name: `${name}-backup`,
    host: machines[0]?.name ?? "",
    address: addressIn(network.subnet, hosts.backup),
    port: ports.backup,
    volumeName: `${name}-backup`,
    targets: resolveBackupTargets(name, shape.targets, directory, problems),
  };
}

/** A place for copies that is no bucket, as far as one is given. */
export interface Place {
  /** Its field. */
  field: string;
  /** What it is. */
  kind: string;
  /** What the topology tells of it. */
  topology?: Pick<BackupTargetTopology, "directory" | "claimName">;
}

/** Fills in and checks where copies go; `placeOf` says which of its places is no bucket. */
export function resolveBackupTargets<Shape extends CommonBackupTargetShape>(
  name: string,
  shapes: Record<string, Shape> | undefined,
  placeOf: (target: string, shape: Shape) => Place,
  problems: Problems,
): BackupTargetTopology[] {
  const targets = Object.entries(shapes ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  problems.require(targets.length > 0, "backup.targets", "there is nowhere for copies to go: name at least one target");
  const resolved = targets.map(([target, each]) => resolveTarget(name, target, each, placeOf(target, each), problems));
  checkPlaces(resolved, problems);
  return resolved;
}

function checkPlaces(targets: readonly BackupTargetTopology[], problems: Problems): void {
  const places = new Map<string, string>();
  for (const { name, s3, directory, claimName } of targets) {
    const place = s3 === undefined ? `volume ${directory ?? claimName}` : `bucket ${s3.endpoint ?? s3.region} ${s3.bucket}/${s3.prefix}`;
    const other = places.get(place);
    problems.require(other === undefined, `backup.targets.${name}`, `is the same place as ${other}: each target needs its own`);
    places.set(place, name);
  }
}

function resolveTarget(
  registry: string,
  name: string,
  shape: CommonBackupTargetShape,
  place: Place,
  problems: Problems,
): BackupTargetTopology {
  const path = `backup.targets.${name}`;
  const at = (field: string): string => `${path}.${field}`;
  problems.require(
    isText(name, /^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/),
    path,
    "file names are made of it: use 1 to 20 lower-case letters, digits and hyphens, with a letter first",
  );
  problems.require(
    (shape.s3 === undefined) !== (place.topology === undefined),
    path,
    `a target is either a bucket or a ${place.kind}: give s3 or ${place.field}, and not both`,
  );
  const startsAt = shape.startsAt ?? "01:00";
  const isTime = isText(startsAt, /^([01]\d|2[0-3]):[0-5]\d$/);
  problems.require(isTime, at("startsAt"), `"${startsAt}" is not a time of day, as 01:00`);
  const everyMinutes = shape.everyMinutes ?? 60;
  problems.require(
    Number.isInteger(everyMinutes) && everyMinutes > 0 && minutesOfDay % everyMinutes === 0,
    at("everyMinutes"),
    `${everyMinutes} minutes do not fill a day of ${minutesOfDay} evenly: give 15, 60, 360 or 1440, for example`,
  );
  const { keepHours = 48, keepDays = 30, keepMonths = 12, prune = true, bandwidth } = shape;
  checkNumber(problems, at("keepHours"), keepHours, { from: 0, to: 8760, whole: true });
  checkNumber(problems, at("keepDays"), keepDays, { from: 0, to: 36_500, whole: true });
  checkNumber(problems, at("keepMonths"), keepMonths, { from: 0, to: 1200, whole: true });
  problems.require(
    bandwidth === undefined || isText(bandwidth, limits),
    at("bandwidth"),
    `"${bandwidth}" is no limit as rclone knows them: give 10M, or a timetable such as 08:00,1M 20:00,off`,
  );
  const [hours = 0, minutes = 0] = (isTime ? startsAt : "00:00").split(":").map(Number);
  return {
    name,
    ...(shape.s3 === undefined ? {} : { s3: resolveS3(registry, at("s3"), shape.s3, problems) }),
    ...place.topology,
    startsAtMinute: hours * 60 + minutes,
    everyMinutes,
    keepHours,
    keepDays,
    keepMonths,
    prune,
    ...(bandwidth === undefined ? {} : { bandwidth }),
  };
}

function resolveS3(registry: string, path: string, s3: BackupS3Shape, problems: Problems): BackupS3Topology {
  checkBucketName(problems, `${path}.bucket`, s3.bucket);
  checkText(problems, `${path}.region`, s3.region, "word");
  checkText(problems, `${path}.endpoint`, s3.endpoint, "url");
  checkText(problems, `${path}.keyId`, s3.keyId, "word");
  const { prefix = registry, storageClass = "STANDARD" } = s3;
  problems.require(
    isText(prefix, /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/),
    `${path}.prefix`,
    `"${prefix}" is no prefix: give letters, digits, dots, hyphens and underscores, parted by single slashes, and no dot after a slash`,
  );
  problems.require(
    isText(storageClass, /^[A-Z_]+$/) && !/^(GLACIER|DEEP_ARCHIVE)$/.test(storageClass),
    `${path}.storageClass`,
    `"${storageClass}" cannot be read at once, as a restore and the next run have to: leave moving to archives to a rule of the bucket's own`,
  );
  return {
    bucket: s3.bucket,
    region: s3.region ?? "us-east-1",
    ...(s3.endpoint === undefined ? {} : { endpoint: s3.endpoint }),
    forcePathStyle: s3.forcePathStyle ?? s3.endpoint !== undefined,
    prefix,
    storageClass,
    ...(s3.keyId === undefined ? {} : { keyId: s3.keyId }),
  };
}
