/**
 * Copies of the store in other places: the guides' 3-2-1 rule (three copies, on two kinds of media, one of them elsewhere) takes two targets, of which
 * one is off-site. Every run copies what is new, and leaves a point: all repositories and tags as they are now. Any point that is kept can
 * be restored. Nothing that a target has is ever overwritten.
 */
export interface BackupShape {
  /** Where copies go, by name; a renamed target is a new one. */
  targets: Record<string, BackupTargetShape>;
}

/** One place for copies: a bucket or a directory. */
export interface BackupTargetShape extends CommonBackupTargetShape {
  /**
   * A directory of the (first) host, as of a disk that is carried away or of another machine's NFS share. It must be there, and be writable for user 65532.
   */
  directory?: string;
}

/** What a place for copies has on every substrate. */
export interface CommonBackupTargetShape {
  /** A bucket at any S3 endpoint. Its keys come separately, as `secrets.backupAccessKeys` and `secrets.backupSecretKeys`. */
  s3?: BackupS3Shape;
  /** Time of day of the first run, `HH:MM`, UTC. @default "01:00" */
  startsAt?: string;
  /** From one run to the next, minutes; 1440 at the most, in which it has to go evenly. The first run is right after `up`. @default 60 */
  everyMinutes?: number;
  /** How long every point is kept, hours. @default 48 */
  keepHours?: number;
  /** How long the last point of every day is kept, days. @default 30 */
  keepDays?: number;
  /** How long the last point of every month is kept, months. @default 12 */
  keepMonths?: number;
  /**
   * Whether what no kept point needs is removed. Without it, the keys need no right to delete, and whoever steals them cannot remove anything.
   * @default true
   */
  prune?: boolean;
  /** Most bytes per second, as rclone's `--bwlimit`: `10M`, or a timetable such as `08:00,1M 20:00,off`. @default - no limit */
  bandwidth?: string;
}

/** A bucket for copies. Versioning and object lock, with a default retention, are the bucket's own settings: what it keeps, it keeps. */
export interface BackupS3Shape {
  /** Bucket name. */
  bucket: string;
  /** Region. @default "us-east-1" */
  region?: string;
  /** URL of the endpoint, as `https://minio.far.example:9000`. @default - AWS's */
  endpoint?: string;
  /** Path-style requests, which most endpoints beside AWS need. @default - true when `endpoint` is given */
  forcePathStyle?: boolean;
  /** Prefix inside the bucket. @default - the registry's name */
  prefix?: string;
  /** Storage class; one that can be read at once. @default "STANDARD" */
  storageClass?: string;
  /** KMS key for server-side encryption. @default - as the bucket has it */
  keyId?: string;
}
