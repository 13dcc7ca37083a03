/** What HAProxy is told, wherever it runs. */
export interface CommonLoadBalancerShape {
  /** Networks (CIDR) that may connect; others get 403. @default - all */
  allowedAddressRanges?: string[];
  /** Limits per client address. */
  rateLimit?: RateLimitShape;
  /** TLS certificates of clients. @default - none asked for */
  clientCertificates?: ClientCertificatesShape;
  /** Timeouts. */
  timeouts?: TimeoutsShape;
  /** Connections that one HAProxy accepts at once. @default - by team size */
  maxConnections?: number;
  /** Memory limit of one HAProxy, MiB. @default - by team size */
  memoryMiB?: number;
  /** CPU limit of one HAProxy, cores. @default - none */
  cpus?: number;
  /** Lines of your own, put last in HAProxy's sections. */
  extraConfig?: HaproxyExtraConfig;
}

/** The load balancer. */
export interface LoadBalancerShape extends CommonLoadBalancerShape {
  /** Port that clients use. @default 5000 */
  port?: number;
  /** Address of the host that the port is bound to. @default "0.0.0.0" */
  bindAddress?: string;
  /** HAProxy processes that share the port; with one alone, a crash of it is an outage. @default 2 */
  replicas?: number;
  /**
   * Whether a connection that waits for an HAProxy which closes its port goes to another one instead of being refused. Needs Linux 5.14
   * on the Docker host; set it to false on an older one. Changing it closes the port for a moment.
   * @default true
   */
  handOverConnections?: boolean;
  /** Statistics page (`/`) and Prometheus metrics (`/metrics`). */
  statistics?: StatisticsShape;
  /** An address that moves to another host when its own is lost (VRRP, by keepalived). Needs several hosts. @default - none */
  virtualAddress?: VirtualAddressShape;
}

/**
 * An address that one of the hosts holds, and another takes when that one is lost (VRRP version 3, RFC 5798). `hostname` should resolve to
 * it; without one, `hostname` should resolve to the addresses of all hosts.
 */
export interface VirtualAddressShape {
  /** A free IPv4 address of the hosts' network. */
  address: string;
  /** Length of the network's prefix. @default 24 */
  prefixLength?: number;
  /** Network interface of every host that gets it. @default "eth0" */
  interface?: string;
  /** Number that tells this group from others in the same network, 1 to 255. @default - follows from the name */
  routerId?: number;
}

/** Where the balancer tells of itself. */
export interface StatisticsShape {
  /** Port of the first HAProxy; each further one takes the next. @default - the load balancer's port + 3404, so 8404 and 8405 */
  port?: number;
  /** Address of the host that the port is bound to; keep it private. @default "127.0.0.1" */
  bindAddress?: string;
}

/** Limits per client address; who goes over them gets 429 with Retry-After, which docker and containerd obey. */
export interface RateLimitShape {
  /** Requests per second, over 10 seconds; 0 switches it off. @default 1000 */
  requestsPerSecond?: number;
  /** Refused logins per minute; 0 switches it off. The guides warn from 10 per minute on. @default 60 */
  failedLoginsPerMinute?: number;
}

/** TLS certificates of clients. */
export interface ClientCertificatesShape {
  /** Whether a client without one is refused. @default true */
  required?: boolean;
}

/** Timeouts, sized for layers of several GB over slow lines: they count idle time, not the length of a transfer. */
export interface TimeoutsShape {
  /** To connect to a node, milliseconds. @default 2000 */
  connectMilliseconds?: number;
  /** Idle client, seconds. @default 300 */
  clientSeconds?: number;
  /** Idle node, seconds: a store that commits a large blob is silent meanwhile. @default 900 */
  serverSeconds?: number;
  /** Between two requests of a kept-alive connection, seconds. @default 15 */
  keepAliveSeconds?: number;
}

/** Lines of your own for HAProxy. They are put last in their section, and checked by HAProxy before they serve. */
export interface HaproxyExtraConfig {
  /** For `global`. */
  global?: string;
  /** For `defaults`. */
  defaults?: string;
  /** For the frontend that clients reach. */
  frontend?: string;
  /** For the backend of the registry nodes. */
  backend?: string;
}
