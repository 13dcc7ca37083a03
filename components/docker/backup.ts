import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import {
  backupOwnerVariable,
  backupWorkDirectory,
  renderBackupRclone,
  renderBackupScript,
  renderRclone,
  targetDirectory,
  users,
} from "ha-registry-core";
import type { BackupTopology, StoreKeys, Topology } from "ha-registry-core";
import { healthcheck, labels, serviceDefaults, volumePreparation } from "./container";
import { Files, pathOf, trustedBesides } from "./files";
import { childOptions, onHost } from "./hosts";
import type { PartOptions } from "./hosts";
import { storeMounts } from "./object-store";
import { reachGarage } from "./registry-nodes";

/** Arguments of `Backup`. */
export interface BackupArgs {
  /** The resolved registry; it has backups. */
  topology: Topology;
  /** Name of the private network. */
  networkName: pulumi.Input<string>;
  /** Name of the volume with blobs and manifests. @default - none, for a bucket */
  storeVolumeName?: pulumi.Input<string>;
  /** Keys of the registry's bucket, secrets. @default - the AWS SDK's default chain */
  storeKeys?: pulumi.Input<StoreKeys>;
  /** CA of the registry's bucket. @default - the system's */
  storeCaPem?: pulumi.Input<string>;
  /** Access keys by target, secrets. @default - the AWS SDK's default chain */
  accessKeys?: pulumi.Input<Record<string, string>>;
  /** Secret keys by target, secrets. @default - the AWS SDK's default chain */
  secretKeys?: pulumi.Input<Record<string, string>>;
  /** CA of the targets' endpoints. @default - the system's */
  caPem?: pulumi.Input<string>;
}

/** Memory of rclone, MiB: about a kilobyte for each object of a listing, and its buffers. */
const memoryMiB = 1024;

/** Copies of the store in other places: one container with rclone, which runs when it is time, and does what `npx ha-registry backup` and `restore` ask for. */
export class Backup extends pulumi.ComponentResource {
  constructor(name: string, args: BackupArgs, opts?: PartOptions) {
    const { dependsOn, ...options } = opts ?? {};
    super("ha-registry-docker:index:Backup", name, {}, options);
    const { topology } = args;
    const { backup } = topology;
    if (backup === undefined) throw new Error("the registry has no backups");
    const hostProviders = opts?.hostProviders;
    const child = childOptions({ parent: this, hostProviders }, backup.host);

    const keys = pulumi.output({ store: args.storeKeys ?? {}, accessKeys: args.accessKeys ?? {}, secretKeys: args.secretKeys ?? {} });
    const files = new Files(
      onHost(`${name}-files`, backup.host),
      {
        topology,
        part: "backup",
        host: backup.host,
        owner: users.registry,
        plain: { "backup.sh": renderBackupScript(backup), ...authorities(args) },
        secret: { "rclone.conf": keys.apply((all) => renderBackupRclone(topology, backup.targets, all)) },
      },
      { parent: this, hostProviders },
    );
    const owner = new random.RandomUuid(`${name}-owner`, {}, { parent: this }).result;
    const { volume, prepared } = workVolume(name, topology, backup, child);
    new docker.Container(
      onHost(backup.name, backup.host),
      {
        ...serviceDefaults({ topology, part: "backup", user: users.registry, memoryMiB, graceSeconds: 10 }),
        name: backup.name,
        image: topology.images.rclone,
        init: true,
        entrypoints: ["sh"],
        command: [pathOf(files, "backup.sh"), "serve", pathOf(files, "rclone.conf"), renderRclone(topology, {}).store],
        envs: [pulumi.interpolate`${backupOwnerVariable}=${owner}`, ...trustedBesides(files, Object.keys(authorities(args)))],
        tmpfs: { "/tmp": `rw,noexec,nosuid,size=16m,uid=${users.registry},mode=0700` },
        networksAdvanced: [{ name: args.networkName, ipv4Address: backup.address }],
        ...reachGarage(topology, backup),
        mounts: [
          { type: "volume", source: files.volumeName, target: "/files", readOnly: true },
          { type: "volume", source: volume.name, target: backupWorkDirectory },
          ...storeMounts(topology, args.storeVolumeName, false),
          ...backup.targets.flatMap(({ name: target, directory }) =>
            directory === undefined ? [] : [{ type: "bind", source: directory, target: targetDirectory(target) }],
          ),
        ],
        healthcheck: healthcheck("[ -e /tmp/ready ]"),
      },
      pulumi.mergeOptions(pulumi.mergeOptions({ dependsOn }, child), { dependsOn: [files, prepared], deleteBeforeReplace: true }),
    );
    this.registerOutputs({});
  }
}

/** Certificates that are trusted besides the system's, by file. */
function authorities({ storeCaPem, caPem }: BackupArgs): Record<string, pulumi.Input<string>> {
  return {
    ...(storeCaPem === undefined ? {} : { "store-ca.crt": storeCaPem }),
    ...(caPem === undefined ? {} : { "backup-ca.crt": caPem }),
  };
}

/** The volume with what is known from run to run. A fresh one belongs to root: a container that runs once hands it over. */
function workVolume(name: string, topology: Topology, { volumeName, host }: BackupTopology, child: pulumi.CustomResourceOptions) {
  const owner = `${users.registry}:${users.registry}`;
  const volume = new docker.Volume(
    onHost(volumeName, host),
    { name: volumeName, labels: labels(topology, "backup") },
    { ...child, ignoreChanges: ["labels"] }, // labels of a volume cannot change without losing it
  );
  const prepared = new docker.Container(
    onHost(`${name}-prepared`, host),
    {
      // The directory in it keeps the volume from being empty: Docker gives an empty one the owner that the image's directory has.
      ...volumePreparation(topology, `mkdir -p ${backupWorkDirectory}/repositories && chown -R ${owner} ${backupWorkDirectory}`, "backup"),
      name: `${volumeName}-prepared`,
      mounts: [{ type: "volume", source: volume.name, target: backupWorkDirectory }],
    },
    { ...child, deleteBeforeReplace: true, ignoreChanges: ["image"] }, // any image will do
  );
  return { volume, prepared };
}
