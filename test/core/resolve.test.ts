import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AccessMode, defaultSubnet, LogLevel, ObjectStoreKind, RegistryError, resolveTopology } from "ha-registry-core";
import type { RegistryShape } from "ha-registry-core";
import { problemAt, problemPaths } from "./support/problems";

const pathsOf = (shape: RegistryShape, name = "demo"): string[] => problemPaths(() => resolveTopology(name, shape));

describe("defaults", () => {
  const topology = resolveTopology("demo");

  it("are the embedded registry: two nodes, two balancers, a volume, a cache, one user, TLS on localhost", () => {
    assert.equal(topology.endpoint, "https://localhost:5000");
    assert.deepEqual(topology.dnsNames, ["localhost"]);
    assert.deepEqual(topology.ipAddresses, ["127.0.0.1"]);
    assert.deepEqual(
      topology.nodes.map(({ name, backup }) => [name, backup]),
      [
        ["demo-node-1", false],
        ["demo-node-2", false],
      ],
    );
    assert.deepEqual(topology.loadBalancer.balancers[0]?.replicas, ["demo-haproxy-1", "demo-haproxy-2"]);
    assert.equal(topology.objectStore.kind, ObjectStoreKind.Filesystem);
    assert.equal(topology.redis.enabled && topology.redis.tls && !topology.redis.external, true);
    assert.deepEqual(
      [topology.access.mode, topology.access.users, topology.loadBalancer.catalogUsers],
      [AccessMode.Htpasswd, ["admin"], ["admin"]],
    );
    assert.equal(topology.dataProtection, true);
  });

  it("give every part a fixed address of one network", () => {
    const prefix = topology.network.subnet.replace(/0\/24$/, "");
    const addresses = [
      topology.network.gateway,
      topology.loadBalancer.balancers[0]?.address,
      topology.redis.servers[0]?.address,
      ...topology.nodes.map(({ address }) => address),
    ];
    assert.deepEqual(
      addresses,
      [1, 2, 3, 11, 12].map((host) => `${prefix}${host}`),
    );
  });

  it("follow from the name alone, so that a second run changes nothing", () => {
    assert.deepEqual(resolveTopology("demo"), topology);
    assert.equal(topology.network.subnet, defaultSubnet("demo"));
    assert.notEqual(defaultSubnet("demo"), defaultSubnet("prod"));
    assert.match(defaultSubnet("demo"), /^10\.(12[89]|1[3-9]\d|2[0-4]\d|25[0-5])\.\d+\.0\/24$/);
  });

  it("keep statistics on a port of their own, whatever the port", () => {
    const statistics = (port: number): number => resolveTopology("demo", { loadBalancer: { port } }).loadBalancer.statisticsPort;
    assert.deepEqual([443, 5000, 62_128, 62_129, 65_535].map(statistics), [3847, 8404, 65_532, 58_725, 62_131]);
  });
});

describe("an endpoint", () => {
  it("names the port unless it is that of https, and brackets IPv6", () => {
    const endpoint = (hostname: string, port: number): string => resolveTopology("demo", { hostname, loadBalancer: { port } }).endpoint;
    assert.equal(endpoint("registry.corp.example", 443), "https://registry.corp.example");
    assert.equal(endpoint("registry.corp.example", 5000), "https://registry.corp.example:5000");
    assert.equal(endpoint("2001:db8::7", 443), "https://[2001:db8::7]");
    assert.equal(endpoint("2001:db8::7", 5000), "https://[2001:db8::7]:5000");
  });
});

describe("boundaries", () => {
  /** Builds a shape with one field set. */
  const set = (path: string, value: unknown): RegistryShape =>
    path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as RegistryShape;

  const table: [path: string, fit: unknown[], unfit: unknown[]][] = [
    [
      "hostname",
      ["a", "a-b.c", "10.0.0.1", "::1", "a".repeat(63)],
      ["", "-a", "a-", "a..b", "a_b", "a b", "a:5000", "1.2.3", "a".repeat(64), 5],
    ],
    ["teamSize", [1, 49], [0, -1, 1.5, NaN, Infinity, 1_000_001, "20"]],
    [
      "subnet",
      ["10.0.0.0/24", "192.168.7.0/24"],
      ["10.0.0.1/24", "10.0.0.0/16", "10.0.0.0/24/1", "127.0.0.0/24", "224.0.0.0/24", "0.0.0.0/24", "fd00::/24", "", 7],
    ],
    ["nodes.count", [2, 50], [1, 0, 51, 2.5, NaN]],
    ["nodes.backups", [0, 1], [2, -1, 0.5]],
    ["nodes.drainSeconds", [1, 86_400], [0, 86_401, 1.5]],
    ["nodes.memoryMiB", [64], [63]],
    ["nodes.cpus", [0.1, 1024], [0, 1025]],
    ["nodes.logLevel", Object.values(LogLevel), ["trace", ""]],
    ["nodes.tracing.endpoint", ["http://collector:4318"], ["collector:4318", "http://user:secret@collector", "http://a\nb", ""]],
    ["loadBalancer.port", [1, 65_535], [0, 65_536, 1.5, "5000"]],
    ["loadBalancer.replicas", [1, 4], [0, 5, 1.5]],
    ["loadBalancer.bindAddress", ["0.0.0.0", "::"], ["localhost", ""]],
    ["loadBalancer.statistics.port", [1, 4998, 5001, 65_534], [0, 4999, 5000, 65_535, 65_536]],
    ["loadBalancer.rateLimit.requestsPerSecond", [0, 1_000_000], [-1, 1_000_001, 0.5]],
    ["loadBalancer.rateLimit.failedLoginsPerMinute", [0, 1_000_000], [-1, 1_000_001, 0.5]],
    ["loadBalancer.timeouts.connectMilliseconds", [10, 60_000], [9, 60_001]],
    ["loadBalancer.timeouts.clientSeconds", [1, 86_400], [0, 86_401]],
    ["loadBalancer.timeouts.serverSeconds", [1, 86_400], [0, 86_401]],
    ["loadBalancer.timeouts.keepAliveSeconds", [1, 3600], [0, 3601]],
    ["loadBalancer.maxConnections", [10, 1_000_000], [9, 1_000_001]],
    ["loadBalancer.memoryMiB", [64], [63]],
    ["loadBalancer.extraConfig.frontend", ["", "a\n\tb\r\n"], ["a\u0000", "\u001b[0m", "\ud800"]],
    ["redis.memoryMiB", [32], [31]],
    ["redis.sentinel.downAfterMilliseconds", [500, 600_000], [499, 600_001, 500.5]],
    ["access.realm", ["Registry", "it's ours"], ["", 'a"b', "a\\b", "a\nb", 5]],
    ["certificates.validityDays", [1, 3650], [0, 3651]],
    ["logs.maxSizeMiB", [1, 10_240], [0, 10_241]],
    ["logs.maxFiles", [1, 100], [0, 101]],
  ];
  for (const [path, fit, unfit] of table) {
    it(`of ${path}`, () => {
      for (const value of fit) assert.deepEqual(pathsOf(set(path, value)), [], `${String(value)} fits`);
      for (const value of unfit) assert.ok(pathsOf(set(path, value)).includes(path), `${JSON.stringify(value)} does not fit`);
    });
  }

  it("of the name, which Docker and DNS names are made of", () => {
    for (const name of ["ab", "a1", "a-b", "a".repeat(40)]) assert.deepEqual(pathsOf({}, name), []);
    for (const name of ["", "a", "A1", "1a", "a-", "a_b", "a.b", "a".repeat(41)]) assert.deepEqual(pathsOf({}, name), ["name"], name);
  });

  it("of address ranges, each by its place", () => {
    const ranges = [
      "10.0.0.0/8",
      "fd00::/8",
      "192.0.2.1",
      "10.0.0.0/33",
      "fd00::/129",
      "10.0.0.0/8/8",
      "10.0.0.0/",
      "fe80::1%eth0",
      "corp",
      "",
    ];
    const expected = [3, 4, 5, 6, 7, 8, 9].map((index) => `loadBalancer.allowedAddressRanges[${index}]`);
    assert.deepEqual(pathsOf({ loadBalancer: { allowedAddressRanges: ranges } }), expected);
  });
});

describe("problems", () => {
  it("are reported all at once, each with its path", () => {
    const shape: RegistryShape = {
      hostname: "not a host",
      alternativeNames: ["ok.example", "*.ok.example", "*bad"],
      teamSize: 0,
      labels: { "ha-registry": "mine", "ha-registry.part": "x", team: "a" },
      nodes: { count: 1, backups: 1 },
      loadBalancer: { port: 0, statistics: { port: 0 } },
      objectStore: { filesystem: {}, s3: { bucket: "B" } },
      redis: { enabled: false, external: { addresses: [] } },
      access: { mode: AccessMode.None },
      certificates: { validityDays: 10, earlyRenewalDays: 10, caValidityDays: 9 },
    };
    const expected = [
      "teamSize",
      "hostname",
      "alternativeNames[2]",
      "access.allowAnonymous",
      "loadBalancer.port",
      "loadBalancer.statistics.port",
      "loadBalancer.statistics.port",
      "labels.ha-registry",
      "labels.ha-registry.part",
      "nodes.count",
      "objectStore",
      "objectStore.s3.bucket",
      "redis.external.addresses",
      "redis.external",
      "certificates.earlyRenewalDays",
      "certificates.caValidityDays",
    ];
    assert.deepEqual(pathsOf(shape).sort(), expected.sort());
  });

  it("make one error that names the registry, the fields and what to do", () => {
    assert.throws(
      () => resolveTopology("prod", { nodes: { count: 1 }, loadBalancer: { statistics: { port: 5000 } } }),
      (error) => {
        assert.ok(error instanceof RegistryError);
        assert.equal(error.component, "prod");
        assert.match(
          error.message,
          /^prod:\n {2}loadBalancer\.statistics\.port: .* own port 5000: choose others\n {2}nodes\.count: 1 nodes: .* from 2 /,
        );
        return true;
      },
    );
  });
});

describe("access", () => {
  it("without authentication needs an explicit word", () => {
    assert.deepEqual(pathsOf({ access: { mode: AccessMode.None } }), ["access.allowAnonymous"]);
    assert.deepEqual(pathsOf({ access: { mode: AccessMode.None, allowAnonymous: true } }), []);
    assert.deepEqual(pathsOf({ access: { allowAnonymous: true } }), ["access.allowAnonymous"]);
  });

  it("by tokens needs to know the authorization server", () => {
    const token = { realm: "https://auth.example/token", service: "registry", issuer: "auth" };
    assert.deepEqual(pathsOf({ access: { mode: AccessMode.Token, token } }), []);
    assert.deepEqual(pathsOf({ access: { mode: AccessMode.Token } }), ["access.token"]);
    assert.deepEqual(pathsOf({ access: { token } }), ["access.token"]);
    const unsigned = {
      access: { mode: AccessMode.Token, token: { ...token, realm: "auth.example", signingAlgorithms: ["RS256", "HS256", "none"] } },
    };
    assert.deepEqual(pathsOf(unsigned), ["access.token.realm", "access.token.signingAlgorithms[1]", "access.token.signingAlgorithms[2]"]);
  });

  it("has users whose names fit a line of htpasswd and of HAProxy", () => {
    const users = { "ci-bot@corp.example": { catalog: true }, dev_1: {}, "-f": {}, "a:b": {}, "a b": {}, ["x".repeat(65)]: {} };
    assert.deepEqual(pathsOf({ access: { users } }).sort(), [
      "access.users.-f",
      "access.users.a b",
      "access.users.a:b",
      `access.users.${"x".repeat(65)}`,
    ]);
    assert.deepEqual(pathsOf({ access: { users: {} } }), ["access.users"]);
    const { access, loadBalancer } = resolveTopology("demo", {
      access: { users: { zoe: {}, bot: { catalog: true }, amy: { catalog: false } } },
    });
    assert.deepEqual([access.users, loadBalancer.catalogUsers], [["amy", "bot", "zoe"], ["bot"]]);
  });
});

describe("backups", () => {
  it("are the last nodes, and leave one to serve", () => {
    const { nodes } = resolveTopology("demo", { nodes: { count: 3, backups: 2 } });
    assert.deepEqual(
      nodes.map(({ backup }) => backup),
      [false, true, true],
    );
    assert.match(
      problemAt("nodes.backups", () => resolveTopology("demo", { nodes: { count: 3, backups: 3 } })),
      /at least one has to serve/,
    );
  });
});
