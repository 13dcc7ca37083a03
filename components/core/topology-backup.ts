import type { Placed } from "./topology";

/** Backups: one container, on the first host. */
export interface BackupTopology extends Placed {
  /** Name of the volume with what it knows from run to run; a new one costs one listing of the store. */
  volumeName: string;
  /** Where copies go, in the order of their names. */
  targets: BackupTargetTopology[];
}

/** One place for copies. */
export interface BackupTargetTopology {
  /** Name. */
  name: string;
  /** A bucket; absent for a directory. */
  s3?: BackupS3Topology;
  /** Path of a directory of the host; absent for a bucket. */
  directory?: string;
  /** Name of the claim of a volume, on Kubernetes; absent for a bucket. */
  claimName?: string;
  /** Time of day of the first run, minutes after midnight, UTC. */
  startsAtMinute: number;
  /** From one run to the next, minutes. */
  everyMinutes: number;
  /** How long every point is kept, hours. */
  keepHours: number;
  /** How long the last point of a day is kept, days. */
  keepDays: number;
  /** How long the last point of a month is kept, months. */
  keepMonths: number;
  /** Whether what no kept point needs is removed. */
  prune: boolean;
  /** Most bytes per second, as rclone takes it; no limit when absent. */
  bandwidth?: string;
}

/** A bucket for copies. */
export interface BackupS3Topology {
  /** Bucket name. */
  bucket: string;
  /** Region. */
  region: string;
  /** URL of the endpoint; AWS's when absent. */
  endpoint?: string;
  /** Path-style requests. */
  forcePathStyle: boolean;
  /** Prefix inside the bucket. */
  prefix: string;
  /** Storage class. */
  storageClass: string;
  /** KMS key; as the bucket has it when absent. */
  keyId?: string;
}
