import type { RegistrySecrets } from "../settings";
import type { CacheSettings } from "../topology-common";
import type { LooseMap } from "./yaml";

/** CA bundle of the registry image (Alpine and Debian agree on the path), for a Redis whose certificate comes from a public CA. */
const systemCertificates = "/etc/ssl/certs/ca-certificates.crt";

/**
 * The `redis` section of distribution's configuration.
 *
 * Losing Redis must cost speed, never a pull: the registry then asks its storage instead, after waiting for Redis in the request. What that wait
 * can be follows from go-redis v9.7.3 (internal/pool/pool.go), and these values keep it short where the host answers nothing at all, not even
 * with a reset:
 *
 * - A connection that was open answers no more: a command on it ends after `readtimeout`, and the connection is dropped. There are at most
 *   `poolsize` of them, fewer with a short `connmaxidletime`.
 * - A new one cannot be made: a dial (TCP and TLS together) ends after `dialtimeout`. After `poolsize` failed dials the pool answers
 *   every command at once with the last error, and tries one dial a second in the background. So a small pool gives up sooner: 8 × 200 ms
 *   shared by all requests under way, then nothing. 8 connections carry tens of thousands of commands a second.
 * - All connections are waiting: a further command ends after `pooltimeout`.
 * - `maxretries: -1` switches retries off (0 would mean 3). A retry asks the same dead host, and the storage knows the answer.
 *
 * With sentinels (sentinel.go; the same TLS settings and timeouts hold for them, and a user and password of their own):
 *
 * - A new connection asks the sentinel that answered last who is the primary. When it hangs, that takes `readtimeout`, then one `dialtimeout` for
 *   it and for each further one that hangs, while other new connections wait; the first that answers is asked from then on. Open
 *   connections need no sentinel.
 * - It subscribes to that sentinel's `+switch-master`, and then closes its connections to the old primary. Should it miss that, the old one does:
 *   sentinels end all connections of a server that they make a replica, and the client drops one that says READONLY.
 * - Until another primary is chosen, the dead one is asked as above.
 */
export function redisSection(redis: CacheSettings, secrets: RegistrySecrets, ca: string | undefined): LooseMap | undefined {
  if (!redis.enabled) return undefined;
  const sentinels = redis.masterName !== undefined;
  return {
    addrs: redis.addresses,
    mastername: redis.masterName,
    username: redis.username,
    password: secrets.redisPassword,
    sentinelusername: sentinels ? redis.sentinelUsername : undefined,
    sentinelpassword: sentinels ? secrets.redisSentinelPassword : undefined,
    db: redis.database === 0 ? undefined : redis.database,
    // The registry speaks TLS only when a file is named here. It verifies the name in `addrs`, so our own certificate holds its IP address.
    tls: redis.tls ? { rootcas: [ca ?? systemCertificates] } : undefined,
    dialtimeout: "200ms",
    readtimeout: "200ms",
    writetimeout: "200ms",
    maxretries: -1,
    poolsize: 8,
    pooltimeout: "200ms",
    connmaxidletime: "1m",
    // For a cluster, where following MOVED and ASK counts as a retry of its own; the default, 3, is one more wait at a dead node.
    maxredirects: redis.addresses.length > 1 && !sentinels ? 2 : undefined,
    // One round trip less per connection, and no right to CLIENT needed.
    disableidentity: true,
  };
}
