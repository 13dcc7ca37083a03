import type { Problems } from "./errors";
import { ports } from "./layout";
import { hostPort } from "./placement";
import { memberOf, serviceHost } from "./resolve-kubernetes-parts";
import type { Cluster } from "./resolve-kubernetes-parts";
import { replicated, resolveCache, resolveSentinel, sentinelUser } from "./resolve-state";
import type { KubernetesRedisShape } from "./shape-kubernetes";
import type { KubernetesRedisTopology } from "./topology-kubernetes";

/** Fills in and checks the cache of blob descriptors. */
export function resolveKubernetesRedis(
  name: string,
  cluster: Cluster,
  teamSize: number,
  shape: KubernetesRedisShape,
  problems: Problems,
): KubernetesRedisTopology {
  const { external } = shape;
  const cache = resolveCache(teamSize, shape, problems);
  const sentinel = resolveSentinel(shape, false, problems);
  const redis = { ...cache, name: `${name}-redis`, servers: [], sentinels: [] };
  if (external !== undefined) {
    const { addresses, masterName, sentinelUsername } = external;
    return { ...redis, addresses, ...(masterName === undefined ? {} : { masterName, ...(sentinelUsername && { sentinelUsername }) }) };
  }
  if (!cache.enabled) return { ...redis, addresses: [] };
  const host = serviceHost(cluster, redis.name);
  if (sentinel === undefined) return { ...redis, host, addresses: [`${host}:${ports.redis}`] };
  const sentinels = replicated.map((number) => memberOf(redis.name, host, number, ports.sentinel));
  return {
    ...redis,
    host,
    servers: replicated.map((number) => memberOf(redis.name, host, number, ports.redis)),
    sentinels,
    sentinel,
    addresses: sentinels.map(hostPort),
    masterName: name,
    sentinelUsername: sentinelUser,
  };
}
