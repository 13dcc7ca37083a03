import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
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

    const marker = this.runMarker(args, collection, child, opts);
    const cacheCleaner = this.runCacheCleaner(args, collection, child, opts);
    this.runCollector(args, collection, pulumi.mergeOptions(child, { dependsOn: [marker, cacheCleaner] }), opts);
    this.registerOutputs({});
  }

  /** The registry, with the configuration of a node. */
  private runMarker(
    args: GarbageCollectionArgs,
    collection: GarbageCollectionTopology,
    child: pulumi.CustomResourceOptions,
    opts?: PartOptions,
  ) {
    const { topology, node } = args;
    const files = this.files(args, collection.marker, users.registry, opts, { "marker.sh": renderGarbageMarkerScript(collection) }, {});
    return new docker.Container(
      onHost(collection.marker.name, collection.marker.host),
      {
        ...this.service(args, collection.marker, users.registry, topology.node.memoryMiB),
        image: topology.images.registry,
        entrypoints: ["sh"],
        command: [scriptIn(files, "marker.sh", "/scripts"), "serve", node.configuration],
        envs: node.environment,
        ...reachGarage(topology, collection.marker),
        mounts: [
          { type: "volume", source: files.volumeName, target: "/scripts", readOnly: true },
          { type: "volume", source: node.filesVolumeName, target: "/files", readOnly: true },
          ...storeMounts(topology, args.storeVolumeName, true),
        ],
        healthcheck: healthcheck(`pidof nc > /dev/null`),
      },
      pulumi.mergeOptions(child, { dependsOn: [files], deleteBeforeReplace: true }),
    );
  }

  private runCacheCleaner(
    args: GarbageCollectionArgs,
    collection: GarbageCollectionTopology,
    child: pulumi.CustomResourceOptions,
    opts?: PartOptions,
  ) {
    const { topology, redisCaPem, redisPassword } = args;
    const files = this.files(
      args,
      collection.cacheCleaner,
      users.redis,
      opts,
      { "cache.sh": renderGarbageCacheScript(topology, collection) },
      { "ca.crt": redisCaPem, login: pulumi.interpolate`AUTH registry ${redisPassword}\n` },
    );
    return new docker.Container(
      onHost(collection.cacheCleaner.name, collection.cacheCleaner.host),
      {
        ...this.service(args, collection.cacheCleaner, users.redis, idleMemoryMiB),
        image: topology.images.redis,
        entrypoints: ["sh"],
        command: [pathOf(files, "cache.sh"), "serve", pathOf(files, "ca.crt"), pathOf(files, "login")],
        mounts: [{ type: "volume", source: files.volumeName, target: "/files", readOnly: true }],
        healthcheck: healthcheck(`pidof nc > /dev/null`),
      },
      pulumi.mergeOptions(child, { dependsOn: [files], deleteBeforeReplace: true }),
    );
  }

  private runCollector(
    args: GarbageCollectionArgs,
    collection: GarbageCollectionTopology,
    child: pulumi.CustomResourceOptions,
    opts?: PartOptions,
  ) {
    const { topology, storeKeys = {} } = args;
    const { collector, publishedFencePort } = collection;
    const rclone = pulumi.output(storeKeys).apply((keys) => renderRclone(topology, keys));
    const files = this.files(
      args,
      collector,
      users.registry,
      opts,
      { "collector.sh": renderGarbageCollectorScript(topology, collection) },
      { "rclone.conf": rclone.configuration },
    );
    const command = ["serve", pathOf(files, "rclone.conf"), pulumi.unsecret(rclone.store)];
    return new docker.Container(
      onHost(collector.name, collector.host),
      {
        ...this.service(args, collector, users.registry, collectorMemoryMiB),
        image: topology.images.rclone,
        entrypoints: ["sh"],
        command: [pathOf(files, "collector.sh"), ...command],
        ...reachGarage(topology, collector),
        mounts: [
          { type: "volume", source: files.volumeName, target: "/files", readOnly: true },
          ...storeMounts(topology, args.storeVolumeName, false),
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
      },
      pulumi.mergeOptions(child, { dependsOn: [files], deleteBeforeReplace: true }),
    );
  }

  private service({ topology, networkName }: GarbageCollectionArgs, placed: Placed, user: number, memoryMiB: number) {
    return {
      ...serviceDefaults({ topology, part: "garbage-collection", user, memoryMiB, graceSeconds: 10 }),
      name: placed.name,
      init: true,
      tmpfs: { "/tmp": `rw,noexec,nosuid,size=512m,uid=${user},mode=0700` },
      networksAdvanced: [{ name: networkName, ipv4Address: placed.address }],
    };
  }

  private files(
    { topology }: GarbageCollectionArgs,
    { name, host }: Placed,
    owner: number,
    opts: PartOptions | undefined,
    plain: Record<string, pulumi.Input<string>>,
    secret: Record<string, pulumi.Input<string>>,
  ): Files {
    return new Files(
      onHost(`${name}-files`, host),
      { topology, part: "garbage-collection", host, owner, plain, secret },
      { parent: this, hostProviders: opts?.hostProviders },
    );
  }
}

/** Path of a file whose volume is not mounted at `/files`. */
function scriptIn(files: Files, name: string, directory: string): pulumi.Output<string> {
  return pathOf(files, name).apply((path) => path.replace(/^\/files/, directory));
}
