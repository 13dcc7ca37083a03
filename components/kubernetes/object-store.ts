import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1/persistentVolumeClaim";
import * as pulumi from "@pulumi/pulumi";
import type { KubernetesTopology, StoreVolumeTopology } from "ha-registry-core";
import { metadataOf } from "./objects";

/** Arguments of `ObjectStore`. */
export interface ObjectStoreArgs {
  /** The resolved registry. */
  topology: KubernetesTopology;
  /** Namespace of the registry. */
  namespaceName: pulumi.Input<string>;
}

/** Where blobs and manifests are kept: a volume that all nodes mount. A bucket needs nothing here. */
export class ObjectStore extends pulumi.ComponentResource {
  /** Name of the claim of the volume; empty for a bucket. */
  readonly claimName: pulumi.Output<string>;

  constructor(name: string, args: ObjectStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-kubernetes:index:ObjectStore", name, {}, opts);
    const { volume } = args.topology.objectStore;
    if (volume === undefined) this.claimName = pulumi.output("");
    else if (volume.existing) this.claimName = pulumi.output(volume.claimName);
    else this.claimName = claim(name, args, volume, this);
    this.registerOutputs({ claimName: this.claimName });
  }
}

function claim(
  name: string,
  { topology, namespaceName }: ObjectStoreArgs,
  { claimName, storageClass, sizeGiB, accessMode }: StoreVolumeTopology,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  return new PersistentVolumeClaim(
    name,
    {
      // Many classes make the volume only when the first pod wants it, and that comes after this.
      metadata: metadataOf(topology, "object-store", claimName, namespaceName, { "pulumi.com/skipAwait": "true" }),
      spec: {
        accessModes: [accessMode],
        ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
        resources: { requests: { storage: `${sizeGiB}Gi` } },
      },
    },
    { parent, protect: topology.dataProtection },
  ).metadata.name;
}
