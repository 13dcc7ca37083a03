/** Host numbers inside the private /24. What has a fixed address needs no DNS, and the balancer keeps it while a container is replaced. */
export const hosts = { gateway: 1, balancer: 2, redis: 3, beforeFirstNode: 10, mostNodes: 50 } as const;

/** Ports inside the private network. */
export const ports = { registry: 5000, debug: 5001, redis: 6379, balancer: 5000, statistics: 8404 } as const;

/** User and group of each service's process and files; nothing else may read them. */
export const users = { registry: 65532, haproxy: 65533, redis: 65534 } as const;
