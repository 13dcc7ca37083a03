import fc from "fast-check";
import { AccessMode, LogLevel } from "ha-registry-core";
import type { AccessShape, AuditShape, NamingShape, ObjectStoreShape, RedisShape, RegistryShape } from "ha-registry-core";

/** Text that tries to become something else where it ends: configuration, YAML, a header, a path, a shell word. */
export const hostileText = fc.constantFrom(
  "",
  " ",
  "a b",
  "a'b",
  'a"b',
  "a\\",
  "a\nglobal\n  stats socket /tmp/x",
  "a\r\nX-Evil: 1",
  "a\u0000b",
  "\u001b[31m",
  "a # b",
  "${HOME}",
  "$(id)",
  "%[env(HOME)]",
  "a: b",
  "- a",
  "*a",
  "&a",
  "!!binary a",
  "yes",
  "0777",
  "1e3",
  "~",
  "{{",
  "a;b",
  "../../etc/passwd",
  "-f",
  "--",
  "a if TRUE",
  "é",
  "\u{1f600}",
  "\ud800",
  "\u2028",
  "\u0085",
  "__proto__",
  "constructor",
  "a".repeat(300),
);

/** Numbers at and past the edges. */
const hostileNumber = fc.constantFrom(-1, 0, 0.5, 1.5, 1, 2, 51, 65535, 65536, 1e6, 1e6 + 1, 1e21, NaN, Infinity, -Infinity);

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,12}$/);
const hostname = fc.oneof(
  fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join(".")),
  fc.constantFrom("localhost", "192.0.2.7", "2001:db8::7"),
);
const url = fc
  .tuple(fc.constantFrom("http", "https"), label, fc.integer({ min: 1, max: 65535 }))
  .map(([scheme, host, port]) => `${scheme}://${host}.example:${port}`);
const addressRange = fc.oneof(
  fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([address, prefix]) => `${address}/${prefix}`),
  fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map(([address, prefix]) => `${address}/${prefix}`),
  fc.ipV4(),
  fc.constant("127.0.0.1"),
);
const whole = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const some: { requiredKeys: [] } = { requiredKeys: [] };

const access: fc.Arbitrary<AccessShape> = fc.oneof(
  fc.record(
    {
      realm: fc.constantFrom("Registry", "it's ours", "büro"),
      users: fc.dictionary(word, fc.record({ catalog: fc.boolean() }, some), { minKeys: 1, maxKeys: 80 }),
    },
    some,
  ),
  fc.record({
    mode: fc.constant(AccessMode.Token),
    token: fc.record({
      realm: url,
      service: fc.constantFrom("registry", "our registry"),
      issuer: word,
      signingAlgorithms: maybe(fc.uniqueArray(fc.constantFrom("RS256", "ES384", "PS512", "EdDSA"))),
    }),
  }),
  fc.constant({ mode: AccessMode.None, allowAnonymous: true }),
);

const objectStore: fc.Arbitrary<ObjectStoreShape> = fc.oneof(
  fc.record({ filesystem: fc.record({ existingVolume: fc.stringMatching(/^[a-z][a-z0-9_.-]{1,8}$/) }, some) }),
  fc.record({ nfs: fc.record({ server: hostname, path: fc.constantFrom("/export", "/srv/registry") }) }),
  fc.record({
    garage: fc.record(
      { nodes: whole(3, 9), capacityGiB: whole(1, 1000), memoryMiB: whole(256, 4096), cpus: fc.constantFrom(0.5, 2) },
      some,
    ),
  }),
  fc.record({
    s3: fc.record(
      {
        bucket: fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,20}[a-z0-9]$/),
        region: fc.constantFrom("eu-central-1", "us-east-1", "us-gov-west-1"),
        endpoint: url,
        forcePathStyle: fc.boolean(),
        rootDirectory: word,
        encrypt: fc.constant(true),
        keyId: word,
        storageClass: fc.constantFrom("STANDARD", "NONE", "INTELLIGENT_TIERING"),
        redirectEndpoint: url,
        chunkSizeMiB: whole(5, 5120),
        verifyCertificate: fc.boolean(),
      },
      { requiredKeys: ["bucket", "encrypt"] },
    ),
  }),
);

const hostPort = fc.tuple(hostname, whole(1, 65535)).map(([host, port]) => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`));
const redis: fc.Arbitrary<RedisShape> = fc.oneof(
  fc.record({ memoryMiB: whole(32, 4096), cpus: fc.constantFrom(0.5, 2) }, some),
  fc.record(
    { memoryMiB: whole(32, 4096), sentinel: fc.record({ enabled: fc.boolean(), downAfterMilliseconds: whole(500, 600_000) }, some) },
    { requiredKeys: ["sentinel"] },
  ),
  fc.constant({ enabled: false }),
  fc.record({
    external: fc.record(
      { addresses: fc.array(hostPort, { minLength: 1, maxLength: 6 }), username: word, tls: fc.boolean() },
      { requiredKeys: ["addresses"] },
    ),
  }),
  fc.record({
    external: fc.record(
      { addresses: fc.array(hostPort, { minLength: 1, maxLength: 3 }), masterName: word, sentinelUsername: word, database: whole(0, 15) },
      { requiredKeys: ["addresses", "masterName"] },
    ),
  }),
);

const audit: fc.Arbitrary<AuditShape> = fc.record(
  {
    keepDays: whole(180, 4000),
    maxFileMiB: whole(1, 65_536),
    blobs: fc.boolean(),
    forward: fc.record(
      {
        syslog: fc.record({ server: hostPort, tls: fc.boolean() }, { requiredKeys: ["server"] }),
        elasticsearch: fc.record({ url, index: fc.constantFrom("audit", "ha.audit-1"), username: word }, { requiredKeys: ["url"] }),
        loki: fc.record({ url, username: word, tenant: word }, { requiredKeys: ["url"] }),
      },
      some,
    ),
  },
  some,
);

const naming: fc.Arbitrary<NamingShape> = fc.record(
  {
    tags: fc.constantFrom(".*", "v[0-9]+(\\.[0-9]+){2}", "it's-[^\"]+", "-x|y \\d{3}", "a,b # c"),
    environments: fc.array(fc.constantFrom("dev", "prod", "uat_1"), { minLength: 1 }),
    repositories: fc.constantFrom("team/.+", "(a|b)/[a-z]+", "-.*"),
    exempt: fc.array(fc.constantFrom("free/*", "mirror/library/*", "-x", "*"), { maxLength: 3 }),
    hint: fc.constantFrom("see the wiki", 'the "rules"', "it's # 7"),
  },
  some,
);

/** Keywords that the generated lines of the user's own begin with. */
export const extraKeywords = ["tune.bufsize", "option", "http-response", "fullconn"];

/** Shapes that are to be let in. */
export const validShape: fc.Arbitrary<RegistryShape> = fc.record(
  {
    hostname,
    alternativeNames: fc.array(hostname, { maxLength: 3 }),
    teamSize: whole(1, 49),
    subnet: fc.tuple(whole(1, 126), whole(0, 255), whole(0, 255)).map(([a, b, c]) => `${a}.${b}.${c}.0/24`),
    dataProtection: fc.boolean(),
    labels: fc.dictionary(word, fc.string(), { maxKeys: 3 }),
    nodes: fc.record(
      {
        count: whole(10, 50),
        backups: whole(0, 9),
        drainSeconds: whole(1, 86_400),
        memoryMiB: whole(64, 4096),
        logLevel: fc.constantFrom(...Object.values(LogLevel)),
        tracing: fc.record({ endpoint: url }),
      },
      { requiredKeys: ["count"] },
    ),
    loadBalancer: fc.record(
      {
        port: whole(1, 60_000),
        bindAddress: fc.constantFrom("0.0.0.0", "127.0.0.1", "::"),
        replicas: whole(1, 4),
        allowedAddressRanges: fc.array(addressRange, { maxLength: 70 }),
        rateLimit: fc.record(
          { requestsPerSecond: fc.constantFrom(0, 1, 1_000_000), failedLoginsPerMinute: fc.constantFrom(0, 1, 1_000_000) },
          some,
        ),
        clientCertificates: fc.record({ required: fc.boolean() }, some),
        timeouts: fc.record(
          {
            connectMilliseconds: whole(10, 60_000),
            clientSeconds: whole(1, 86_400),
            serverSeconds: whole(1, 86_400),
            keepAliveSeconds: whole(1, 3600),
          },
          some,
        ),
        maxConnections: whole(10, 20_000),
        cpus: fc.constantFrom(0.1, 1, 2.5, 100),
        extraConfig: fc.record(
          {
            global: fc.constantFrom("", "# mine\ntune.bufsize 32768"),
            defaults: fc.constant("option tcpka"),
            frontend: fc.constant("\thttp-response set-header X-Own 'a # b'\r\n"),
            backend: fc.constant("\n\nfullconn 100\n"),
          },
          some,
        ),
      },
      some,
    ),
    objectStore,
    redis,
    access,
    audit,
    naming,
  },
  some,
);

/** Shapes with several hosts and an address that moves between them, which are to be let in. */
export const movingShape: fc.Arbitrary<RegistryShape> = fc
  .record({
    name: fc.stringMatching(/^[a-z][a-z0-9-]{0,5}[a-z0-9]$/),
    count: whole(2, 9),
    replicas: whole(1, 4),
    virtualAddress: fc.record(
      {
        address: fc.constantFrom("10.20.0.10", "192.168.255.254"),
        prefixLength: whole(1, 32),
        interface: fc.constantFrom("eth0", "lo", "bond0.7", "br-lan", "enp0s31f6"),
        routerId: whole(1, 255),
      },
      { requiredKeys: ["address"] },
    ),
  })
  .map(({ name, count, replicas, virtualAddress }) => ({
    hosts: Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `${name}${index}`,
        { dockerHost: `ssh://10.20.0.${11 + index}`, address: `10.20.0.${11 + index}` },
      ]),
    ),
    objectStore: { s3: { bucket: "blobs" } },
    loadBalancer: { replicas, virtualAddress },
  }));

/** Fields that a mutation may spoil: each of the shape's leaves. */
const leaves = [
  ["hostname"],
  ["alternativeNames", "0"],
  ["teamSize"],
  ["subnet"],
  ["nodes", "count"],
  ["nodes", "backups"],
  ["nodes", "drainSeconds"],
  ["nodes", "logLevel"],
  ["nodes", "tracing", "endpoint"],
  ["loadBalancer", "port"],
  ["loadBalancer", "bindAddress"],
  ["loadBalancer", "replicas"],
  ["loadBalancer", "statistics", "port"],
  ["loadBalancer", "allowedAddressRanges", "0"],
  ["loadBalancer", "rateLimit", "requestsPerSecond"],
  ["loadBalancer", "timeouts", "connectMilliseconds"],
  ["loadBalancer", "maxConnections"],
  ["loadBalancer", "cpus"],
  ["objectStore", "nfs", "server"],
  ["objectStore", "nfs", "path"],
  ["objectStore", "garage", "nodes"],
  ["objectStore", "garage", "capacityGiB"],
  ["objectStore", "garage", "memoryMiB"],
  ["objectStore", "s3", "bucket"],
  ["objectStore", "s3", "region"],
  ["objectStore", "s3", "endpoint"],
  ["objectStore", "s3", "redirectEndpoint"],
  ["objectStore", "s3", "chunkSizeMiB"],
  ["redis", "memoryMiB"],
  ["redis", "sentinel", "downAfterMilliseconds"],
  ["redis", "external", "addresses", "0"],
  ["redis", "external", "masterName"],
  ["redis", "external", "database"],
  ["access", "mode"],
  ["access", "realm"],
  ["access", "users", "*"],
  ["access", "token", "realm"],
  ["access", "token", "service"],
  ["audit", "keepDays"],
  ["audit", "maxFileMiB"],
  ["audit", "forward", "syslog", "server"],
  ["audit", "forward", "elasticsearch", "url"],
  ["audit", "forward", "elasticsearch", "index"],
  ["audit", "forward", "elasticsearch", "username"],
  ["audit", "forward", "loki", "url"],
  ["audit", "forward", "loki", "tenant"],
  ["naming", "tags"],
  ["naming", "environments", "0"],
  ["naming", "repositories"],
  ["naming", "exempt", "0"],
  ["naming", "hint"],
] as const;

const mutation = fc.record({ path: fc.constantFrom(...leaves), value: fc.oneof(hostileText, hostileNumber) });

/** Shapes of which about half are to be let in: valid ones with up to three fields replaced by something hostile. */
export const anyShape: fc.Arbitrary<RegistryShape> = fc
  .tuple(validShape, fc.oneof(fc.constant([]), fc.array(mutation, { minLength: 1, maxLength: 3 })))
  .map(([shape, mutations]) => mutations.reduce<RegistryShape>((spoiled, { path, value }) => spoil(spoiled, path, value), shape));

/** `shape` with the field at `path` replaced, if what leads there exists or can be made. A `*` makes the value a key. */
function spoil<T extends object>(shape: T, [key = "", ...rest]: readonly string[], value: string | number): T {
  const map = new Map<string, unknown>(Object.entries(shape));
  const below = map.get(key);
  if (key === "*") map.set(String(value), {});
  else if (rest.length === 0) map.set(key, value);
  else map.set(key, spoil(typeof below === "object" && below !== null ? below : rest[0] === "0" ? [] : {}, rest, value));
  return (Array.isArray(shape) ? [...map.values()] : Object.fromEntries(map)) as T;
}

/** Names of registries, mostly good ones. */
export const registryName = fc.oneof(
  { weight: 9, arbitrary: fc.stringMatching(/^[a-z][a-z0-9-]{0,10}[a-z0-9]$/) },
  { weight: 1, arbitrary: hostileText },
);
