import type { AuditTopology } from "./topology-audit";
import type { BackupTopology } from "./topology-backup";
import type {
  BalancerSettings,
  CacheSettings,
  CommonTopology,
  Endpoint,
  GarageMember,
  Member,
  SentinelTopology,
  StoreSettings,
} from "./topology-common";
import type { GarbageCollectionSettings } from "./topology-garbage-collection";
import type { MonitoringTopology } from "./topology-monitoring";

export * from "./topology-common";
export * from "./topology-garbage-collection";

/** A registry with every default filled in and every problem found: the one object that components and renderers read. */
export interface Topology extends CommonTopology {
  /** Machines, in the order in which parts are spread over them; one, with an empty name, where no hosts are given. */
  hosts: HostTopology[];
  /** Private network; the same on every host. */
  network: NetworkTopology;
  /** Registry nodes, in the order in which they are rolled. */
  nodes: NodeTopology[];
  /** Load balancer. */
  loadBalancer: LoadBalancerTopology;
  /** Storage of blobs and manifests. */
  objectStore: ObjectStoreTopology;
  /** Cache of blob descriptors. */
  redis: RedisTopology;
  /** Rotation of container logs. */
  logs: LogsTopology;
  /** Removal of what no manifest refers to; none when absent. */
  garbageCollection?: GarbageCollectionTopology;
  /** Copies of the store in other places; none when absent. */
  backup?: BackupTopology;
  /** Metrics, alerts and the synthetic probe; none when absent. */
  monitoring?: MonitoringTopology;
  /** Audit log; none when absent. */
  audit?: AuditTopology;
}

/** Private network. */
export interface NetworkTopology {
  /** A /24. */
  subnet: string;
  /** The host's own address in it. */
  gateway: string;
}

/** A machine with a Docker Engine. */
export interface HostTopology {
  /** Name; empty where there is but one host, that of the provider. */
  name: string;
  /** Docker Engine; absent where there is but one host. */
  dockerHost?: string;
  /** Inner address; absent where there is but one host. */
  address?: string;
  /** Directory with the TLS files for `tcp://`. */
  certificatesPath?: string;
  /** Options of the ssh command. */
  sshOptions: string[];
}

/** A container with a place: on which host it runs, and how it is reached. */
export interface Placed extends Member {
  /** Name of its host. */
  host: string;
}

/** One registry node. */
export interface NodeTopology extends Placed {
  /** Port where it tells whether it wants new connections, from other hosts. */
  publishedAgentPort?: number;
  /** Whether it serves only when all others are down. */
  backup: boolean;
}

/** The HAProxys of one host, which share an address. */
export interface BalancerTopology {
  /** Name of its host. */
  host: string;
  /** Name of the container that owns address and published ports. */
  name: string;
  /** Fixed address in the private network of its host. */
  address: string;
  /** Names of the HAProxy containers, in the order in which they are rolled. */
  replicas: string[];
  /** Where other hosts reach the store of this one, if it has any. Absent where there is but one host. */
  publishedStore?: Endpoint;
  /** Name of the container that holds, or waits for, the virtual address. Absent without one. */
  keepalived?: string;
}

/** An address that moves between hosts. */
export interface VirtualAddressTopology {
  /** IPv4 address. */
  address: string;
  /** Length of the network's prefix. */
  prefixLength: number;
  /** Network interface of every host. */
  interface: string;
  /** Number of the VRRP group, 1 to 255. */
  routerId: number;
}

/** Load balancer: the HAProxys of every host. */
export interface LoadBalancerTopology extends BalancerSettings {
  /** One per host, in the order of the hosts. */
  balancers: BalancerTopology[];
  /** The address that moves between hosts; none when absent. */
  virtualAddress?: VirtualAddressTopology;
  /** Address of the host that the port is bound to. */
  bindAddress: string;
  /** Whether waiting connections go to another HAProxy when one closes its port. */
  handOverConnections: boolean;
  /** Port of statistics and metrics. */
  statisticsPort: number;
  /** Address of the host that the statistics port is bound to. */
  statisticsBindAddress: string;
}

/** What kind of storage it is. */
export enum ObjectStoreKind {
  Filesystem = "filesystem",
  Nfs = "nfs",
  S3 = "s3",
  Garage = "garage",
}

/** Storage of blobs and manifests. */
export interface ObjectStoreTopology extends StoreSettings {
  /** Kind. */
  kind: ObjectStoreKind;
  /** Name of the volume, for filesystem and NFS. */
  volumeName: string;
  /** Whether the volume is the user's own. */
  existingVolume: boolean;
  /** Server of the NFS export. */
  nfsServer?: string;
  /** Path of the NFS export. */
  nfsPath?: string;
  /** Mount options of the NFS export. */
  nfsOptions?: string;
  /** The object store of the registry's own. */
  garage?: GarageTopology;
}

/** The object store of the registry's own. */
export interface GarageTopology {
  /** Its nodes, in the order in which they are rolled. */
  nodes: GarageNodeTopology[];
  /** Name under which registry nodes reach all of them. */
  host: string;
  /** Its bucket. */
  bucket: string;
  /** Memory limit of one node, MiB. */
  memoryMiB: number;
  /** CPU limit of one node, cores; none when absent. */
  cpus?: number;
}

/** One node of Garage; its main port is that of the RPC, by which nodes reach each other. */
export interface GarageNodeTopology extends GarageMember {
  /** Name of its host. */
  host: string;
}

/** Cache of blob descriptors. */
export interface RedisTopology extends CacheSettings {
  /** Our servers; none when it is external. With sentinels, the first is the primary until they choose another one. */
  servers: Placed[];
  /** Our sentinels; none where there is one server. */
  sentinels: Placed[];
  /** Fail-over by our sentinels; absent where there is one server. */
  sentinel?: SentinelTopology;
}

/** Rotation of container logs. */
export interface LogsTopology {
  /** Size of one file, MiB. */
  maxSizeMiB: number;
  /** Files kept. */
  maxFiles: number;
}

/** Garbage collection: what it is told, and its three containers, on one host. */
export interface GarbageCollectionTopology extends GarbageCollectionSettings {
  /** Directs the others, fences pushes and removes; its main port is where balancers report. */
  collector: Placed;
  /** Says at this port whether pushes are fenced, to balancers of other hosts. Absent where there is but one host. */
  publishedFencePort?: number;
  /** Has the registry find out what nothing refers to. */
  marker: Placed;
  /** Drops cached descriptors. */
  cacheCleaner: Placed;
}
