import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AccessMode, renderHaproxy, resolveTopology } from "ha-registry-core";
import type { AccessShape, HaproxyFiles, LoadBalancerShape, RegistryShape } from "ha-registry-core";
import { linesOf, parseHaproxy, sectionOf } from "./support/haproxy-parser";
import type { HaproxySection } from "./support/haproxy-parser";

const files: HaproxyFiles = { certificate: "/files/a/tls.pem" };

function render(shape: RegistryShape = {}, paths = files): string {
  return renderHaproxy(resolveTopology("demo", { subnet: "10.9.8.0/24", ...shape }), paths);
}

/** Lines of a section as text, without quotes. */
function lines(kind: string, name: string, shape: RegistryShape = {}, paths = files): string[] {
  return sectionOf(parseHaproxy(render(shape, paths), ["http-after-response", "tune.bufsize"]), kind, name).lines.map(({ words }) =>
    words.join(" "),
  );
}

const clients = (loadBalancer: LoadBalancerShape, access?: AccessShape, paths = files): string[] =>
  lines("frontend", "clients", { loadBalancer, access }, paths);

const token = { realm: "https://auth.example/token", service: "registry", issuer: "auth" };

describe("haproxy.cfg", () => {
  it("says the same whatever the order in which things were given", () => {
    const one = render({ access: { users: { amy: { catalog: true }, bob: { catalog: true } } }, loadBalancer: { port: 1, replicas: 3 } });
    const other = render({ loadBalancer: { replicas: 3, port: 1 }, access: { users: { bob: { catalog: true }, amy: { catalog: true } } } });
    assert.equal(one, other);
  });

  it("lets in nothing older than TLS 1.2, and no cipher without forward secrecy and authentication", () => {
    const global = lines("global", "");
    assert.ok(global.includes("ssl-default-bind-options ssl-min-ver TLSv1.2"));
    const ciphers =
      global
        .find((line) => line.startsWith("ssl-default-bind-ciphers "))
        ?.split(" ")[1]
        ?.split(":") ?? [];
    assert.equal(ciphers.length, 6);
    for (const cipher of ciphers) assert.match(cipher, /^ECDHE-(ECDSA|RSA)-(AES(128|256)-GCM|CHACHA20-POLY1305)/);
    assert.match(ciphers[0] ?? "", /AES128-GCM/);
  });

  it("has no admin socket, and statistics that cannot change anything", () => {
    assert.doesNotMatch(render(), /stats socket|stats admin|stats auth/);
  });

  it("drains as long as a node does, and keeps connections for statistics beside the clients'", () => {
    const global = lines("global", "", { nodes: { drainSeconds: 77 }, loadBalancer: { maxConnections: 1000 } });
    assert.ok(global.includes("hard-stop-after 77s"));
    assert.ok(global.includes("maxconn 1050"));
    assert.ok(clients({ maxConnections: 1000 }).includes("maxconn 1000"));
  });

  it("starts no more threads than its CPU limit feeds", () => {
    const threads = (cpus?: number): string | undefined =>
      lines("global", "", { loadBalancer: { cpus } }).find((line) => line.startsWith("thread-hard-limit"));
    assert.deepEqual(
      [undefined, 0.1, 1, 1.5, 1000].map(threads),
      [undefined, 1, 1, 2, 1000].map((limit) => limit && `thread-hard-limit ${limit}`),
    );
  });

  it("takes timeouts from the topology", () => {
    const timeouts = { connectMilliseconds: 11, clientSeconds: 12, serverSeconds: 13, keepAliveSeconds: 14 };
    const defaults = lines("defaults", "", { loadBalancer: { timeouts } });
    for (const line of ["timeout connect 11ms", "timeout client 12s", "timeout server 13s", "timeout http-keep-alive 14s"])
      assert.ok(defaults.includes(line), line);
  });
});

describe("the frontend of clients", () => {
  it("speaks TLS and HTTP/1.1 on the port that is published", () => {
    assert.equal(clients({})[0], "bind :5000 ssl crt /files/a/tls.pem alpn http/1.1");
  });

  it("asks for client certificates when it has their CA", () => {
    const paths = { ...files, clientCa: "/files/b/ca.pem" };
    const required = clients({}, undefined, paths)[0];
    assert.equal(required, "bind :5000 ssl crt /files/a/tls.pem alpn http/1.1 ca-file /files/b/ca.pem verify required");
    const optional = clients({ clientCertificates: { required: false } }, undefined, paths)[0];
    assert.equal(optional, required?.replace("required", "optional"));
  });

  it("logs JSON, without Authorization and without the query, which carries the state of uploads", () => {
    const format = clients({}).find((line) => line.startsWith("log-format")) ?? "";
    assert.match(format, /^log-format %\{\+json\}o %\(time\)/);
    for (const field of ["client", "user", "method", "path", "status", "bytes_sent", "node", "state", "tls"])
      assert.ok(format.includes(`%(${field})`), field);
    assert.doesNotMatch(format, /HPQ|HQ|HU|Authorization|http_auth_pass|\(path\)HP\b/i);
  });

  it("takes the forged end of a line out of names before it logs them", () => {
    const remembered = clients({}).filter(
      (line) => line.startsWith("http-request set-var(txn.user)") || line.startsWith("http-request set-var(txn.agent)"),
    );
    assert.equal(remembered.length, 2);
    for (const line of remembered) assert.match(line, /,regsub\(\[.*\],\?,g\),bytes\(0,\d+\)$/);
  });

  it("knows the user of a token by its subject", () => {
    assert.ok(
      clients({}, { mode: AccessMode.Token, token }).some((line) =>
        line.startsWith("http-request set-var(txn.user) http_auth_bearer,jwt_payload_query($.sub),"),
      ),
    );
  });

  it("sends what changes nothing where it may be repeated, and all else where it may not", () => {
    const routes = clients({}).filter((line) => /^(use|default)_backend/.test(line));
    assert.deepEqual(routes, ["use_backend registry-reads if { method GET HEAD }", "default_backend registry-writes"]);
  });

  it("replaces what clients say about the way they came", () => {
    const text = clients({});
    const index = (line: string): number => text.indexOf(`http-request ${line}`);
    assert.ok(index("del-header X-Forwarded- -m beg") >= 0 && index("del-header Forwarded") >= 0);
    assert.ok(index("del-header X-Forwarded- -m beg") < index("set-header X-Forwarded-Proto https"));
    assert.ok(index("set-header X-Forwarded-For %[src]") > 0);
  });

  it("answers 404 for whatever is not the registry's API", () => {
    assert.ok(
      clients({}).some((line) => /^http-request return status 404 .* unless \{ path \/ \/v2 \} or \{ path_beg \/v2\/ \}$/.test(line)),
    );
  });
});

describe("address ranges", () => {
  const sources = (loadBalancer: LoadBalancerShape): string[] =>
    clients(loadBalancer).flatMap((line) => /^acl from_allowed_address src (.*)$/.exec(line)?.[1] ?? []);

  it("let everybody in when there are none", () => {
    assert.ok(!clients({}).some((line) => line.includes("from_allowed_address")));
  });

  it("answer 403 to all others, however many they are", () => {
    const ranges = Array.from({ length: 200 }, (_, index) => `10.0.${index}.0/24`);
    assert.deepEqual(sources({ allowedAddressRanges: ranges }), ranges);
    const refusal = clients({ allowedAddressRanges: ranges }).find((line) => line.endsWith("unless from_allowed_address"));
    assert.match(refusal ?? "", /^http-request return status 403 content-type application\/json string \{"errors":\[\{"code":"DENIED"/);
  });

  it("with the host's loopback mean the gateway, from which Docker hands on the host's own connections", () => {
    assert.deepEqual(sources({ allowedAddressRanges: ["127.0.0.0/8"] }), ["127.0.0.0/8", "10.9.8.1"]);
    assert.deepEqual(sources({ allowedAddressRanges: ["127.0.0.2"] }), ["127.0.0.2"]);
    assert.deepEqual(
      sources({ allowedAddressRanges: ["127.0.0.1"], bindAddress: "::" }),
      ["127.0.0.1"],
      "over IPv6 everybody comes from the gateway",
    );
  });
});

describe("rate limits", () => {
  const limited = (rateLimit: { requestsPerSecond?: number; failedLoginsPerMinute?: number }, access?: AccessShape): string[] =>
    clients({ rateLimit }, access).filter((line) => /status 429|stick-table|track-sc0|sc-inc/.test(line));

  it("answer 429 with the error of the specification and Retry-After", () => {
    const [table, track, requests, logins, count] = limited({ requestsPerSecond: 7, failedLoginsPerMinute: 9 });
    assert.match(table ?? "", /^stick-table type ipv6 .*store http_req_rate\(10s\),gpc0,gpc0_rate\(1m\)$/);
    assert.match(track ?? "", /src,ipmask\(32,64\)$/);
    assert.match(requests ?? "", /\{"errors":\[\{"code":"TOOMANYREQUESTS",.*hdr Retry-After 10 if \{ sc_http_req_rate\(0\) gt 70 \}$/);
    assert.match(logins ?? "", /hdr Retry-After 60 if \{ var\(txn\.with_password\) -m bool \} \{ sc_gpc0_rate\(0\) ge 9 \}$/);
    assert.equal(count, "http-response sc-inc-gpc0(0) if { status 401 } { var(txn.with_password) -m bool }");
  });

  it("are off at 0, each for itself, and both without a trace", () => {
    assert.equal(limited({ requestsPerSecond: 0 }).filter((line) => line.includes("429")).length, 1);
    assert.equal(limited({ failedLoginsPerMinute: 0 }).filter((line) => line.includes("429")).length, 1);
    assert.deepEqual(limited({ requestsPerSecond: 0, failedLoginsPerMinute: 0 }), []);
  });

  it("do not count a 401 for a token, which is how clients learn what token to fetch", () => {
    assert.ok(!limited({}, { mode: AccessMode.Token, token }).some((line) => line.includes("sc-inc")));
    assert.ok(!limited({}, { mode: AccessMode.None, allowAnonymous: true }).some((line) => line.includes("sc-inc")));
  });
});

describe("the catalog", () => {
  const rules = (access: AccessShape): string[] => clients({}, access).filter((line) => /catalog|authorization_given/.test(line));

  it("is for the users who may list it; the registry checks their password, and asks who has not said a name", () => {
    const found = rules({ users: { amy: { catalog: true }, "b@c": { catalog: true }, zoe: {} } });
    assert.deepEqual(found.slice(0, 4), [
      "acl catalog path,url_dec -m reg ^/v2/_catalog/?$",
      "acl authorization_given req.hdr(Authorization) -m found",
      "acl catalog_user var(txn.user) -m str -- amy",
      "acl catalog_user var(txn.user) -m str -- b@c",
    ]);
    assert.match(found[4] ?? "", /^http-request return status 403 .*"DENIED".* if catalog authorization_given !catalog_user$/);
    assert.equal(found.length, 5);
  });

  it("is for nobody when no user may list it", () => {
    assert.match(rules({ users: { zoe: {} } }).at(-1) ?? "", / if catalog authorization_given$/);
  });

  it("is closed to the anonymous", () => {
    assert.match(rules({ mode: AccessMode.None, allowAnonymous: true }).at(-1) ?? "", / if catalog$/);
  });

  it("is a matter of the token's scope with tokens", () => {
    assert.deepEqual(rules({ mode: AccessMode.Token, token }), []);
  });
});

describe("the backends", () => {
  const shape: RegistryShape = { nodes: { count: 3, backups: 1 } };

  it("hold every node at its fixed address, backups marked", () => {
    const servers = lines("backend", "registry-reads", shape).filter((line) => line.startsWith("server"));
    assert.deepEqual(servers, ["server node-1 10.9.8.11:5000", "server node-2 10.9.8.12:5000", "server node-3 10.9.8.13:5000 backup"]);
  });

  it("check each node once: writes follow the checks of reads", () => {
    const writes = lines("backend", "registry-writes", shape).filter((line) => line.startsWith("server"));
    assert.equal(writes[2], "server node-3 10.9.8.13:5000 track registry-reads/node-3 backup");
    assert.ok(!lines("backend", "registry-writes", shape).some((line) => line.includes("check inter") || line.includes("httpchk")));
    assert.ok(lines("backend", "registry-reads", shape).includes("http-check expect status 200,401"));
  });

  it("repeat reads after any failure of a node, writes only while no connection was made", () => {
    assert.ok(lines("backend", "registry-reads").includes("retry-on conn-failure empty-response response-timeout 502 503 504"));
    assert.ok(lines("backend", "registry-writes").includes("retry-on conn-failure"));
  });

  it("keep connections to nodes for reads alone, which are sent again when a node closes one", () => {
    assert.ok(lines("backend", "registry-writes").includes("option http-server-close"));
    assert.equal(render().split("http-server-close").length, 2);
    assert.match(lines("backend", "registry-reads").join("\n"), /^default-server tcp-ut 10s /m);
  });
});

describe("statistics", () => {
  it("are each process's own, on a port that its environment names, and not logged", () => {
    const statistics = lines("frontend", "statistics");
    assert.equal(statistics[0], "bind :${HA_REGISTRY_STATISTICS_PORT}");
    assert.match(render(), /bind ":\$\{HA_REGISTRY_STATISTICS_PORT\}"/, "only double quotes let HAProxy replace a variable");
    for (const line of ["no log", "monitor-uri /healthz", "monitor fail if { nbsrv(registry-reads) lt 1 }"])
      assert.ok(statistics.includes(line), line);
  });
});

describe("lines of the user's own", () => {
  it("stand last in their sections", () => {
    const extraConfig = {
      global: "tune.bufsize 32768",
      defaults: "option tcpka",
      frontend: "\thttp-after-response set-header X-A 'b c' # why\r\n\n",
      backend: "option tcpka",
    };
    const shape = { loadBalancer: { extraConfig } };
    assert.equal(lines("global", "", shape).at(-1), "tune.bufsize 32768");
    assert.equal(lines("defaults", "", shape).at(-1), "option tcpka");
    assert.equal(lines("frontend", "clients", shape).at(-1), "http-after-response set-header X-A b c");
    for (const backend of ["registry-reads", "registry-writes"]) assert.equal(lines("backend", backend, shape).at(-1), "option tcpka");
  });
});

describe("quoting", () => {
  const certificates = [
    "/files/my cert.pem",
    "/files/a'b.pem",
    '/files/a"b.pem',
    "/files/a#b.pem",
    "/files/${HOME}.pem",
    "/files/a\\b.pem",
    "/files/a ssl verify none",
  ];

  it("keeps every path one word", () => {
    for (const certificate of certificates) {
      const frontend: HaproxySection = sectionOf(parseHaproxy(render({}, { certificate })), "frontend", "clients");
      assert.deepEqual(linesOf(frontend, "bind")[0], ["bind", ":5000", "ssl", "crt", certificate, "alpn", "http/1.1"]);
    }
  });

  it("refuses what no quote can hold", () => {
    for (const certificate of ["/files/a\nb", "/files/a\u0000b", "/files/\ud800"])
      assert.throws(() => render({}, { certificate }), TypeError);
  });

  it("tells the driver not to try the beginning of an upload again, and everything else as S3 says it", () => {
    const shape = { objectStore: { garage: {} } };
    const store = lines("frontend", "store", shape);
    for (const [step, method] of [
      ["begin", "uploads"],
      ["complete", "uploadId="],
    ])
      assert.ok(store.includes(`http-request set-var(txn.step) str(${step}) if { method POST } on_upload { query -m beg ${method} }`));
    assert.ok(store.includes("http-after-response set-status 409 if { var(txn.step) -m str begin } { status ge 500 }"));
    const errors = lines("backend", "store-of-this-host", shape).filter((line) => line.startsWith("http-error"));
    assert.deepEqual(
      errors.map((line) => line.split(" ").slice(0, 5).join(" ")),
      [502, 503, 504].map((status) => `http-error status ${status} content-type application/xml`),
    );
  });
});
