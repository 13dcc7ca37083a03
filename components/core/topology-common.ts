import type { ImageReferences } from "./images";
import type { AlertSetting } from "./resolve-alerts";
import type { AccessMode, LogLevel } from "./shape";
import type { HaproxyExtraConfig } from "./shape-load-balancer";
import type { NamingTopology } from "./topology-audit";
import type { BackupTargetTopology } from "./topology-backup";
import type { GarbageCollectionSettings } from "./topology-garbage-collection";

/** What holds for a registry on every substrate, and what renderers of its files read. */
export interface CommonTopology {
  /** Name of the registry, and prefix of everything that belongs to it. */
  name: string;
  /** Name under which clients reach it. */
  hostname: string;
  /** Further DNS names of the certificate. */
  dnsNames: string[];
  /** IP addresses of the certificate. */
  ipAddresses: string[];
  /** `https://host:port`. */
  endpoint: string;
  /** `host[:port]`, as it stands in image references. */
  authority: string;
  /** Developers. */
  teamSize: number;
  /** Labels of the user's own. */
  labels: Record<string, string>;
  /** Whether data is guarded against deletion. */
  dataProtection: boolean;
  /** Image references. */
  images: ImageReferences;
  /** What holds for every node. */
  node: NodeSettings;
  /** Who may come in. */
  access: AccessTopology;
  /** Validity of the certificates. */
  certificates: CertificatesTopology;
  /** How images have to be named; as clients like when absent. */
  naming?: NamingTopology;
  /** Load balancer. */
  loadBalancer: BalancerSettings;
  /** Storage of blobs and manifests. */
  objectStore: StoreSettings;
  /** Cache of blob descriptors. */
  redis: CacheSettings;
  /** Whether the store is a copy that others fill: nodes write nothing into it, and cache nothing of what they cannot see removed. @default false */
  storeIsCopy?: boolean;
}

/** What holds for every node. */
export interface NodeSettings {
  /** Port of the registry API, private. */
  port: number;
  /** Whether nodes serve TLS: their traffic crosses the network between hosts. */
  tls: boolean;
  /** Port of health and metrics, private. */
  debugPort: number;
  /** Longest transfer that may finish on a node that is being replaced, seconds. */
  drainSeconds: number;
  /** Memory limit, MiB. */
  memoryMiB: number;
  /** CPU limit, cores; none when absent. */
  cpus?: number;
  /** How much goes to the log. */
  logLevel: LogLevel;
  /** OTLP endpoint; no tracing when absent. */
  tracingEndpoint?: string;
}

/** A bucket with its defaults filled in; what is absent is left to the registry's S3 driver. */
export interface ResolvedS3 {
  /** Bucket name. */
  bucket: string;
  /** Region. */
  region: string;
  /** URL of the endpoint; AWS's when absent. */
  endpoint?: string;
  /** Path-style requests. */
  forcePathStyle: boolean;
  /** Prefix inside the bucket. */
  rootDirectory?: string;
  /** Server-side encryption. */
  encrypt: boolean;
  /** KMS key for it. */
  keyId?: string;
  /** Storage class. */
  storageClass: string;
  /** Whether clients fetch blobs from the store itself. */
  redirect: boolean;
  /** URL that redirects name. */
  redirectEndpoint?: string;
  /** Part size of uploads, MiB. */
  chunkSizeMiB: number;
  /** Whether the store's certificate is checked. */
  verifyCertificate: boolean;
}

/** Who may come in. */
export interface AccessTopology {
  /** How clients prove who they are. */
  mode: AccessMode;
  /** Name that clients are told with a 401. */
  realm: string;
  /** User names, sorted. */
  users: string[];
  /** URL where clients fetch tokens. */
  tokenRealm?: string;
  /** Name of this registry in tokens. */
  tokenService?: string;
  /** Issuer that tokens must name. */
  tokenIssuer?: string;
  /** Algorithms that are let in; empty means the registry's list. */
  tokenSigningAlgorithms: string[];
}

/** Validity of the certificates, hours, as the tls provider counts. */
export interface CertificatesTopology {
  /** Server certificate. */
  validityHours: number;
  /** How long before its end it is renewed. */
  earlyRenewalHours: number;
  /** CA certificate. */
  caValidityHours: number;
}

/** What every HAProxy is told. */
export interface BalancerSettings {
  /** Port that clients use. */
  port: number;
  /** Networks that may connect; empty means all. */
  allowedAddressRanges: string[];
  /** Requests per second and client address; 0 is off. */
  requestsPerSecond: number;
  /** Refused logins per minute and client address; 0 is off. */
  failedLoginsPerMinute: number;
  /** Whether a client certificate must be shown, when a CA for them is given. */
  clientCertificateRequired: boolean;
  /** Users who may list the catalog. */
  catalogUsers: string[];
  /** Timeout to connect to a node, milliseconds. */
  connectMilliseconds: number;
  /** Timeout of an idle client, seconds. */
  clientSeconds: number;
  /** Timeout of an idle node, seconds. */
  serverSeconds: number;
  /** Timeout between requests of a connection, seconds. */
  keepAliveSeconds: number;
  /** Connections that one HAProxy accepts at once. */
  maxConnections: number;
  /** Memory limit of one HAProxy, MiB. */
  memoryMiB: number;
  /** CPU limit of one HAProxy, cores; none when absent. */
  cpus?: number;
  /** The user's own lines. */
  extraConfig: HaproxyExtraConfig;
}

/** What a node is told of its storage. */
export interface StoreSettings {
  /** The bucket, with its defaults filled in; also when it is Garage's. */
  s3?: ResolvedS3;
}

/** What a node is told of the cache of blob descriptors. */
export interface CacheSettings {
  /** Whether descriptors are cached in Redis; in each node's memory otherwise. */
  enabled: boolean;
  /** Whether it is the user's own. */
  external: boolean;
  /** Name of the part, and of the container where there is one server. */
  name: string;
  /** `host:port` of server, sentinels or cluster nodes. */
  addresses: string[];
  /** Name of the primary, when the addresses are sentinels. */
  masterName?: string;
  /** User name. */
  username?: string;
  /** User name at the sentinels. */
  sentinelUsername?: string;
  /** Database number. */
  database: number;
  /** Whether connections use TLS. */
  tls: boolean;
  /** Memory limit, MiB. */
  memoryMiB: number;
  /** CPU limit, cores; none when absent. */
  cpus?: number;
}

/** Where an address and a port lead. */
export interface Endpoint {
  /** IP address, or DNS name. */
  address: string;
  /** TCP port. */
  port: number;
}

/** One of several that know each other, and how it is reached. */
export interface Member extends Endpoint {
  /** Number, from 1, over all hosts. */
  number: number;
  /** Name of the container or pod, as `prod-redis-1`. */
  name: string;
  /** Address that stays: in the private network of its host, or the DNS name of its pod. */
  address: string;
  /** Its main port there. */
  port: number;
  /** The same from other hosts: its host's inner address, and the port published there. Absent where that is no other. */
  published?: Endpoint;
}

/** One node of Garage, as the others know it; its main port is that of the RPC. */
export interface GarageMember extends Member {
  /** What fails together with it: the copies of an object lie in different zones as far as there are enough. */
  zone: string;
  /** Space that it may take, bytes: what objects are shared out by. */
  capacityBytes: number;
}

/** Fail-over by our own sentinels. */
export interface SentinelTopology {
  /** How long a server gives no answer before a sentinel holds it for down, milliseconds. */
  downAfterMilliseconds: number;
  /** How long a fail-over may take, and half the time before the next one, milliseconds. */
  failoverTimeoutMilliseconds: number;
  /** Memory limit of a sentinel, MiB. */
  memoryMiB: number;
}

/** Servers and sentinels, as far as they have to know each other. */
export interface ReplicationTopology {
  /** Our servers. With sentinels, the first is the primary until they choose another one. */
  servers: Member[];
  /** Our sentinels. */
  sentinels: Member[];
  /** Fail-over by our sentinels; absent where there is one server. */
  sentinel?: SentinelTopology;
}

/** A registry with Redis servers and sentinels, on whatever substrate. */
export interface ReplicatedTopology extends CommonTopology {
  /** Cache of blob descriptors. */
  redis: CacheSettings & ReplicationTopology;
}

/** Parts by which files differ that every substrate has; every substrate's topology fits. */
export interface PartsOfTopology {
  /** Garbage collection, and whether its collector is there only while it collects. */
  garbageCollection?: GarbageCollectionSettings & { onlyWhileItCollects?: boolean };
  /** Copies of the store in other places. */
  backup?: { targets: BackupTargetTopology[] };
  /** Monitoring, with a synthetic probe or without. */
  monitoring?: { alerting: { alerts: AlertSetting[] }; probe?: object };
}
