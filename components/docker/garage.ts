import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
  GaragePhase,
  announcedEndpoint,
  containerPlace,
  contentPath,
  garageDataDirectory,
  garageMetadataDirectory,
  garageShellDirectory,
  hostPort,
  renderGarage,
  renderGarageScript,
  renderGarageVolumesScript,
  users,
} from "ha-registry-core";
import type { GarageNodeTopology, GaragePeer, GarageTopology, Topology } from "ha-registry-core";
import { makeGarageIdentity, makeGarageSecrets } from "ha-registry-core/pulumi";
import type { GarageIdentity, GarageSecrets } from "ha-registry-core/pulumi";
import { healthcheck, labels, serviceDefaults, volumePreparation } from "./container";
import { Files, pathOf } from "./files";
import { childOptions, onHost } from "./hosts";
import type { PartOptions } from "./hosts";

/** Arguments of `Garage`. */
export interface GarageArgs {
  /** The resolved registry. */
  topology: Topology;
  /** Name of the private network. */
  networkName: pulumi.Input<string>;
}

/** What a node of Garage is known by. */
interface Identity extends GarageIdentity {
  node: GarageNodeTopology;
}

/** What all nodes have in common. */
interface Cluster {
  topology: Topology;
  garage: GarageTopology;
  networkName: pulumi.Input<string>;
  shared: GarageSecrets;
  hostProviders: PartOptions["hostProviders"];
}

/**
 * An object store of the registry's own: a cluster of Garage nodes that forms by itself, with one bucket and one access key for it.
 *
 * Each node depends on the one before: a change replaces them strictly in order, and the next one goes only when the one before serves
 * again, so that two of three copies are always there.
 */
export class Garage extends pulumi.ComponentResource {
  /** Access key of the bucket. */
  readonly accessKey: pulumi.Output<string>;
  /** Secret key that belongs to it, secret. */
  readonly secretKey: pulumi.Output<string>;
  /** What lets into the nodes' metrics, secret. */
  readonly metricsToken: pulumi.Output<string>;

  constructor(name: string, args: GarageArgs, opts?: PartOptions) {
    super("ha-registry-docker:index:Garage", name, {}, opts);
    const { topology, networkName } = args;
    const { garage } = topology.objectStore;
    if (garage === undefined) throw new TypeError("the topology has no Garage");

    const shared = makeGarageSecrets(name, { parent: this });
    this.accessKey = shared.accessKey;
    this.secretKey = shared.secretKey;
    this.metricsToken = shared.metricsToken;
    // One that moves to another host is a new node, which takes its place before the old one goes.
    const identities = garage.nodes.map((node): Identity => ({
      node,
      ...makeGarageIdentity(onHost(node.name, node.host), { parent: this }),
    }));

    identities.reduce<docker.Container[]>((previous, identity) => {
      const others = pulumi.all(
        identities
          .filter((other) => other !== identity)
          .map(({ id, node }) => id.apply((key): GaragePeer => ({ id: key, address: hostPort(announcedEndpoint(node)) }))),
      );
      return [this.startNode({ topology, garage, networkName, shared, hostProviders: opts?.hostProviders }, identity, others, previous)];
    }, []);
    this.registerOutputs({ accessKey: this.accessKey, secretKey: this.secretKey });
  }

  private startNode(
    cluster: Cluster,
    { node, key }: Identity,
    peers: pulumi.Output<GaragePeer[]>,
    previous: docker.Container[],
  ): docker.Container {
    const { topology, garage, networkName, hostProviders } = cluster;
    const own = childOptions({ parent: this, hostProviders }, node.host);
    const volumes = this.makeVolumes(topology, node, own);
    const files = this.makeFiles(cluster, node, key, peers);
    const script = pathOf(files, "garage.sh");
    return new docker.Container(
      onHost(node.name, node.host),
      {
        ...serviceDefaults({
          topology,
          part: "object-store",
          user: users.garage,
          memoryMiB: garage.memoryMiB,
          cpus: garage.cpus,
          graceSeconds: topology.node.drainSeconds + 60, // after that, Garage gives requests 10 s, and then ends its workers
        }),
        waitTimeout: 300, // a node that lost its data has to get the tables from the others
        name: node.name,
        image: topology.images.garage,
        entrypoints: [`${garageShellDirectory}/sh`],
        command: [
          script,
          "serve",
          ...["garage.toml", "garage-joining.toml", "access-key.json", "node-key"].map((file) => pathOf(files, file)),
        ],
        envs: [`PATH=${garageShellDirectory}`, "NO_COLOR=1"],
        // A peer that vanished without a word is given up after seconds instead of a quarter of an hour.
        sysctls: { "net.ipv4.tcp_retries2": "4" },
        networksAdvanced: [{ name: networkName, ipv4Address: node.address }],
        mounts: [
          { type: "volume", source: files.volumeName, target: "/files", readOnly: true },
          { type: "volume", source: volumes.shell, target: garageShellDirectory, readOnly: true },
          { type: "volume", source: volumes.metadata, target: garageMetadataDirectory },
          { type: "volume", source: volumes.data, target: garageDataDirectory },
        ],
        ...(node.published === undefined
          ? {}
          : { ports: [{ internal: node.port, external: node.published.port, ip: node.published.address }] }),
        tmpfs: { "/tmp": `rw,noexec,nosuid,size=4m,uid=${users.garage},mode=0700` },
        healthcheck: script.apply((path) => healthcheck(`sh ${path} healthy`, undefined, `${garageShellDirectory}/sh`)),
      },
      { ...own, dependsOn: [files, volumes.prepared, ...previous], deleteBeforeReplace: true },
    );
  }

  /** The volumes of a node, which belong to its user once \`prepared\` has run. */
  private makeVolumes(topology: Topology, node: GarageNodeTopology, options: pulumi.CustomResourceOptions) {
    const volume = (what: string, protect: boolean): pulumi.Output<string> => {
      const name = `${node.name}-${what}`;
      const args = { name, labels: labels(topology, "object-store") };
      return new docker.Volume(onHost(name, node.host), args, { ...options, protect, ignoreChanges: ["labels"] }).name; // labels cannot change without losing it
    };
    const metadata = volume("meta", topology.dataProtection);
    const data = volume("data", topology.dataProtection);
    const shell = volume("shell", false);
    const [toMetadata, toData, toShell] = ["/volumes/meta", "/volumes/data", "/volumes/shell"] as const;
    const prepared = new docker.Container(
      onHost(`${node.name}-volumes`, node.host),
      {
        // The registry's image has a shell, which Garage's has not.
        ...volumePreparation(topology, renderGarageVolumesScript(users.garage, toShell, [toMetadata, toData])),
        name: `${node.name}-volumes`,
        mounts: [
          { type: "volume", source: metadata, target: toMetadata },
          { type: "volume", source: data, target: toData },
          { type: "volume", source: shell, target: toShell },
        ],
      },
      { ...options, deleteBeforeReplace: true, ignoreChanges: ["image"] }, // any image with a shell will do
    );
    return { metadata, data, shell, prepared };
  }

  private makeFiles(
    { topology, shared: { rpcSecret, metricsToken, accessKeyFile }, hostProviders }: Cluster,
    node: GarageNodeTopology,
    key: pulumi.Output<string>,
    peers: pulumi.Output<GaragePeer[]>,
  ): Files {
    // A path tells no more than the digest of what holds at least 128 random bits.
    const secretPaths = pulumi.unsecret(
      pulumi.all([rpcSecret, metricsToken]).apply(([rpc, metrics]) => ({
        rpcSecret: contentPath("rpc-secret", rpc),
        metricsToken: contentPath("metrics-token", metrics),
      })),
    );
    const configuration = (phase: GaragePhase): pulumi.Output<string> =>
      pulumi.all([peers, secretPaths]).apply(([others, paths]) => renderGarage(containerPlace(node), others, paths, phase));
    return new Files(
      onHost(`${node.name}-files`, node.host),
      {
        topology,
        part: "object-store",
        host: node.host,
        owner: users.garage,
        plain: {
          "garage.sh": peers.apply((others) => renderGarageScript(topology, node, others)),
          "garage.toml": configuration(GaragePhase.Serving),
          "garage-joining.toml": configuration(GaragePhase.Joining),
        },
        secret: { "rpc-secret": rpcSecret, "metrics-token": metricsToken, "access-key.json": accessKeyFile, "node-key": key },
      },
      { parent: this, hostProviders },
    );
  }
}
