import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import type * as inputs from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import {
  podAddressVariable,
  ports,
  renderGarbageCacheScript,
  renderGarbageMarkerScript,
  renderKubernetesCollectorScript,
  renderRclone,
  renderTracingEnvironment,
  storeDirectory,
  users,
} from "ha-registry-core";
import type { KubernetesGarbageCollectionTopology, KubernetesTopology, StoreKeys } from "ha-registry-core";
import { Files, filesMount, filesVolume, pathOf } from "./files";
import { collectionPart as part, labelsOf, metadataOf, participantLabels, selectorOf } from "./objects";
import { memoryVolume, podSpec } from "./pod";
import type { ContainerArgs } from "./pod";

/** Arguments of `GarbageCollection`. */
export interface GarbageCollectionArgs {
  /** The resolved registry; it has garbage collection. */
  topology: KubernetesTopology;
  /** Namespace of the registry. */
  namespaceName: pulumi.Input<string>;
  /** Name of the ConfigMap with the nodes' files. */
  nodeConfigMapName: pulumi.Input<string>;
  /** Name of the Secret with the nodes' configuration. */
  nodeSecretName: pulumi.Input<string>;
  /** Name of the claim of the volume with blobs and manifests. @default - none, for a bucket */
  storeClaimName?: pulumi.Input<string>;
  /** Keys of the bucket, secrets. @default - what the nodes' ServiceAccount may */
  storeKeys?: pulumi.Input<StoreKeys>;
  /** CA that signed the S3 endpoint's certificate. @default - the well-known ones */
  s3CaPem?: pulumi.Input<string>;
  /** CA of Redis. */
  redisCaPem: pulumi.Input<string>;
  /** Password of Redis's user `registry`, a secret. */
  redisPassword: pulumi.Input<string>;
}

/** Memory of what only waits, MiB. */
const idleMemoryMiB = 64;

/** Memory of rclone and of the lists that it goes by, MiB: some hundred bytes for each blob that goes. */
const collectorMemoryMiB = 1024;

/** After how long a collection is given up, seconds. What it has removed by then is gone, and the next one goes on. */
const longestSeconds = 12 * 3600;

/** How late a collection may begin where the cluster's control plane was away, seconds. */
const latestSeconds = 3600;

/** Directory of the marker's script; it reads the nodes' files where nodes have them. */
const markerDirectory = "/scripts";

/** Directory of the CA of the S3 endpoint, alone, as nodes have it. */
const trustedDirectory = "/trusted";

/**
 * Garbage collection: a CronJob, whose pod has the programs of the three parts: the registry says what nothing refers to, rclone removes it, Redis's own client drops
 * cached descriptors. Balancers report to it while it is there, and put pushes off when it says so; while nobody collects, nothing of it runs.
 *
 * How it knows all balancers, and why two collections do each other no harm, stands at `renderKubernetesCollectorScript`. A pod that failed is not tried again before the next time:
 * nothing is lost by waiting, and whoever looks finds its log. At once it collects by `kubectl create job --from=cronjob/<name>-collection <a name>`.
 */
export class GarbageCollection extends pulumi.ComponentResource {
  constructor(name: string, args: GarbageCollectionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-kubernetes:index:GarbageCollection", name, {}, opts);
    const { topology, namespaceName } = args;
    const collection = topology.garbageCollection;
    if (collection === undefined) throw new Error("the registry has no garbage collection");
    const child = { parent: this };
    const metadata = (objectName: string): inputs.meta.v1.ObjectMeta => metadataOf(topology, part, objectName, namespaceName);
    const labels = { ...labelsOf(topology, part), ...participantLabels(topology) };

    new Service(
      name,
      {
        metadata: metadata(collection.name),
        spec: {
          selector: selectorOf(topology, part),
          ports: [
            { name: "reports", port: ports.fenceReports, targetPort: "reports" },
            { name: "fence", port: ports.fence, targetPort: "fence" },
          ],
        },
      },
      child,
    );
    new Service(
      `${name}-participants`,
      {
        metadata: metadata(collection.participantsName),
        spec: {
          clusterIP: "None",
          selector: { "app.kubernetes.io/instance": topology.name, ...participantLabels(topology) },
          // Those that are not ready yet, and those that are going: both may still change something.
          publishNotReadyAddresses: true,
          ports: [{ name: "fence", port: ports.fence }],
        },
      },
      child,
    );
    const spec = pod(args, this.makeFiles(name, args, collection));
    new CronJob(
      name,
      {
        metadata: metadata(collection.name),
        spec: {
          schedule: collection.schedule,
          timeZone: "Etc/UTC",
          concurrencyPolicy: "Forbid",
          startingDeadlineSeconds: latestSeconds,
          successfulJobsHistoryLimit: 3,
          failedJobsHistoryLimit: 3,
          jobTemplate: {
            metadata: { labels: labelsOf(topology, part) },
            spec: { backoffLimit: 0, activeDeadlineSeconds: longestSeconds, template: { metadata: { labels }, spec } },
          },
        },
      },
      child,
    );
    this.registerOutputs({});
  }

  /** The files of each of the three parts, which no other part reads. */
  private makeFiles(name: string, args: GarbageCollectionArgs, collection: KubernetesGarbageCollectionTopology): PartFiles {
    const { topology, namespaceName, s3CaPem, redisCaPem, redisPassword } = args;
    const { host } = topology.redis;
    const make = (which: string, plain: Record<string, pulumi.Input<string>>, secret?: Record<string, pulumi.Input<string>>): Files =>
      new Files(
        `${name}-${which}`,
        { topology, namespaceName, part, plain, ...(secret === undefined ? {} : { secret }) },
        { parent: this },
      );
    const rclone = pulumi.output(args.storeKeys ?? {}).apply((keys) => renderRclone(topology, keys).configuration);
    return {
      marker: make("marker", { "marker.sh": renderGarbageMarkerScript(ports.marker) }),
      cacheCleaner: make(
        "cache",
        {
          "ca.crt": redisCaPem,
          "cache.sh": renderGarbageCacheScript(host === undefined ? [] : [{ address: host, port: ports.redis }], ports.cacheCleaner),
        },
        { login: pulumi.interpolate`AUTH registry ${redisPassword}\n` },
      ),
      collector: make(
        "collector",
        {
          "collector.sh": renderKubernetesCollectorScript(topology, collection),
          ...(s3CaPem === undefined ? {} : { "s3-ca.crt": s3CaPem }),
        },
        { "rclone.conf": rclone },
      ),
    };
  }
}

/** The files of each part. */
interface PartFiles {
  marker: Files;
  cacheCleaner: Files;
  collector: Files;
}

function pod(args: GarbageCollectionArgs, files: PartFiles): inputs.core.v1.PodSpec {
  const { topology, storeClaimName, s3CaPem } = args;
  const store = storeClaimName === undefined ? [] : [{ name: "store", persistentVolumeClaim: { claimName: storeClaimName } }];
  const trusted = { name: args.nodeConfigMapName, items: [{ key: "s3-ca.crt", path: "s3-ca.crt" }] };
  return podSpec({
    ...collector(args),
    topology,
    user: users.registry,
    graceSeconds: 10,
    ends: true,
    // What nodes may in a bucket.
    serviceAccountName: topology.nodes.serviceName,
    sidecars: [marker(args), cacheCleaner(topology)],
    volumes: [
      filesVolume(files.collector, true, "files"),
      filesVolume(files.marker, false, "marker"),
      filesVolume(files.cacheCleaner, true, "cache-cleaner"),
      filesVolume({ configMapName: pulumi.output(args.nodeConfigMapName), secretName: pulumi.output(args.nodeSecretName) }, true, "node"),
      memoryVolume("tmp", 512),
      memoryVolume("marker-tmp", 16),
      ...(s3CaPem === undefined ? [] : [{ name: "trusted", configMap: trusted }]),
      ...store,
    ],
  });
}

/** rclone, and what directs all of it. */
function collector({ topology, storeClaimName, s3CaPem }: GarbageCollectionArgs): ContainerArgs {
  const script = pathOf("collector.sh");
  return {
    part,
    image: topology.images.rclone,
    command: ["sh", script, "job", pathOf("rclone.conf"), renderRclone(topology, {}).store],
    memoryMiB: collectorMemoryMiB,
    requests: { memoryMiB: collectorMemoryMiB, cpus: 0.1 },
    ports: { reports: ports.fenceReports, fence: ports.fence },
    ...(s3CaPem === undefined ? {} : { environment: { SSL_CERT_FILE: pathOf("s3-ca.crt") } }),
    podFields: { [podAddressVariable]: "status.podIP" },
    probes: { readinessProbe: { exec: { command: ["sh", script, "ready"] }, periodSeconds: 1 } },
    mounts: [
      filesMount,
      { name: "tmp", mountPath: "/tmp" },
      ...(storeClaimName === undefined ? [] : [{ name: "store", mountPath: storeDirectory }]),
    ],
  };
}

/** The registry, with the configuration of a node. */
function marker({ topology, storeClaimName, s3CaPem }: GarbageCollectionArgs): ContainerArgs {
  const { memoryMiB } = topology.node;
  return {
    part: "marker",
    image: topology.images.registry,
    command: ["sh", `${markerDirectory}/marker.sh`, "serve", pathOf("config.yml")],
    memoryMiB,
    requests: { memoryMiB, cpus: 0.1 },
    environment: { ...renderTracingEnvironment(topology), ...(s3CaPem === undefined ? {} : { SSL_CERT_DIR: trustedDirectory }) },
    mounts: [
      { ...filesMount, name: "node" },
      { name: "marker", mountPath: markerDirectory, readOnly: true },
      { name: "marker-tmp", mountPath: "/tmp" },
      ...(s3CaPem === undefined ? [] : [{ name: "trusted", mountPath: trustedDirectory, readOnly: true }]),
      ...(storeClaimName === undefined ? [] : [{ name: "store", mountPath: storeDirectory, readOnly: true }]),
    ],
  };
}

/** Redis's client. */
function cacheCleaner({ images }: KubernetesTopology): ContainerArgs {
  return {
    part: "cache-cleaner",
    image: images.redis,
    command: ["sh", pathOf("cache.sh"), "serve", pathOf("ca.crt"), pathOf("login")],
    memoryMiB: idleMemoryMiB,
    requests: { memoryMiB: idleMemoryMiB, cpus: 0.1 },
    mounts: [{ ...filesMount, name: "cache-cleaner" }],
  };
}
