import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { ObjectStoreKind, storeDirectory, users } from "ha-registry-core";
import type { Topology } from "ha-registry-core";
import { labels, volumePreparation } from "./container";
import { Garage } from "./garage";
import type { PartOptions } from "./hosts";

/** Arguments of `ObjectStore`. */
export interface ObjectStoreArgs {
  /** The resolved registry. */
  topology: Topology;
  /** Name of the private network. */
  networkName: pulumi.Input<string>;
}

/** The mount of the volume with blobs and manifests, in the registry's containers; none for a bucket. */
export function storeMounts(
  { objectStore }: Topology,
  volumeName: pulumi.Input<string> | undefined,
  readOnly: boolean,
): docker.types.input.ContainerMount[] {
  if (objectStore.s3 !== undefined) return [];
  return [{ type: "volume", source: volumeName ?? objectStore.volumeName, target: storeDirectory, ...(readOnly ? { readOnly } : {}) }];
}

/** Where blobs and manifests are kept: a volume on this host or on an NFS server, or a cluster of Garage. A bucket of another store needs nothing here. */
export class ObjectStore extends pulumi.ComponentResource {
  /** Name of the volume; empty for a bucket. */
  readonly volumeName: pulumi.Output<string>;
  /** Access key of Garage's bucket; empty for everything else. */
  readonly s3AccessKey: pulumi.Output<string>;
  /** Secret key that belongs to it, secret; empty for everything else. */
  readonly s3SecretKey: pulumi.Output<string>;
  /** What lets into the metrics of Garage's nodes, secret; empty for everything else. */
  readonly metricsToken: pulumi.Output<string>;

  constructor(name: string, args: ObjectStoreArgs, opts?: PartOptions) {
    super("ha-registry-docker:index:ObjectStore", name, {}, opts);
    const { topology, networkName } = args;
    const { kind, existingVolume, volumeName, s3, garage } = topology.objectStore;

    const cluster =
      garage && new Garage(`${topology.name}-garage`, { topology, networkName }, { parent: this, hostProviders: opts?.hostProviders });
    this.s3AccessKey = cluster?.accessKey ?? pulumi.output("");
    this.s3SecretKey = cluster?.secretKey ?? pulumi.output("");
    this.metricsToken = cluster?.metricsToken ?? pulumi.output("");
    if (s3 !== undefined) this.volumeName = pulumi.output("");
    else if (existingVolume) this.volumeName = pulumi.output(volumeName);
    else this.volumeName = this.makeVolume(name, topology);
    if (kind === ObjectStoreKind.Filesystem) this.giveToRegistry(name, topology);
    this.registerOutputs({ volumeName: this.volumeName, s3AccessKey: this.s3AccessKey, s3SecretKey: this.s3SecretKey });
  }

  private makeVolume(name: string, topology: Topology): pulumi.Output<string> {
    const { volumeName, nfsServer, nfsPath, nfsOptions } = topology.objectStore;
    const nfs = { driver: "local", driverOpts: { type: "nfs", o: `addr=${nfsServer},${nfsOptions}`, device: `:${nfsPath}` } };
    return new docker.Volume(
      name,
      { name: volumeName, labels: labels(topology, "object-store"), ...(nfsServer === undefined ? {} : nfs) },
      { parent: this, protect: topology.dataProtection, ignoreChanges: ["labels"] }, // labels of a volume cannot change without losing it
    ).name;
  }

  /** A fresh volume belongs to root, and the registry does not run as root: a container that runs once hands it over. */
  private giveToRegistry(name: string, topology: Topology): void {
    const owner = `${users.registry}:${users.registry}`;
    new docker.Container(
      `${name}-owner`,
      {
        // The directory in it keeps the volume from being empty: Docker gives an empty one the owner that the image's directory has.
        ...volumePreparation(
          topology,
          `mkdir -p ${storeDirectory}/docker; [ "$(stat -c %u:%g ${storeDirectory})" = ${owner} ] || chown -R ${owner} ${storeDirectory}`,
        ),
        name: `${name}-owner`,
        mounts: [{ type: "volume", source: this.volumeName, target: storeDirectory }],
      },
      { parent: this, deleteBeforeReplace: true, ignoreChanges: ["image"] }, // any image will do
    );
  }
}
