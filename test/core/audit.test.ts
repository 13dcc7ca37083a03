import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { AccessMode, renderForwards, renderHaproxy, resolveTopology } from "ha-registry-core";
import type { AuditForwardShape, AuditShape, NamingShape, RegistryShape } from "ha-registry-core";
import { parseSince } from "ha-registry/dist/cli/audit";
import { followChain, verifyFile, type SealFile } from "ha-registry/dist/cli/audit-chain";
import { parseHaproxy, sectionOf } from "./support/haproxy-parser";
import { problemAt, problemPaths } from "./support/problems";

// What the files say, and what is found in them. Not proved here: that HAProxy and syslog-ng do it (test/engine/audit).

const resolved = (shape: RegistryShape): ReturnType<typeof resolveTopology> => resolveTopology("demo", { subnet: "10.9.8.0/24", ...shape });

const frontend = (shape: RegistryShape, host?: string): string[] =>
  sectionOf(
    parseHaproxy(renderHaproxy(resolved(shape), { certificate: "/files/a/tls.pem", internalCa: "/ca" }, host)),
    "frontend",
    "clients",
  ).lines.map(({ words }) => words.join(" "));

const several: RegistryShape = {
  hosts: { a: { dockerHost: "ssh://a", address: "10.0.0.1" }, b: { dockerHost: "ssh://b", address: "10.0.0.2" } },
  objectStore: { s3: { bucket: "blobs" } },
};

describe("the audit log", () => {
  const problemsOf = (audit: AuditShape): string[] => problemPaths(() => resolved({ audit }));

  it("is kept for 180 days unless told otherwise, beside the balancers of each host", () => {
    assert.deepEqual(resolved({ audit: {} }).audit, {
      collectors: [{ host: "", name: "demo-audit", bufferName: "demo-audit-buffer", address: "10.9.8.94" }],
      keepDays: 180,
      maxFileMiB: 1024,
      blobs: true,
      forward: {},
    });
    const names = resolved({ ...several, audit: {} }).audit?.collectors.map(({ host, name }) => [host, name]);
    assert.deepEqual(names, [
      ["a", "demo-a-audit"],
      ["b", "demo-b-audit"],
    ]);
  });

  it("is kept for less only where somebody says so", () => {
    assert.match(
      problemAt("audit.keepDays", () => resolved({ audit: { keepDays: 90 } })),
      /allowShortRetention/,
    );
    assert.deepEqual(problemsOf({ keepDays: 90, allowShortRetention: true }), []);
  });

  it("is forwarded to nothing that is no address", () => {
    const forward: AuditForwardShape = {
      syslog: { server: "audit" },
      elasticsearch: { url: "ftp://x", index: "Audit", username: "a b" },
      loki: { url: "https://u:p@loki", username: "a\nb", tenant: "a b" },
    };
    assert.deepEqual(problemsOf({ keepDays: 0.5, maxFileMiB: 0, forward }), [
      "audit.keepDays",
      "audit.maxFileMiB",
      "audit.forward.syslog.server",
      "audit.forward.elasticsearch.url",
      "audit.forward.elasticsearch.index",
      "audit.forward.elasticsearch.username",
      "audit.forward.loki.url",
      "audit.forward.loki.username",
      "audit.forward.loki.tenant",
    ]);
  });

  it("costs nothing where there is none: HAProxy's configuration is what it was", () => {
    const digest = (shape: RegistryShape): string =>
      createHash("sha256")
        .update(renderHaproxy(resolved(shape), { certificate: "/c" }))
        .digest("hex");
    assert.equal(digest({ audit: undefined, naming: undefined }), digest({}));
    assert.doesNotMatch(frontend({}).join("\n"), /txn\.(action|path|repository|reference)|fd@|unique-id/);
  });

  it("gets events alone, as the lines on standard output, with what was done to what", () => {
    const lines = frontend({ audit: {} });
    assert.ok(lines.includes("log fd@3 len 8192 format raw local0 notice"));
    const format = lines.find((line) => line.startsWith("log-format ")) ?? "";
    for (const field of [
      "time",
      "id",
      "action",
      "result",
      "repository",
      "reference",
      "client",
      "user",
      "agent",
      "status",
      "bytes_sent",
      "node",
    ])
      assert.ok(format.includes(`%(${field})`), field);
    assert.doesNotMatch(format, /%\(host\)/);
    assert.match(frontend({ ...several, audit: {} }, "b").join("\n"), /%\(host\)\[str\(b\)\]/);
    assert.doesNotMatch(lines.join("\n"), /log-format .*(HQ|HU|hdr|query|[Aa]uthorization)/);
  });

  it("leaves out transfers of blobs where they are not wanted", () => {
    assert.match(frontend({ audit: {} }).join("\n"), /str\(pull-blob\)/);
    assert.doesNotMatch(frontend({ audit: { blobs: false } }).join("\n"), /str\((pull|push)-blob\)/);
  });

  it("takes the user from a token as well", () => {
    const access = { mode: AccessMode.Token, token: { realm: "https://auth.example", service: "r", issuer: "i" } };
    assert.match(frontend({ audit: {}, access }).join("\n"), /set-var\(txn\.user\) http_auth_bearer,jwt_payload_query/);
  });

  it("is forwarded by configurations in which no text becomes configuration", () => {
    const forward: AuditForwardShape = {
      syslog: { server: "[2001:db8::7]:6514" },
      elasticsearch: { url: "https://search.example/base/", username: 'a"b' },
      loki: { url: "http://loki.example:3100" },
    };
    const texts = renderForwards(resolved({ audit: { forward } }), "", { elasticsearchPassword: 'x"); };\\' });
    assert.deepEqual(Object.keys(texts), ["syslog.conf", "elasticsearch.conf", "loki.conf"]);
    assert.match(texts["syslog.conf"] ?? "", /syslog\("2001:db8::7" port\(6514\) transport\("tls"\) .*peer-verify\(required-trusted\)/);
    assert.ok(texts["elasticsearch.conf"]?.includes(String.raw`user("a\"b") password("x\"); };\\")`));
    assert.ok(texts["elasticsearch.conf"]?.includes('url("https://search.example/base/_bulk")'));
    assert.doesNotMatch(texts["loki.conf"] ?? "", /password|user\(/);
  });
});

describe("the rule of names", () => {
  const problemsOf = (naming: NamingShape): string[] => problemPaths(() => resolved({ naming }));
  const tags = (naming: NamingShape): RegExp => new RegExp(resolved({ naming }).naming?.tags ?? "");

  it("is <project>-<environment>-<version> unless told otherwise", () => {
    for (const tag of ["shop-prod-1.4.2", "web-shop-dev-v2", "a-staging-20261127.3", "Shop_x-test-0-rc1"]) assert.match(tag, tags({}), tag);
    for (const tag of ["latest", "1.4.2", "shop-1.4.2", "shop-prod", "shop-production-1", "-prod-1", "shop-prod-latest"])
      assert.doesNotMatch(tag, tags({}), tag);
    assert.match("shop-live-1", tags({ environments: ["live"] }));
  });

  it("has to fit all of a name", () => {
    assert.doesNotMatch("xv1", tags({ tags: "v1|w1" }));
    assert.doesNotMatch("w1x", tags({ tags: "v1|w1" }));
  });

  it("is refused where it is no pattern, or none that fits on a line", () => {
    assert.deepEqual(problemsOf({ tags: "a)(b", repositories: "a\nb", environments: ["a|b"], exempt: ["A"], hint: "a\nb" }), [
      "naming.environments[0]",
      "naming.exempt[0]",
      "naming.tags",
      "naming.repositories",
      "naming.hint",
    ]);
    assert.deepEqual(problemsOf({ environments: [] }), ["naming.environments"]);
  });

  it("refuses pushes, and nothing else, with what is expected", () => {
    const lines = frontend({ naming: { repositories: "team/.+", exempt: ["free/*"], hint: "see the guide" } });
    const refusals = lines.filter((line) => line.includes("status 400"));
    assert.equal(refusals.length, 3);
    for (const line of refusals) {
      assert.match(line, /if \{ method (PUT|POST) \} on_(manifest|uploads) .*!may_be_named_as_it_likes$/);
      assert.match(line, /"code":"(TAG|NAME)_INVALID","message":".*; see the guide"/);
    }
  });
});

describe("the chain of seals", () => {
  const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
  const first = "0".repeat(64);

  /** Lines of seals that say this, one after the other. */
  function seals(says: readonly object[], from = { number: 1, previous: first }): string[] {
    let { number, previous } = from;
    return says.map((each) => {
      const line = JSON.stringify({ time: "t", host: "", seal: number, ...each, previous });
      [number, previous] = [number + 1, digest(`${line}\n`)];
      return line;
    });
  }
  const file = (name: string, lines: readonly string[]): SealFile => ({ name, text: lines.map((line) => `${line}\n`).join("") });
  const messages = (...files: SealFile[]): string[] => followChain(files).findings.map(({ message }) => message);

  const three = seals(
    ["one\n", "two\n", "three\n"].map((text, index) => ({ file: "f", from: index * 4, to: index * 4 + text.length, sha256: digest(text) })),
  );

  it("is whole, over several files", () => {
    const { segments, count, findings } = followChain([file("1", three.slice(0, 2)), file("2", three.slice(2))]);
    assert.deepEqual([count, findings, segments.get("f")?.map(({ to }) => to)], [3, [], [4, 8, 14]]);
  });

  it("shows a seal that was altered, taken out, or put in", () => {
    const [one = "", two = "", last = ""] = three;
    assert.deepEqual(messages(file("1", [one, two.replace('"to":8', '"to":7'), last])).length, 2);
    assert.deepEqual(messages(file("1", [one, last])), [
      "seals 2 to 2 were taken out",
      "seal 3 begins at byte 8 of f, and the one before it ended at 4",
    ]);
    assert.deepEqual(messages(file("1", [two, last])).at(0), "seals before number 2 were taken out");
    assert.ok(messages(file("1", [one, two, two, last])).length > 0);
    assert.deepEqual(messages(file("1", [...three, "{"])), ["is no seal: {"]);
  });

  it("may begin later where a seal says that what came before was kept for long enough", () => {
    const [one = "", two = ""] = three;
    const removal = (head: string): string[] => seals([{ removed: "d", through: 1, head }], { number: 3, previous: digest(`${two}\n`) });
    const begins = (text: string): string => text.replace('"from":4', '"from":0');
    const second = begins(two);
    const after = (head: string): string[] => [
      second,
      ...seals([{ removed: "d", through: 1, head }], { number: 3, previous: digest(`${second}\n`) }),
    ];
    assert.deepEqual(messages(file("2", after(digest(`${one}\n`)))), []);
    assert.deepEqual(messages(file("2", after(digest("another")))), ["seals before number 2 were taken out"]);
    assert.equal(removal("x").length, 1);
  });

  it("says which bytes of a file were altered, cut off, or never there", async () => {
    const segments = followChain([file("1", three)]).segments.get("f") ?? [];
    const check = (text: string | undefined, grows = false, size = 5): ReturnType<typeof verifyFile> =>
      verifyFile("f", segments, text === undefined ? undefined : pieces(text, size), grows);
    for (const size of [1, 3, 100]) assert.deepEqual(await check("one\ntwo\nthree\n", false, size), []);
    assert.deepEqual(await check("one\ntw0\nthree\n"), [{ file: "events/f", from: 4, to: 8, message: "was altered" }]);
    assert.deepEqual(await check("one\ntwo\nth"), [{ file: "events/f", from: 10, to: 14, message: "was cut off" }]);
    assert.deepEqual(await check("one\ntwo\nthree\nfour\n"), [
      { file: "events/f", from: 14, to: 19, message: "was added, and never sealed" },
    ]);
    assert.deepEqual(await check("one\ntwo\nthree\nfour\n", true), []);
    assert.deepEqual(await check(undefined), [{ file: "events/f", from: 0, to: 14, message: "was removed" }]);
  });

  async function* pieces(text: string, size: number): AsyncGenerator<Buffer> {
    for (let at = 0; at < text.length; at += size) yield await Promise.resolve(Buffer.from(text.slice(at, at + size)));
  }
});

describe("--since", () => {
  it("is a time, or how long ago", () => {
    const now = Date.parse("2026-11-27T12:00:00Z");
    assert.equal(parseSince("90m", now), "2026-11-27T10:30:00.000Z");
    assert.equal(parseSince("7d", now), "2026-11-20T12:00:00.000Z");
    assert.equal(parseSince("2026-11-01", now), "2026-11-01T00:00:00.000Z");
    assert.throws(() => parseSince("yesterday", now), /is no time/);
  });
});
