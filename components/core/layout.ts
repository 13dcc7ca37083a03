/** Host numbers inside the private /24. What has a fixed address needs no DNS, and the balancer keeps it while a container is replaced. */
export const hosts = {
  /** The Docker host's own. */
  gateway: 1,
  /** The balancer's, whichever HAProxy runs. */
  balancer: 2,
  /** Redis's. */
  redis: 3,
  /** Node number 1 has the next one. */
  beforeFirstNode: 10,
  /** How many nodes there is room for. */
  mostNodes: 50,
  /** Garage's node number 1 has the next one. */
  beforeFirstGarage: 70,
  /** How many of Garage's nodes there is room for. */
  mostGarages: 9,
} as const;

/** Ports inside the private network. */
export const ports = {
  /** Registry API of a node. */
  registry: 5000,
  /** Health and metrics of a node. */
  debug: 5001,
  /** A node tells the balancers here whether it wants new connections. */
  agent: 5002,
  /** Redis, with TLS. */
  redis: 6379,
  /** Garage's S3. */
  garageS3: 3900,
  /** Garage's nodes among themselves. */
  garageRpc: 3901,
  /** Garage's health and metrics. */
  garageAdmin: 3903,
  /** Where the HAProxies take requests. */
  balancer: 5000,
  /** Statistics of the first HAProxy; the others follow. */
  statistics: 8404,
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
} as const;
