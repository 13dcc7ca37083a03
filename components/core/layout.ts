/** Host numbers inside the private /24. What has a fixed address needs no DNS, and the balancer keeps it while a container is replaced. */
export const hosts = {
  /** The Docker host's own. */
  gateway: 1,
  /** The balancer's, whichever HAProxy runs. */
  balancer: 2,
  /** Redis server number 1 has the next one. */
  beforeFirstRedis: 2,
  /** Sentinel number 1 has the next one. */
  beforeFirstSentinel: 5,
  /** Node number 1 has the next one. */
  beforeFirstNode: 10,
  /** How many nodes there is room for. */
  mostNodes: 50,
  /** Garage's node number 1 has the next one. */
  beforeFirstGarage: 70,
  /** How many of Garage's nodes there is room for. */
  mostGarages: 9,
  /** What directs garbage collection. */
  collector: 80,
  /** What finds out for it what nothing refers to. */
  marker: 81,
  /** What drops cached descriptors for it. */
  cacheCleaner: 82,
  /** What copies the store to other places. */
  backup: 93,
  /** Prometheus, and what belongs to monitoring beside it. */
  prometheus: 83,
  /** Alertmanager. */
  alertmanager: 84,
  /** What tells of the host. */
  nodeExporter: 85,
  /** What tells of Redis. */
  redisExporter: 86,
  /** What looks at certificates. */
  blackboxExporter: 87,
  /** The synthetic probe. */
  probe: 88,
  /** Grafana. */
  grafana: 89,
  /** What lets Prometheus ask the parts of another host. */
  metricsProxy: 90,
  /** What collects the audit log. */
  auditCollector: 94,
} as const;

/** Ports inside the private network. */
export const ports = {
  /** Registry API of a node. */
  registry: 5000,
  /** Health and metrics of a node. */
  debug: 5001,
  /** A node tells the balancers here whether it wants new connections. */
  agent: 5002,
  /** Balancers report here to garbage collection what they do. */
  fenceReports: 5003,
  /** Garbage collection tells balancers here whether pushes are fenced. */
  fence: 5004,
  /** Metrics of garbage collection. */
  fenceMetrics: 5005,
  /** Whoever connects here gets a list of what nothing refers to. */
  marker: 5006,
  /** Whoever connects here has cached descriptors dropped. */
  cacheCleaner: 5007,
  /** Metrics of backups. */
  backup: 5008,
  /** Redis, with TLS. */
  redis: 6379,
  /** Garage's S3. */
  garageS3: 3900,
  /** The S3 of the Garage node of a host, for other hosts, with TLS. */
  storeTls: 3943,
  /** Garage's nodes among themselves. */
  garageRpc: 3901,
  /** A Garage node tells the balancers here whether it wants new requests. */
  garageAgent: 3904,
  /** Garage's health and metrics. */
  garageAdmin: 3903,
  /** A sentinel, with TLS. */
  sentinel: 26379,
  /** Where the HAProxies take requests. */
  balancer: 5000,
  /** Where the HAProxy of a task takes requests, beside a registry with the same addresses. */
  taskBalancer: 5443,
  /** Statistics of the first HAProxy; the others follow. */
  statistics: 8404,
  /** Metrics of the synthetic probe. */
  probe: 5009,
  /** Prometheus. */
  prometheus: 9090,
  /** Alertmanager. */
  alertmanager: 9093,
  /** What tells of a host. */
  nodeExporter: 9100,
  /** What looks at certificates. */
  blackboxExporter: 9115,
  /** What tells of Redis. */
  redisExporter: 9121,
  /** Metrics of the parts of a host, for Prometheus on another one, with TLS. */
  metricsProxy: 9443,
  /** Health of what offers them, for its own container. */
  metricsProxyHealth: 9444,
  /** Grafana. */
  grafana: 3000,
} as const;

/**
 * With several hosts, what the others have to reach is published on the inner address of its host, at these distances from
 * `internalPortBase`. Instances are numbered over all hosts, so that a port never follows from who else is there.
 */
export const publishedPorts = {
  /** Redis server number n is at n more. */
  redis: 10,
  /** Sentinel number n is at n more. */
  sentinel: 20,
  /** Garage's RPC, of Garage node number n at n more. */
  garageRpc: 30,
  /** S3 of the Garage node of this host, through its balancer, with TLS. */
  store: 40,
  /** Where balancers report to garbage collection; the fence is 1 further. */
  fenceReports: 50,
  /** Metrics of the parts of this host, with TLS. */
  metrics: 60,
  /** Registry API of node number n, with TLS, at n more. */
  registry: 100,
  /** Agent port of node number n at n more. */
  agent: 200,
  /** The last one in use. */
  last: 250,
} as const;

/** User and group of each service's process and files; nothing else may read them. */
export const users = {
  /** The nodes. */
  registry: 65532,
  /** The balancer. */
  haproxy: 65533,
  /** Redis. */
  redis: 65534,
  /** Garage. */
  garage: 65531,
  /** All of monitoring. */
  monitoring: 65530,
  /** The audit log's collector. */
  audit: 65529,
} as const;
