import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkSettings, renderRegistryConfig, resolveTopology } from "ha-registry-core";
import type { RegistrySecrets, RegistrySettings, RegistryShape } from "ha-registry-core";
import { problemAt, problemPaths } from "./support/problems";

const pathsOf = (settings: RegistrySettings): string[] => problemPaths(() => checkSettings("demo", settings));

describe("settings", () => {
  it("may be left out", () => {
    assert.deepEqual(pathsOf({}), []);
  });

  it("are checked at their boundaries", () => {
    const table: [keyof RegistrySettings, number[], number[]][] = [
      ["uploadPurgeAgeHours", [1, 1_000_000], [0, 1_000_001, 1.5, NaN]],
      ["uploadPurgeIntervalHours", [1, 1_000_000], [0, 1_000_001, 1.5, NaN]],
      ["catalogMaxEntries", [1, 1_000_000], [0, -1, 1_000_001]],
      ["maxTags", [1, 1_000_000], [0, -1, 1_000_001]],
      ["tagConcurrencyLimit", [1, 1000], [0, 1001]],
    ];
    for (const [field, fit, unfit] of table) {
      for (const value of fit) assert.deepEqual(pathsOf({ [field]: value }), [], `${field} ${value}`);
      for (const value of unfit) assert.deepEqual(pathsOf({ [field]: value }), [`settings.${field}`], `${field} ${value}`);
    }
  });

  it("are refused all at once, each problem with its path", () => {
    const settings: RegistrySettings = {
      uploadPurgeAgeHours: 0,
      deleteEnabled: false,
      proxy: { remoteUrl: "registry-1.docker.io", ttlHours: -1 },
      notifications: {
        "a b": { url: "https://hook.example" },
        hook: {
          url: "https://user:secret@hook.example",
          threshold: 0,
          backoffSeconds: 0,
          timeoutMilliseconds: 0,
          ignoredMediaTypes: ["a b"],
          ignoredActions: ["pull", "steal"],
        },
      },
      headers: { "X Y": ["a"], "X-Line": ["a\r\nb"] },
      extraConfig: "a: [",
    };
    const expected = [
      "uploadPurgeAgeHours",
      "proxy.remoteUrl",
      "proxy.ttlHours",
      "deleteEnabled",
      "notifications.a b",
      "notifications.hook.url",
      "notifications.hook.timeoutMilliseconds",
      "notifications.hook.threshold",
      "notifications.hook.backoffSeconds",
      "notifications.hook.ignoredMediaTypes[0]",
      "notifications.hook.ignoredActions[1]",
      "headers.X Y",
      "headers.X-Line",
      "extraConfig",
    ];
    assert.deepEqual(
      pathsOf(settings),
      expected.map((path) => `settings.${path}`),
    );
  });

  it("say where extraConfig is wrong", () => {
    const messageOf = (extraConfig: string): string => problemAt("settings.extraConfig", () => checkSettings("demo", { extraConfig }));
    assert.match(messageOf("log:\n  level: debug\n level: x"), /line 3/);
    assert.match(messageOf("a: 1\na: 2"), /unique at line 2/);
    assert.match(messageOf("- a"), /map/);
    assert.match(messageOf("text"), /map/);
    assert.match(messageOf("a: &a [*a]"), /alias/);
    assert.match(messageOf("a: *missing"), /missing/);
    assert.match(messageOf("a: !secret b"), /line 1/);
    assert.match(messageOf(`a: &a [${"x,".repeat(10)}]\nb: &b [${"*a,".repeat(50)}]\nc: [${"*b,".repeat(50)}]`), /alias/);
  });

  it("of a pull-through cache that never forgets may do without deletion", () => {
    const proxy = { remoteUrl: "https://registry-1.docker.io" };
    assert.deepEqual(pathsOf({ proxy, deleteEnabled: false }), ["settings.deleteEnabled"]);
    assert.deepEqual(pathsOf({ proxy: { ...proxy, ttlHours: 0 }, deleteEnabled: false }), []);
  });
});

describe("secrets", () => {
  const complete: RegistrySecrets = { httpSecret: "sign-3141", redisPassword: "cache-3141" };
  const render = (secrets: RegistrySecrets, settings: RegistrySettings = {}, shape: RegistryShape = {}): string =>
    renderRegistryConfig(resolveTopology("demo", shape), settings, secrets, { htpasswd: "/files/a/htpasswd", redisCa: "/files/b/ca.crt" });

  it("are complete or refused", () => {
    const table: [Partial<RegistrySecrets>, string[]][] = [
      [{}, []],
      [{ httpSecret: "" }, ["httpSecret"]],
      [{ httpSecret: "a\nb" }, ["httpSecret"]],
      [{ httpSecret: "\ud800" }, ["httpSecret"]],
      [{ redisPassword: "" }, ["redisPassword"]],
      [{ s3AccessKey: "id" }, ["s3SecretKey"]],
      [{ s3SecretKey: "key" }, ["s3AccessKey"]],
      [{ s3AccessKey: "id", s3SecretKey: "key" }, []],
      [{ proxyUsername: "robot" }, ["proxyPassword"]],
      [{ proxyPassword: "pass" }, ["proxyUsername"]],
      [{ notificationHeaders: { hook: { Authorization: ["a"] } } }, ["notificationHeaders.hook"]],
    ];
    for (const [given, expected] of table) {
      const paths = problemPaths(() => render({ ...complete, ...given }));
      assert.deepEqual(
        paths,
        expected.map((path) => `secrets.${path}`),
        JSON.stringify(given),
      );
    }
  });

  it("of a Redis that is not ours may be missing", () => {
    const shape = { redis: { external: { addresses: ["redis.example:6379"] } } };
    assert.doesNotThrow(() => render({ httpSecret: "sign" }, {}, shape));
    assert.doesNotThrow(() => render({ httpSecret: "sign" }, {}, { redis: { enabled: false } }));
  });

  it("are never repeated in an error", () => {
    const secrets: RegistrySecrets = {
      httpSecret: "sign-3141\n",
      redisPassword: "cache-3141\u0000",
      s3AccessKey: "id-3141\n",
      proxyPassword: "pass-3141\u007f",
      notificationHeaders: { hook: { Authorization: ["Bearer 3141\n"], "bad name": ["3141"] } },
    };
    assert.throws(
      () => render(secrets, { notifications: { hook: { url: "https://hook.example" } } }),
      (error) => error instanceof Error && !error.message.includes("3141") && error.message.split("\n").length >= 8,
    );
  });
});
