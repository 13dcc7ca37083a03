import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob";
import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1/persistentVolumeClaim";
import type * as inputs from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import {
  backupOwnerVariable,
  backupWorkDirectory,
  podNameVariable,
  renderBackupRclone,
  renderKubernetesBackupScript,
  renderRclone,
  storeDirectory,
  targetDirectory,
  users,
} from "ha-registry-core";
import type { KubernetesBackupTargetTopology, KubernetesBackupTopology, KubernetesTopology, StoreKeys } from "ha-registry-core";
import { Files, filesMount, filesVolume, pathOf } from "./files";
import { labelsOf, metadataOf } from "./objects";
import { memoryVolume, podSpec } from "./pod";

/** Arguments of `Backup`. */
export interface BackupArgs {
  /** The resolved registry; it has backups. */
  topology: KubernetesTopology;
  /** Namespace of the registry. */
  namespaceName: pulumi.Input<string>;
  /** Name of the claim of the volume with blobs and manifests. @default - none, for a bucket */
  storeClaimName?: pulumi.Input<string>;
  /** Keys of the registry's bucket, secrets. @default - what the nodes' ServiceAccount may */
  storeKeys?: pulumi.Input<StoreKeys>;
  /** CA of the registry's bucket. @default - the system's */
  storeCaPem?: pulumi.Input<string>;
  /** Access keys by target, secrets. @default - what the nodes' ServiceAccount may */
  accessKeys?: pulumi.Input<Record<string, string>>;
  /** Secret keys by target, secrets. @default - what the nodes' ServiceAccount may */
  secretKeys?: pulumi.Input<Record<string, string>>;
  /** CA of the targets' endpoints. @default - the system's */
  caPem?: pulumi.Input<string>;
}

const part = "backup";

/** Memory of rclone, MiB: about a kilobyte for each object of a listing, and its buffers. */
const memoryMiB = 1024;

/** How late a run may begin where the cluster's control plane was away, seconds. */
const latestSeconds = 900;

/** Directory of the CAs that are trusted besides the system's. */
const trustedDirectory = "/trusted";

/**
 * Copies of the store in other places, with rclone: for each target a CronJob that copies, and a volume with what it knows from run to run. A run that failed is not tried again
 * before the next time. At once: `kubectl create job --from=cronjob/<name>-backup-<target> <a name>`.
 *
 * What restores is a CronJob, too, which is suspended, and so runs only when it is asked for in the same way: `--from=cronjob/<name>-restore-<target>` fills an empty
 * store from the newest point.
 */
export class Backup extends pulumi.ComponentResource {
  constructor(name: string, args: BackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-kubernetes:index:Backup", name, {}, opts);
    const { topology, namespaceName } = args;
    const { backup } = topology;
    if (backup === undefined) throw new Error("the registry has no backups");
    const child = { parent: this };

    const keys = pulumi.output({ store: args.storeKeys ?? {}, accessKeys: args.accessKeys ?? {}, secretKeys: args.secretKeys ?? {} });
    const files = new Files(
      `${name}-files`,
      {
        topology,
        namespaceName,
        part,
        plain: { "backup.sh": renderKubernetesBackupScript(backup.targets), ...authorities(args) },
        secret: { "rclone.conf": keys.apply((all) => renderBackupRclone(topology, backup.targets, all)) },
      },
      child,
    );
    const owner = new random.RandomUuid(`${name}-owner`, {}, child).result;
    for (const target of backup.targets) {
      const { backupName, restoreName } = target;
      new PersistentVolumeClaim(backupName, { metadata: claimMetadata(args, backupName), spec: claimSpec(backup) }, child);
      const job = (action: string[]): inputs.batch.v1.JobTemplateSpec => ({
        metadata: { labels: labelsOf(topology, part) },
        spec: {
          backoffLimit: 0,
          template: { metadata: { labels: labelsOf(topology, part) }, spec: pod(args, target, files, owner, action) },
        },
      });
      new CronJob(
        backupName,
        {
          metadata: metadataOf(topology, part, backupName, namespaceName),
          spec: {
            schedule: target.schedule,
            timeZone: "Etc/UTC",
            concurrencyPolicy: "Forbid",
            startingDeadlineSeconds: latestSeconds,
            successfulJobsHistoryLimit: 3,
            failedJobsHistoryLimit: 3,
            jobTemplate: job(["now", target.name]),
          },
        },
        child,
      );
      new CronJob(
        restoreName,
        {
          metadata: metadataOf(topology, part, restoreName, namespaceName),
          spec: {
            suspend: true,
            schedule: "0 0 1 1 *", // there has to be one
            timeZone: "Etc/UTC",
            concurrencyPolicy: "Forbid",
            jobTemplate: job(["restore", target.name, "latest", "empty"]),
          },
        },
        child,
      );
    }
    this.registerOutputs({});
  }
}

function claimMetadata({ topology, namespaceName }: BackupArgs, name: string): inputs.meta.v1.ObjectMeta {
  // Many classes make the volume only when the first pod wants it.
  return metadataOf(topology, part, name, namespaceName, { "pulumi.com/skipAwait": "true" });
}

function claimSpec({ storageClass, sizeGiB }: KubernetesBackupTopology): inputs.core.v1.PersistentVolumeClaimSpec {
  return {
    accessModes: ["ReadWriteOnce"],
    ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
    resources: { requests: { storage: `${sizeGiB}Gi` } },
  };
}

/** Certificates that are trusted besides the system's, by file. */
function authorities({ storeCaPem, caPem }: BackupArgs): Record<string, pulumi.Input<string>> {
  return {
    ...(storeCaPem === undefined ? {} : { "store-ca.crt": storeCaPem }),
    ...(caPem === undefined ? {} : { "backup-ca.crt": caPem }),
  };
}

function pod(
  args: BackupArgs,
  { name, claimName, backupName }: KubernetesBackupTargetTopology,
  files: Files,
  owner: pulumi.Output<string>,
  action: string[],
): inputs.core.v1.PodSpec {
  const { topology, storeClaimName } = args;
  const trusted = Object.keys(authorities(args)).map((key) => ({ key, path: key }));
  const claim = (volume: string, claimed: pulumi.Input<string>, mountPath: string) =>
    [
      { name: volume, persistentVolumeClaim: { claimName: claimed } },
      { name: volume, mountPath },
    ] as const;
  const volumes: (readonly [inputs.core.v1.Volume, inputs.core.v1.VolumeMount])[] = [
    [filesVolume(files), filesMount],
    [memoryVolume("tmp", 16), { name: "tmp", mountPath: "/tmp" }],
    claim("work", backupName, backupWorkDirectory),
    ...(storeClaimName === undefined ? [] : [claim("store", storeClaimName, storeDirectory)]),
    ...(claimName === undefined ? [] : [claim("target", claimName, targetDirectory(name))]),
    ...(trusted.length === 0
      ? []
      : [
          [
            { name: "trusted", configMap: { name: files.configMapName, items: trusted } },
            { name: "trusted", mountPath: trustedDirectory, readOnly: true },
          ] as const,
        ]),
  ];
  return podSpec({
    topology,
    part,
    image: topology.images.rclone,
    command: ["sh", pathOf("backup.sh"), "job", pathOf("rclone.conf"), renderRclone(topology, {}).store, ...action],
    user: users.registry,
    memoryMiB,
    requests: { memoryMiB, cpus: 0.1 },
    graceSeconds: 10,
    ends: true,
    // What nodes may in a bucket.
    serviceAccountName: topology.nodes.serviceName,
    environment: { [backupOwnerVariable]: owner, ...(trusted.length === 0 ? {} : { SSL_CERT_DIR: trustedDirectory }) },
    podFields: { [podNameVariable]: "metadata.name" },
    volumes: volumes.map(([volume]) => volume),
    mounts: volumes.map(([, mount]) => mount),
  });
}
