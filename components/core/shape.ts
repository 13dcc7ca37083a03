import type { ImagesShape } from "./images";
import type { BackupShape } from "./shape-backup";
import type { LoadBalancerShape } from "./shape-load-balancer";
import type { MonitoringShape } from "./shape-monitoring";
import type { AuditShape } from "./shape-audit";
import type { GarbageCollectionShape } from "./shape-garbage-collection";
import type { NamingShape } from "./shape-naming";

/** How the registry writes its log. */
export enum LogLevel {
  Error = "error",
  Warn = "warn",
  Info = "info",
  Debug = "debug",
}

/** How clients prove who they are. */
export enum AccessMode {
  /** Users and bcrypt hashes in a file: the built-in way. */
  Htpasswd = "htpasswd",
  /** Bearer tokens of an authorization server of your own. */
  Token = "token",
  /** Nobody proves anything. Needs `allowAnonymous: true` beside it. */
  None = "none",
}

/** What decides existence, names, counts, ports and placement. All of it is plain data: nothing here may be a Pulumi output. */
export interface RegistryShape {
  /**
   * Name under which clients reach the registry; it stands in the certificate and in every image reference.
   * @default "localhost"
   */
  hostname?: string;
  /**
   * Further DNS names and IP addresses for the certificate.
   * @default - localhost and 127.0.0.1
   */
  alternativeNames?: string[];
  /**
   * Developers (and machines that pull like one): decides memory, connections and which storage is wise. See sizing.ts.
   * @default 20
   */
  teamSize?: number;
  /**
   * Private network of the containers, a /24 of IPv4. Changing it replaces the network and with it every container.
   * @default - a /24 of 10.128.0.0/9 that follows from the name
   */
  subnet?: string;
  /**
   * Docker hosts by name, 2 to 9: parts are spread so that any one host can be lost. A renamed host is a new one.
   * @default - one host: the Docker Engine of the provider
   */
  hosts?: Record<string, HostShape>;
  /**
   * With several hosts: the first of 251 ports on each host's inner address by which the hosts' parts reach each other. Two registries on
   * the same hosts need distances of their own. Changing it replaces every container.
   * @default 21000
   */
  internalPortBase?: number;
  /**
   * Guards volumes and buckets against deletion by Pulumi (`protect`).
   * @default true
   */
  dataProtection?: boolean;
  /**
   * Labels for every container, volume and network.
   * @default - none but the library's own, `ha-registry=<name>` and `ha-registry.part=<part>`
   */
  labels?: Record<string, string>;
  /** Where images come from. @default - Docker Hub's names, versions of the image table */
  images?: ImagesShape;
  /** The registry nodes. */
  nodes?: NodesShape;
  /** The load balancer. */
  loadBalancer?: LoadBalancerShape;
  /** Where blobs and manifests are kept. */
  objectStore?: ObjectStoreShape;
  /** The cache of blob descriptors. */
  redis?: RedisShape;
  /** Who may come in. */
  access?: AccessShape;
  /** The certificate that clients see. */
  certificates?: CertificatesShape;
  /** Rotation of container logs. */
  logs?: LogsShape;
  /** Removal of what no manifest refers to. @default - none: nothing is ever removed */
  garbageCollection?: GarbageCollectionShape;
  /** Copies of the store in other places. @default - none */
  backup?: BackupShape;
  /** Metrics, alerts, dashboards and a synthetic probe. @default - none */
  monitoring?: MonitoringShape;
  /** Who did what from where, when, with what result. @default - none: HAProxy's log alone */
  audit?: AuditShape;
  /** How images have to be named. @default - as clients like */
  naming?: NamingShape;
}

/** A machine with a Docker Engine. */
export interface HostShape {
  /** Its Docker Engine, as `ssh://deploy@10.0.0.11`, `tcp://10.0.0.11:2376` or `unix:///run/docker.sock`. */
  dockerHost: string;
  /** Its inner IPv4 address: the others reach it there, and ports that only they may use are bound to it. */
  address: string;
  /** Directory with `ca.pem`, `cert.pem` and `key.pem` for `tcp://`. @default - no TLS, which Docker itself warns of */
  certificatesPath?: string;
  /** Options of the ssh command, for `ssh://`, as `-i`, `/home/deploy/.ssh/registry`. @default - none */
  sshOptions?: string[];
}

/** Registry nodes, wherever they run. */
export interface CommonNodesShape {
  /** How many. 2 at the least, 50 at the most. @default - by team size: 2, 3 above 200 */
  count?: number;
  /**
   * Longest transfer, in seconds, that may still finish on a node that is being replaced.
   * @default 300
   */
  drainSeconds?: number;
  /** Memory limit of one node, MiB. @default - by team size */
  memoryMiB?: number;
  /** CPU limit of one node, cores. @default - none */
  cpus?: number;
  /** How much the registry writes to its log. @default LogLevel.Info */
  logLevel?: LogLevel;
  /** Traces over OTLP. @default - none */
  tracing?: TracingShape;
}

/** The registry nodes. */
export interface NodesShape extends CommonNodesShape {
  /** How many of them, counted from the last, serve only when all others are down. @default 0 */
  backups?: number;
}

/** Where traces go (OpenTelemetry). The registry traces every request: sample in the collector. */
export interface TracingShape {
  /** OTLP endpoint over HTTP, as `http://collector:4318`. */
  endpoint: string;
}

/** Where blobs and manifests are kept: one of the four. Changing the kind, the server or the bucket starts an empty registry: move the data first. */
export interface ObjectStoreShape {
  /** A volume on this host: for teams under 50. @default - chosen when nothing else is, for teams under 50 */
  filesystem?: FilesystemShape;
  /** A directory on an NFS server: for teams of 50 to 200. */
  nfs?: NfsShape;
  /** A bucket at any S3 endpoint: for teams above 200, and for several hosts. */
  s3?: S3Shape;
  /** An object store of the registry's own, Garage: for teams above 200, and for several hosts. */
  garage?: GarageShape;
}

/** A node of Garage, wherever it runs. */
export interface CommonGarageShape {
  /** Memory limit of one node, MiB. @default - by team size */
  memoryMiB?: number;
  /** CPU limit of one node, cores. @default - none */
  cpus?: number;
}

/** An object store of the registry's own: three nodes or more, each object on three of them. Any one node can be lost. */
export interface GarageShape extends CommonGarageShape {
  /** How many nodes, 3 to 9. Nodes can be added; taking one away needs its data to be moved first. @default - 3, or one per host */
  nodes?: number;
  /** Space that one node may take, GiB: what objects are shared out by, not a limit. @default - by team size */
  capacityGiB?: number;
}

/** A volume on this host. */
export interface FilesystemShape {
  /** Name of a volume of your own, which then is neither made nor removed. @default - a volume of the registry's */
  existingVolume?: string;
}

/** A directory on an NFS server. It must be writable for user 65532. */
export interface NfsShape {
  /** Host name or address of the server. */
  server: string;
  /** Exported path. */
  path: string;
  /** Mount options. @default "nfsvers=4.2,hard,noatime" */
  options?: string;
}

/** A bucket at any S3 endpoint. The keys are secrets and come separately; without keys the AWS SDK's default chain is used. */
export interface S3Shape {
  /** Bucket name. */
  bucket: string;
  /** Region. @default "us-east-1" */
  region?: string;
  /** URL of the endpoint, as `https://minio.corp.example:9000`. @default - AWS's */
  endpoint?: string;
  /** Path-style requests, which most endpoints beside AWS need. @default - true when `endpoint` is given */
  forcePathStyle?: boolean;
  /** Prefix inside the bucket. @default - none */
  rootDirectory?: string;
  /** Server-side encryption. @default - true on AWS, false at an endpoint of your own */
  encrypt?: boolean;
  /** KMS key for it. @default - the bucket's */
  keyId?: string;
  /** Storage class. @default "STANDARD" */
  storageClass?: string;
  /**
   * Whether clients fetch blobs from the store itself (307), past nodes and balancer.
   * @default - true on AWS, false at an endpoint of your own, which clients often cannot reach
   */
  redirect?: boolean;
  /** URL that redirects name instead of `endpoint`: how clients reach the store. Implies `redirect`. @default - the endpoint */
  redirectEndpoint?: string;
  /** Part size of uploads, MiB, 5 at the least. @default 10 */
  chunkSizeMiB?: number;
  /** Whether the store's certificate is checked. @default true */
  verifyCertificate?: boolean;
}

/** The cache of blob descriptors. It is only a cache: losing it costs speed, never a pull. */
export interface CommonRedisShape {
  /** Whether there is one. Without it each node keeps descriptors in its own memory. @default true */
  enabled?: boolean;
  /** Memory limit of a server, MiB; three quarters of it hold data, with fail-over half of it. @default - by team size */
  memoryMiB?: number;
  /** CPU limit of a server, cores. @default - none */
  cpus?: number;
  /** A Redis of your own instead. */
  external?: ExternalRedisShape;
}

/** The cache of blob descriptors. It is only a cache: losing it costs speed, never a pull. */
export interface RedisShape extends CommonRedisShape {
  /**
   * Fail-over: three servers, of which one is the primary and two are its replicas, and three sentinels that choose another primary when it is
   * lost. Switching it on or off empties the cache.
   * @default - on with three or more `hosts`; else off, and there is one server
   */
  sentinel?: SentinelShape;
}

/** Fail-over of Redis by Sentinel. */
export interface SentinelShape {
  /** Whether there is any. @default true */
  enabled?: boolean;
  /**
   * How long a server gives no answer before a sentinel holds it for down, milliseconds; another one is the primary about 2 s after that.
   * A shorter time takes a busy machine for a dead one.
   * @default 2000
   */
  downAfterMilliseconds?: number;
}

/** A Redis of your own. The passwords are secrets and come separately. */
export interface ExternalRedisShape {
  /**
   * `host:port` of the server, of all sentinels (then with `masterName`), or of the cluster's nodes. One address alone is always a
   * single server, also where it is the configuration endpoint of a cluster.
   */
  addresses: string[];
  /** Name of the primary, when the addresses are sentinels. @default - none */
  masterName?: string;
  /** User name. @default - Redis's default user */
  username?: string;
  /** User name at the sentinels. @default - none */
  sentinelUsername?: string;
  /** Database number, not for a cluster. @default 0 */
  database?: number;
  /** Whether connections use TLS. @default true */
  tls?: boolean;
}

/** Who may come in. */
export interface AccessShape {
  /** How clients prove who they are. @default AccessMode.Htpasswd */
  mode?: AccessMode;
  /** Has to be true with `AccessMode.None`: then anyone who reaches the port may push. @default false */
  allowAnonymous?: boolean;
  /** Name that clients are told with a 401. @default "Registry" */
  realm?: string;
  /** Users by name, for `AccessMode.Htpasswd`. A renamed user is a new one. @default - one user, admin, who may list the catalog */
  users?: Record<string, UserShape>;
  /** The authorization server, for `AccessMode.Token`. */
  token?: TokenShape;
}

/** A user. The password is a secret and comes separately; without one it is generated. */
export interface UserShape {
  /** Whether the user may list all repositories (`/v2/_catalog`), which is slow on large stores. @default false */
  catalog?: boolean;
}

/** The authorization server. Its certificates (or JWKS) come separately. */
export interface TokenShape {
  /** URL where clients fetch tokens. */
  realm: string;
  /** Name of this registry in tokens (audience). */
  service: string;
  /** Issuer that tokens must name. */
  issuer: string;
  /** Algorithms that are let in. @default - the registry's list */
  signingAlgorithms?: string[];
}

/** The certificate that clients see: from an own CA, unless certificate and key are given. */
export interface CertificatesShape {
  /** Validity of the server certificate, days. Apple and others refuse more than 398. @default 397 */
  validityDays?: number;
  /** How many days before its end the next `up` renews it. @default 60 */
  earlyRenewalDays?: number;
  /** Validity of the CA, days. @default 3650 */
  caValidityDays?: number;
}

/** Rotation of container logs (json-file). */
export interface LogsShape {
  /** Size of one file, MiB. @default 50 */
  maxSizeMiB?: number;
  /** Files kept. @default 5 */
  maxFiles?: number;
}
