import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { AccessMode, LogLevel, renderRegistryConfig, renderTracingEnvironment, resolveTopology } from "ha-registry-core";
import type { RegistryFiles, RegistrySecrets, RegistrySettings, RegistryShape } from "ha-registry-core";
import { problemPaths } from "./support/problems";
import { refuseUnfitRegistryConfig } from "./support/registry-schema";

const secrets: RegistrySecrets = { httpSecret: "sign", redisPassword: "cache" };
const files: RegistryFiles = { htpasswd: "/files/a/htpasswd", redisCa: "/files/b/ca.crt" };

function render(shape: RegistryShape = {}, settings: RegistrySettings = {}, given = secrets, paths = files): string {
  return renderRegistryConfig(resolveTopology("demo", { subnet: "10.9.8.0/24", ...shape }), settings, given, paths);
}

/** What the registry reads at `path` of its configuration. */
function read(path: string, shape?: RegistryShape, settings?: RegistrySettings, given?: RegistrySecrets, paths?: RegistryFiles): unknown {
  const config: unknown = parse(render(shape, settings, given, paths), { version: "1.1" });
  refuseUnfitRegistryConfig(config);
  return path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], config);
}

describe("config.yml", () => {
  it("of the embedded registry", () => {
    assert.deepEqual(read("storage"), {
      cache: { blobdescriptor: "redis" },
      delete: { enabled: true },
      filesystem: { rootdirectory: "/var/lib/registry" },
      maintenance: { readonly: { enabled: false }, uploadpurging: { enabled: true, age: "168h", interval: "24h", dryrun: false } },
      redirect: { disable: true },
    });
    assert.deepEqual(read("http"), {
      addr: ":5000",
      debug: { addr: ":5001", prometheus: { enabled: true, path: "/metrics" } },
      draintimeout: "300s",
      h2c: { enabled: false },
      headers: { "X-Content-Type-Options": ["nosniff"] },
      relativeurls: false,
      secret: "sign",
    });
    assert.deepEqual(read("auth"), { htpasswd: { realm: "Registry", path: "/files/a/htpasswd" } });
    assert.deepEqual(read("log"), { accesslog: { disabled: true }, formatter: "json", level: "info" });
    assert.deepEqual(read("health"), { storagedriver: { enabled: true, interval: "10s", threshold: 3 } });
    assert.deepEqual(
      [read("catalog"), read("tags"), read("proxy"), read("notifications")],
      [{ maxentries: 1000 }, { maxtags: 1000 }, undefined, undefined],
    );
  });

  it("says the same whatever the order in which things were given", () => {
    const one = render(
      { nodes: { count: 3, drainSeconds: 9 }, access: { users: { amy: {}, bob: {} } } },
      { headers: { A: ["1"], B: ["2"] }, readOnly: true },
    );
    const other = render(
      { access: { users: { bob: {}, amy: {} } }, nodes: { drainSeconds: 9, count: 3 } },
      { readOnly: true, headers: { B: ["2"], A: ["1"] } },
    );
    assert.equal(one, other);
  });

  it("is the same for every node, since an upload may change nodes", () => {
    assert.equal(render({ nodes: { count: 2 } }), render({ nodes: { count: 5 } }));
  });

  it("takes over each setting", () => {
    const settings: RegistrySettings = {
      deleteEnabled: false,
      readOnly: true,
      uploadPurgeAgeHours: 1,
      uploadPurgeIntervalHours: 2,
      catalogMaxEntries: 3,
      maxTags: 4,
      tagConcurrencyLimit: 5,
      headers: { "X-Team": ["a", "b"] },
    };
    assert.deepEqual(read("storage.delete", {}, settings), { enabled: false });
    assert.deepEqual(read("storage.maintenance", {}, settings), {
      readonly: { enabled: true },
      uploadpurging: { enabled: true, age: "1h", interval: "2h", dryrun: false },
    });
    assert.deepEqual(read("catalog.maxentries", {}, settings), 3);
    assert.deepEqual(read("tags.maxtags", {}, settings), 4);
    assert.deepEqual(read("storage.tag.concurrencylimit", {}, settings), 5);
    assert.deepEqual(read("http.headers", {}, settings), { "X-Content-Type-Options": ["nosniff"], "X-Team": ["a", "b"] });
  });

  it("lets a header of the user's replace ours, whatever its case", () => {
    assert.deepEqual(read("http.headers", {}, { headers: { "x-content-type-options": ["own"] } }), { "x-content-type-options": ["own"] });
  });

  it("keeps secrets as they are, in YAML of every version", () => {
    for (const httpSecret of ["yes", "0777", "1e3", "~", 'a"b', "a: b # c", "- x", "grüße", "\u{1f600}", "\\n", "\u2028", " "]) {
      const text = render({}, {}, { ...secrets, httpSecret });
      for (const version of ["1.1", "1.2"] as const)
        assert.equal((parse(text, { version }) as { http: { secret: string } }).http.secret, httpSecret);
    }
  });
});

describe("storage", () => {
  it("on NFS is a directory like any other", () => {
    const shape = { objectStore: { nfs: { server: "nas.example", path: "/export" } } };
    assert.deepEqual(read("storage.filesystem", shape), { rootdirectory: "/var/lib/registry" });
  });

  it("in S3 names all that the driver knows, sizes in bytes", () => {
    const s3 = {
      bucket: "images",
      region: "garage",
      endpoint: "http://s3.example:3900",
      rootDirectory: "prefix",
      encrypt: true,
      keyId: "key",
      storageClass: "STANDARD_IA",
      redirectEndpoint: "https://images.example",
      chunkSizeMiB: 16,
      verifyCertificate: false,
    };
    assert.deepEqual(read("storage.s3", { objectStore: { s3 } }, {}, { ...secrets, s3AccessKey: "id", s3SecretKey: "key" }), {
      accesskey: "id",
      secretkey: "key",
      bucket: "images",
      region: "garage",
      regionendpoint: "http://s3.example:3900",
      forcepathstyle: true,
      rootdirectory: "prefix",
      encrypt: true,
      keyid: "key",
      storageclass: "STANDARD_IA",
      redirectendpoint: "https://images.example",
      chunksize: 16_777_216,
      secure: false,
      skipverify: true,
      v4auth: true,
    });
  });

  it("sends clients to the store itself only where they reach it", () => {
    const disabled = (s3?: { bucket: string; endpoint?: string; redirect?: boolean }): unknown =>
      read("storage.redirect.disable", s3 && { objectStore: { s3 } });
    assert.equal(disabled(), true);
    assert.equal(disabled({ bucket: "images" }), false);
    assert.equal(disabled({ bucket: "images", endpoint: "https://s3.example" }), true);
    assert.equal(disabled({ bucket: "images", endpoint: "https://s3.example", redirect: true }), false);
  });
});

describe("redis", () => {
  it("of ours is verified by its address, and given up quickly", () => {
    assert.deepEqual(read("redis"), {
      addrs: ["10.9.8.3:6379"],
      username: "registry",
      password: "cache",
      tls: { rootcas: ["/files/b/ca.crt"] },
      dialtimeout: "200ms",
      readtimeout: "200ms",
      writetimeout: "200ms",
      maxretries: -1,
      poolsize: 8,
      pooltimeout: "200ms",
      connmaxidletime: "1m",
      disableidentity: true,
    });
  });

  it("left out, descriptors stay in each node's memory", () => {
    const shape = { redis: { enabled: false } };
    assert.equal(read("redis", shape), undefined);
    assert.equal(read("storage.cache.blobdescriptor", shape), "inmemory");
  });

  it("behind sentinels names the primary and both passwords", () => {
    const external = { addresses: ["s1:26379", "s2:26379"], masterName: "main", username: "app", sentinelUsername: "watch", database: 2 };
    const redis = read("redis", { redis: { external } }, {}, { ...secrets, redisSentinelPassword: "door" }) as Record<string, unknown>;
    const { addrs, mastername, username, password, sentinelusername, sentinelpassword, db, maxredirects } = redis;
    assert.deepEqual([addrs, mastername, username, password], [external.addresses, "main", "app", "cache"]);
    assert.deepEqual([sentinelusername, sentinelpassword, db, maxredirects], ["watch", "door", 2, undefined]);
  });

  it("of ours behind sentinels asks them for the primary, as the same user", () => {
    const own = { ...secrets, redisSentinelPassword: "door" };
    const redis = read("redis", { redis: { sentinel: {} } }, {}, own) as Record<string, unknown>;
    const { addrs, mastername, username, password, sentinelusername, sentinelpassword, tls } = redis;
    assert.deepEqual(addrs, ["10.9.8.6:26379", "10.9.8.7:26379", "10.9.8.8:26379"]);
    assert.deepEqual(
      [mastername, username, password, sentinelusername, sentinelpassword],
      ["demo", "registry", "cache", "registry", "door"],
    );
    assert.deepEqual(tls, { rootcas: ["/files/b/ca.crt"] });
  });

  it("as a cluster follows redirects, without being a sentinel", () => {
    const external = { addresses: ["c1:6379", "c2:6379"], tls: false };
    const redis = read("redis", { redis: { external } }, {}, { ...secrets, redisSentinelPassword: "door" }) as Record<string, unknown>;
    assert.deepEqual([redis["maxredirects"], redis["tls"], redis["sentinelpassword"]], [2, undefined, undefined]);
  });

  it("with a public certificate trusts the image's CAs: without any file the registry would speak in the clear", () => {
    const redis = { external: { addresses: ["redis.example:6379"] } };
    assert.deepEqual(read("redis.tls", { redis }, {}, secrets, { htpasswd: "/h" }), { rootcas: ["/etc/ssl/certs/ca-certificates.crt"] });
  });
});

describe("authentication", () => {
  const token = { realm: "https://auth.example/token", service: "registry", issuer: "auth" };

  it("by tokens names server and keys", () => {
    const shape = { access: { mode: AccessMode.Token, token: { ...token, signingAlgorithms: ["EdDSA"] } } };
    const paths = { ...files, tokenCertificates: "/files/t/ca.pem", tokenJwks: "/files/t/jwks.json" };
    const expected = { ...token, rootcertbundle: "/files/t/ca.pem", jwks: "/files/t/jwks.json", signingalgorithms: ["EdDSA"] };
    assert.deepEqual(read("auth", shape, {}, secrets, paths), { token: expected });
  });

  it("none is no section at all", () => {
    assert.equal(read("auth", { access: { mode: AccessMode.None, allowAnonymous: true } }), undefined);
  });

  it("without its files is refused: the registry would invent a user, or stop", () => {
    assert.deepEqual(
      problemPaths(() => render({}, {}, secrets, { redisCa: "/c" })),
      ["files.htpasswd"],
    );
    assert.deepEqual(
      problemPaths(() => render({ access: { mode: AccessMode.Token, token } })),
      ["access.token"],
    );
    assert.deepEqual(
      problemPaths(() => render({}, {}, secrets, { htpasswd: "htpasswd" })),
      ["files.htpasswd"],
    );
  });
});

describe("a pull-through cache", () => {
  it("names its upstream once, and for how long blobs are kept", () => {
    const given = { ...secrets, proxyUsername: "robot", proxyPassword: "pass" };
    const proxy = { remoteUrl: "https://registry-1.docker.io/" };
    assert.deepEqual(read("proxy", {}, { proxy }, given), {
      remoteurl: "https://registry-1.docker.io",
      ttl: "168h",
      username: "robot",
      password: "pass",
    });
    assert.deepEqual(read("proxy.ttl", {}, { proxy: { ...proxy, ttlHours: 0 } }), "0h");
  });
});

describe("event receivers", () => {
  const notifications = { zulu: { url: "https://z.example", ignoredActions: ["pull"] }, alpha: { url: "https://a.example", threshold: 2 } };
  const notificationHeaders = { zulu: { Authorization: ["Bearer t"] } };

  it("come sorted by name, each with its headers", () => {
    assert.deepEqual(read("notifications.endpoints", {}, { notifications }, { ...secrets, notificationHeaders }), [
      { name: "alpha", url: "https://a.example", timeout: "1000ms", threshold: 2, backoff: "10s", ignore: {} },
      {
        name: "zulu",
        url: "https://z.example",
        headers: { Authorization: ["Bearer t"] },
        timeout: "1000ms",
        threshold: 5,
        backoff: "10s",
        ignore: { actions: ["pull"] },
      },
    ]);
  });

  it("with headers keep the log at warnings, since at info the registry writes headers to it", () => {
    const level = (logLevel: LogLevel, given: RegistrySecrets): unknown =>
      read("log.level", { nodes: { logLevel } }, { notifications }, given);
    for (const verbose of [LogLevel.Debug, LogLevel.Info]) {
      assert.equal(level(verbose, { ...secrets, notificationHeaders }), "warn");
      assert.equal(level(verbose, secrets), verbose);
    }
    assert.equal(level(LogLevel.Error, { ...secrets, notificationHeaders }), "error");
  });

  it("may have the name of what every object has", () => {
    const endpoints = read("notifications.endpoints", {}, { notifications: { constructor: { url: "https://c.example" } } });
    assert.deepEqual((endpoints as { headers?: unknown }[])[0]?.headers, undefined);
  });
});

describe("extraConfig", () => {
  /** The whole file, unchecked: what the user merges is the user's. */
  const merged = (extraConfig: string): Record<string, unknown> =>
    parse(render({}, { extraConfig }), { version: "1.1" }) as Record<string, unknown>;

  it("merges maps, replaces all else, and comes last", () => {
    const { http, log } = merged(
      "log: { level: debug, fields: { team: a } }\nhttp:\n  headers: { X-Content-Type-Options: [own, two] }",
    ) as {
      http: { addr: string; headers: unknown };
      log: unknown;
    };
    assert.deepEqual(log, { accesslog: { disabled: true }, fields: { team: "a" }, formatter: "json", level: "debug" });
    assert.deepEqual([http.addr, http.headers], [":5000", { "X-Content-Type-Options": ["own", "two"] }]);
  });

  it("removes with null, so that another storage driver can take the place of ours", () => {
    const { storage } = merged("storage:\n  filesystem:\n  azure: { accountname: a, container: c }") as { storage: object };
    assert.deepEqual(Object.keys(storage).sort(), ["azure", "cache", "delete", "maintenance", "redirect"]);
  });

  it("is read as Go's YAML reads it", () => {
    const { own } = merged(
      "own: { flag: yes, octal: 0600, big: 123456789012345678901, time: 12:30:00, date: 2026-01-02, hex: 0x1F, text: 'no' }",
    );
    const expected = { flag: true, octal: 384, big: 123456789012345678901, time: "12:30:00", date: "2026-01-02", hex: 31, text: "no" };
    assert.deepEqual(own, expected);
    assert.match(render({}, { extraConfig: "own: { big: 123456789012345678901 }" }), /big: 123456789012345678901\n/);
  });

  it("cannot reach beyond the file by special keys", () => {
    merged("__proto__: { polluted: 1 }\nconstructor: { prototype: { polluted: 1 } }");
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  });

  it("may repeat itself by anchors, which are written out", () => {
    const { own } = merged("own: { a: &x { b: [1] }, c: *x, d: { <<: *x, e: 2 } }");
    assert.deepEqual(own, { a: { b: [1] }, c: { b: [1] }, d: { b: [1], e: 2 } });
  });
});

describe("tracing", () => {
  it("is off unless it has an endpoint", () => {
    assert.equal(renderTracingEnvironment(resolveTopology("demo"))["OTEL_TRACES_EXPORTER"], "none");
    const environment = renderTracingEnvironment(resolveTopology("demo", { nodes: { tracing: { endpoint: "http://collector:4318" } } }));
    assert.deepEqual(environment, {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
      OTEL_SERVICE_NAME: "demo",
      OTEL_TRACES_EXPORTER: "otlp",
    });
  });
});
