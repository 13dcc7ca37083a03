import type { CommonBackupTargetShape } from "./shape-backup";

/**
 * Copies of the store in other places: the guides' 3-2-1 rule (three copies, on two kinds of media, one of them elsewhere) takes two targets, of which
 * one is off-site. Each target has a CronJob, and one that is suspended for a restore. Every run copies what is new, and leaves a point: all repositories and tags
 * as they are now. Any point that is kept can be restored. Nothing that a target has is ever overwritten.
 */
export interface KubernetesBackupShape {
  /** Where copies go, by name; a renamed target is a new one. */
  targets: Record<string, KubernetesBackupTargetShape>;
  /** The volumes with what is known from run to run, one for each target. */
  volume?: BackupVolumeShape;
}

/** One place for copies: a bucket or a volume. `everyMinutes` is one that a CronJob can say: 60 has to go by it evenly, or it by 60. */
export interface KubernetesBackupTargetShape extends CommonBackupTargetShape {
  /** A claim of your own in the registry's namespace, of a volume that is writable for group 65532, as of an NFS share. */
  existingClaim?: string;
}

/** A volume with what is known from run to run: the links of all repositories, and lists. Without what is in it the next run lists the whole store. */
export interface BackupVolumeShape {
  /** Storage class; one host at a time mounts it. @default - the cluster's default */
  storageClass?: string;
  /** Space, GiB. @default 10 */
  sizeGiB?: number;
}
