import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet";
import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1/persistentVolumeClaim";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget";
import type * as inputs from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { ports, storeServerName } from "ha-registry-core";
import type { KubernetesGarageTopology, KubernetesTopology } from "ha-registry-core";
import { issueCertificate, makeGarageIdentity, makeGarageSecrets } from "ha-registry-core/pulumi";
import { makeGarageFiles } from "./garage-files";
import { garagePod } from "./garage-pod";
import { base64, labelsOf, metadataOf, selectorOf } from "./objects";

/** Arguments of `Garage`. */
export interface GarageArgs {
  /** The resolved registry. */
  topology: KubernetesTopology;
  /** Namespace of the registry. */
  namespaceName: pulumi.Input<string>;
  /** CA by which the registry's parts know each other. */
  caCertificatePem: pulumi.Input<string>;
  /** Private key of that CA, a secret. */
  caPrivateKeyPem: pulumi.Input<string>;
}

const part = "object-store";

/** What a node keeps: its tables, and the data of objects. */
const volumes = ["meta", "data"] as const;

/**
 * An object store of the registry's own: a cluster of Garage nodes that forms by itself, with one bucket and one access key for it.
 *
 * A change replaces one node at a time, and the next one goes only when the one before serves again, so that two of three copies are always there. Claims are made here and
 * not by the StatefulSet, whose own neither grow nor are guarded.
 */
export class Garage extends pulumi.ComponentResource {
  /** Access key of the bucket. */
  readonly accessKey: pulumi.Output<string>;
  /** Secret key that belongs to it, secret. */
  readonly secretKey: pulumi.Output<string>;
  /** What lets into the nodes' metrics, secret. */
  readonly metricsToken: pulumi.Output<string>;

  constructor(name: string, args: GarageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-kubernetes:index:Garage", name, {}, opts);
    const { topology, namespaceName } = args;
    const { garage } = topology.objectStore;
    if (garage === undefined) throw new TypeError("the topology has no Garage");
    const child = { parent: this };
    const metadata = metadataOf(topology, part, garage.name, namespaceName);
    const selector = selectorOf(topology, part);

    const secrets = makeGarageSecrets(name, child);
    this.accessKey = secrets.accessKey;
    this.secretKey = secrets.secretKey;
    this.metricsToken = secrets.metricsToken;
    const identities = garage.nodes.map((node) => ({ node, ...makeGarageIdentity(node.name, child) }));
    const keys = new Secret(
      `${name}-node-keys`,
      {
        metadata: metadataOf(topology, part, `${garage.name}-node-keys`, namespaceName),
        type: "Opaque",
        data: Object.fromEntries(identities.map(({ node, key }) => [node.name, key.apply(base64)])),
      },
      child,
    );
    const certificate = issueCertificate(
      name,
      { commonName: storeServerName(topology.name), dnsNames: [storeServerName(topology.name)], ipAddresses: [] },
      { certificatePem: args.caCertificatePem, privateKeyPem: args.caPrivateKeyPem },
      topology.certificates,
      child,
    );
    const files = makeGarageFiles(name, { topology, namespaceName, secrets, identities, certificate }, child);
    new Service(
      name,
      {
        metadata,
        spec: {
          clusterIP: "None",
          selector,
          ports: [
            { name: "rpc", port: ports.garageRpc, targetPort: "rpc" },
            { name: "store", port: ports.storeTls, targetPort: "store" },
          ],
          // Nodes find each other before they serve, and until they are gone.
          publishNotReadyAddresses: true,
        },
      },
      child,
    );
    new PodDisruptionBudget(
      name,
      { metadata, spec: { maxUnavailable: 1, selector: { matchLabels: selector }, unhealthyPodEvictionPolicy: "AlwaysAllow" } },
      child,
    );
    const claims = makeClaims(topology, garage, namespaceName, this);
    new StatefulSet(
      name,
      {
        metadata,
        spec: {
          serviceName: garage.name,
          replicas: garage.nodes.length,
          revisionHistoryLimit: 1,
          // The cluster forms when all are there.
          podManagementPolicy: "Parallel",
          minReadySeconds: 10, // until nobody is told the old address any more
          persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
          selector: { matchLabels: selector },
          template: {
            metadata: { labels: labelsOf(topology, part) },
            spec: garagePod(topology, garage, files, keys.metadata.name),
          },
          // They are found by their names.
          volumeClaimTemplates: volumes.map((volume) => ({ metadata: { name: volume }, spec: claimSpec(garage, volume) })),
        },
      },
      // What claims are to be is said to themselves, and here it cannot change.
      { ...child, dependsOn: claims, ignoreChanges: ["spec.volumeClaimTemplates"] },
    );
    this.registerOutputs({ accessKey: this.accessKey, secretKey: this.secretKey });
  }
}

/** The claims of all nodes, under the names by which a StatefulSet looks for them. */
function makeClaims(
  topology: KubernetesTopology,
  garage: KubernetesGarageTopology,
  namespaceName: pulumi.Input<string>,
  parent: pulumi.Resource,
): PersistentVolumeClaim[] {
  return garage.nodes.flatMap((node) =>
    volumes.map(
      (volume) =>
        new PersistentVolumeClaim(
          `${node.name}-${volume}`,
          {
            // Many classes make the volume only when the first pod wants it, and that comes after this.
            metadata: metadataOf(topology, part, `${volume}-${node.name}`, namespaceName, { "pulumi.com/skipAwait": "true" }),
            spec: claimSpec(garage, volume),
          },
          { parent, protect: topology.dataProtection },
        ),
    ),
  );
}

function claimSpec(
  { storageClass, dataGiB, metadataGiB }: KubernetesGarageTopology,
  volume: (typeof volumes)[number],
): inputs.core.v1.PersistentVolumeClaimSpec {
  return {
    accessModes: ["ReadWriteOnce"],
    ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
    resources: { requests: { storage: `${volume === "data" ? dataGiB : metadataGiB}Gi` } },
  };
}
