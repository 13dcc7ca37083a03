import type { BackupTargetTopology } from "./topology-backup";
import type { GarbageCollectionSettings } from "./topology-garbage-collection";

/** Garbage collection: a pod that is there only while it collects. */
export interface KubernetesGarbageCollectionTopology extends GarbageCollectionSettings {
  /** That it is there only then. */
  onlyWhileItCollects: true;
  /** Name of the CronJob, and of the Service by which balancers reach its pod. */
  name: string;
  /** DNS name of that Service. */
  fenceHost: string;
  /** Name of the Service whose DNS name has the addresses of all balancers, and of the pod itself. */
  participantsName: string;
  /** That DNS name. */
  participantsHost: string;
  /** When it begins, as a CronJob takes it, UTC. */
  schedule: string;
}

/** Backups: a CronJob for each target. */
export interface KubernetesBackupTopology {
  /** Where copies go, in the order of their names. */
  targets: KubernetesBackupTargetTopology[];
  /** Storage class of the volumes with what is known from run to run; the cluster's default when absent. */
  storageClass?: string;
  /** Space of each of them, GiB. */
  sizeGiB: number;
}

/** One place for copies. */
export interface KubernetesBackupTargetTopology extends BackupTargetTopology {
  /** Name of the CronJob that copies, and of its volume. */
  backupName: string;
  /** Name of the CronJob that restores. */
  restoreName: string;
  /** When it copies, as a CronJob takes it, UTC. */
  schedule: string;
}
