import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
  announcedEndpoint,
  renderGarbageCacheScript,
  renderGarbageCollectorScript,
  renderGarbageMarkerScript,
  renderRclone,
  ports,
  users,
} from "ha-registry-core";
import type { GarbageCollectionTopology, Placed, StoreKeys, Topology } from "ha-registry-core";
import { healthcheck, serviceDefaults } from "./container";
import { Files, pathOf } from "./files";
import { childOptions, onHost } from "./hosts";
import type { PartOptions } from "./hosts";
import { storeMounts } from "./object-store";
import { reachGarage } from "./registry-nodes";
import type { NodeRuntime } from "./registry-nodes";

/** Arguments of `GarbageCollection`. */
export interface GarbageCollectionArgs {
  /** The resolved registry; it has garbage collection. */
  topology: Topology;
  /** Name of the private network. */
  networkName: pulumi.Input<string>;
  /** What the registry runs with on the host of garbage collection. */
  node: NodeRuntime;
  /** Name of the volume with blobs and manifests. @default - none, for a bucket */
  storeVolumeName?: pulumi.Input<string>;
  /** Keys of the bucket, secrets. @default - the AWS SDK's default chain */
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

/**
 * Garbage collection, in three containers, each with the program of its part: the registry says what nothing refers to, rclone removes it, Redis's own
 * client drops cached descriptors. They speak to each other in the private network, and nothing needs a volume of its own.
 */
export class GarbageCollection extends pulumi.ComponentResource {
  constructor(name: string, args: GarbageCollectionArgs, opts?: PartOptions) {
    const { dependsOn, ...options } = opts ?? {};
    super("ha-registry-docker:index:GarbageCollection", name, {}, options);
    const { topology } = args;
    const collection = topology.garbageCollection;
    if (collection === undefined) throw new Error("the registry has no garbage collection");
    const { host } = collection.collector;
    const child = pulumi.mergeOptions({ dependsOn }, childOptions({ parent: this, hostProviders: opts?.hostProviders }, host));
    const start: Start = (part) => this.start(args, part, child, opts?.hostProviders);

    const marker = startMarker(start, args, collection);
    const cacheCleaner = startCacheCleaner(start, args, collection);
    startCollector(start, args, collection, [marker, cacheCleaner]);
    this.registerOutputs({});
  }

  /** A container of garbage collection, with its files. */
  private start(
    { topology, networkName }: GarbageCollectionArgs,
    { placed, user, memoryMiB, plain, secret, container, dependsOn = [] }: Part,
    child: pulumi.CustomResourceOptions,
    hostProviders: PartOptions["hostProviders"],
  ): docker.Container {
    const files = new Files(
      onHost(`${placed.name}-files`, placed.host),
      { topology, part: "garbage-collection", host: placed.host, owner: user, plain, secret },
      { parent: this, hostProviders },
    );
    return new docker.Container(
      onHost(placed.name, placed.host),
      {
        ...serviceDefaults({ topology, part: "garbage-collection", user, memoryMiB, graceSeconds: 10 }),
        name: placed.name,
        init: true,
        tmpfs: { "/tmp": `rw,noexec,nosuid,size=512m,uid=${user},mode=0700` },
        networksAdvanced: [{ name: networkName, ipv4Address: placed.address }],
        entrypoints: ["sh"],
        ...container(files),
      },
      pulumi.mergeOptions(child, { dependsOn: [files, ...dependsOn], deleteBeforeReplace: true }),
    );
  }
}

/** What one of the containers has of its own. */
interface Part {
  placed: Placed;
  /** Number of the user and group of its process and files. */
  user: number;
  memoryMiB: number;
  plain: Record<string, pulumi.Input<string>>;
  secret?: Record<string, pulumi.Input<string>>;
  container: (files: Files) => Partial<docker.ContainerArgs> & Pick<docker.ContainerArgs, "image">;
  dependsOn?: pulumi.Resource[];
}

type Start = (part: Part) => docker.Container;

/** The registry, with the configuration of a node. */
function startMarker(start: Start, args: GarbageCollectionArgs, collection: GarbageCollectionTopology): docker.Container {
  const { topology, node } = args;
  return start({
    placed: collection.marker,
    user: users.registry,
    memoryMiB: topology.node.memoryMiB,
    plain: { "marker.sh": renderGarbageMarkerScript(collection.marker.port) },
    container: (files) => ({
      image: topology.images.registry,
      command: [scriptIn(files, "marker.sh", "/scripts"), "serve", node.configuration],
      envs: node.environment,
      ...reachGarage(topology, collection.marker),
      mounts: [
        { type: "volume", source: files.volumeName, target: "/scripts", readOnly: true },
        { type: "volume", source: node.filesVolumeName, target: "/files", readOnly: true },
        ...storeMounts(topology, args.storeVolumeName, true),
      ],
      healthcheck: healthcheck(listens),
    }),
  });
}

/** Redis's client. */
function startCacheCleaner(
  start: Start,
  { topology, redisCaPem, redisPassword }: GarbageCollectionArgs,
  collection: GarbageCollectionTopology,
): docker.Container {
  return start({
    placed: collection.cacheCleaner,
    user: users.redis,
    memoryMiB: idleMemoryMiB,
    plain: { "cache.sh": renderGarbageCacheScript(topology.redis.servers.map(announcedEndpoint), collection.cacheCleaner.port) },
    secret: { "ca.crt": redisCaPem, login: pulumi.interpolate`AUTH registry ${redisPassword}\n` },
    container: (files) => ({
      image: topology.images.redis,
      command: [pathOf(files, "cache.sh"), "serve", pathOf(files, "ca.crt"), pathOf(files, "login")],
      mounts: [{ type: "volume", source: files.volumeName, target: "/files", readOnly: true }],
      healthcheck: healthcheck(listens),
    }),
  });
}

/** rclone, and what directs all of it. */
function startCollector(
  start: Start,
  { topology, storeKeys = {}, storeVolumeName, s3CaPem }: GarbageCollectionArgs,
  collection: GarbageCollectionTopology,
  dependsOn: pulumi.Resource[],
): docker.Container {
  const { collector, publishedFencePort } = collection;
  const rclone = pulumi.output(storeKeys).apply((keys) => renderRclone(topology, keys));
  return start({
    placed: collector,
    user: users.registry,
    memoryMiB: collectorMemoryMiB,
    plain: {
      "collector.sh": renderGarbageCollectorScript(topology, collection),
      ...(s3CaPem === undefined ? {} : { "s3-ca.crt": s3CaPem }),
    },
    secret: { "rclone.conf": rclone.configuration },
    dependsOn,
    container: (files) => ({
      image: topology.images.rclone,
      command: [pathOf(files, "collector.sh"), "serve", pathOf(files, "rclone.conf"), pulumi.unsecret(rclone.store)],
      ...trustStore(files, s3CaPem),
      ...reachGarage(topology, collector),
      mounts: [
        { type: "volume", source: files.volumeName, target: "/files", readOnly: true },
        ...storeMounts(topology, storeVolumeName, false),
      ],
      healthcheck: healthcheck("[ -e /tmp/ready ]"),
      ...(collector.published === undefined || publishedFencePort === undefined
        ? {}
        : {
            ports: [
              { internal: collector.port, external: collector.published.port, ip: collector.published.address },
              { internal: ports.fence, external: publishedFencePort, ip: collector.published.address },
            ],
          }),
    }),
  });
}

/** Whose certificate rclone takes for the endpoint's, in its environment. */
function trustStore(files: Files, caPem: pulumi.Input<string> | undefined): Pick<docker.ContainerArgs, "envs"> {
  return caPem === undefined ? {} : { envs: [pulumi.interpolate`SSL_CERT_FILE=${pathOf(files, "s3-ca.crt")}`] };
}

/** Succeeds while somebody listens. */
const listens = "pidof nc > /dev/null";

/** Path of a file whose volume is not mounted at `/files`. */
function scriptIn(files: Files, name: string, directory: string): pulumi.Output<string> {
  return pathOf(files, name).apply((path) => path.replace(/^\/files/, directory));
}
