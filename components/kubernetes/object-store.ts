import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1/persistentVolumeClaim";
import * as pulumi from "@pulumi/pulumi";
import type { KubernetesTopology, StoreVolumeTopology } from "ha-registry-core";
import { Garage } from "./garage";
import { metadataOf } from "./objects";
import { makeStoreAccess } from "./store-access";

/** Arguments of `ObjectStore`. */
export interface ObjectStoreArgs {
  /** The resolved registry. */
  topology: KubernetesTopology;
  /** Namespace of the registry. */
  namespaceName: pulumi.Input<string>;
  /** CA by which the registry's parts know each other. */
  caCertificatePem: pulumi.Input<string>;
  /** Private key of that CA, a secret. */
  caPrivateKeyPem: pulumi.Input<string>;
}

/** Where blobs and manifests are kept: a volume that all nodes mount, or a cluster of Garage. A bucket of another store needs nothing here. */
export class ObjectStore extends pulumi.ComponentResource {
  /** Name of the claim of the volume; empty for a bucket. */
  readonly claimName: pulumi.Output<string>;
  /** Access key of Garage's bucket; empty for everything else. */
  readonly s3AccessKey: pulumi.Output<string>;
  /** Secret key that belongs to it, secret; empty for everything else. */
  readonly s3SecretKey: pulumi.Output<string>;
  /** What lets into the metrics of Garage's nodes, secret; empty for everything else. */
  readonly metricsToken: pulumi.Output<string>;
  /** Name of the ConfigMap by which a pod reaches Garage; empty for everything else. */
  readonly accessConfigMapName: pulumi.Output<string>;

  constructor(name: string, args: ObjectStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-kubernetes:index:ObjectStore", name, {}, opts);
    const { topology, namespaceName, caCertificatePem } = args;
    const { volume, garage } = topology.objectStore;
    const child = { parent: this };
    const cluster = garage && new Garage(garage.name, args, child);
    const access = garage && makeStoreAccess(`${name}-access`, topology, namespaceName, caCertificatePem, child);
    this.s3AccessKey = cluster?.accessKey ?? pulumi.output("");
    this.s3SecretKey = cluster?.secretKey ?? pulumi.output("");
    this.metricsToken = cluster?.metricsToken ?? pulumi.output("");
    this.accessConfigMapName = access?.configMapName ?? pulumi.output("");
    if (volume === undefined) this.claimName = pulumi.output("");
    else if (volume.existing) this.claimName = pulumi.output(volume.claimName);
    else this.claimName = claim(name, args, volume, this);
    this.registerOutputs({ claimName: this.claimName, s3AccessKey: this.s3AccessKey, s3SecretKey: this.s3SecretKey });
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
