import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  AccessMode,
  imageTable,
  ImageName,
  imagesOf,
  ReceiverKind,
  renderBlackbox,
  renderHaproxy,
  renderMetricsProxy,
  renderProbeScript,
  renderPrometheus,
  renderRedis,
  renderRegctl,
  resolveTopology,
} from "ha-registry-core";
import type { MonitoringShape, MonitoringTopology, RegistryShape, Topology } from "ha-registry-core";
import { parse } from "yaml";
import { linesOf, parseHaproxy, sectionOf } from "./support/haproxy-parser";
import { problemPaths } from "./support/problems";

// What the files say, and who is let in. Not proved here: that Prometheus sees anything, and that alerts reach somebody
// (test/engine/monitoring).

function resolved(monitoring: MonitoringShape = {}, shape: RegistryShape = {}): Topology & { monitoring: MonitoringTopology } {
  const topology = resolveTopology("demo", { subnet: "10.9.8.0/24", ...shape, monitoring });
  assert.ok(topology.monitoring);
  return { ...topology, monitoring: topology.monitoring };
}

const several: RegistryShape = {
  hosts: Object.fromEntries(
    ["north", "middle", "south"].map((name, index) => [name, { dockerHost: `ssh://${name}`, address: `10.0.0.${11 + index}` }]),
  ),
  redis: { sentinel: {} },
  objectStore: { garage: {} },
  garbageCollection: {},
};

const pathsOf = (shape: RegistryShape): string[] => problemPaths(() => resolveTopology("demo", shape));

describe("monitoring", () => {
  it("is not there unless it is asked for, and then has a default for everything", () => {
    assert.equal(resolveTopology("demo").monitoring, undefined);
    const { prometheusPort, alertmanagerPort, bindAddress, scrapeIntervalSeconds, retentionDays, grafana, probe } = resolved().monitoring;
    assert.deepEqual(
      { prometheusPort, alertmanagerPort, bindAddress, scrapeIntervalSeconds, retentionDays, grafana },
      {
        prometheusPort: 9090,
        alertmanagerPort: 9093,
        bindAddress: "127.0.0.1",
        scrapeIntervalSeconds: 15,
        retentionDays: 30,
        grafana: undefined,
      },
    );
    assert.deepEqual([probe?.intervalSeconds, probe?.username], [60, "ha-registry-probe"]);
  });

  it("runs the images of the parts that it has", () => {
    const of = (monitoring: MonitoringShape, shape: RegistryShape = {}): ImageName[] =>
      imagesOf(resolved(monitoring, shape)).filter((name) => !imagesOf(resolveTopology("demo")).includes(name));
    const always = [ImageName.Prometheus, ImageName.Alertmanager, ImageName.NodeExporter, ImageName.BlackboxExporter];
    assert.deepEqual(of({}), [...always, ImageName.RedisExporter, ImageName.Regctl]);
    assert.deepEqual(of({ probe: { enabled: false } }, { redis: { enabled: false } }), always);
    assert.deepEqual(of({ grafana: {} }), [...always, ImageName.RedisExporter, ImageName.Regctl, ImageName.Grafana]);
    assert.equal(imageTable[ImageName.Grafana].repository, "grafana/grafana");
  });

  it("finds ports also where there is no room above those of the balancer", () => {
    assert.equal(resolved({}, { loadBalancer: { port: 65_000 } }).monitoring.prometheusPort, 60_910);
    assert.equal(resolved({ grafana: {} }).monitoring.grafana?.hostPort, 9094);
  });

  it("refuses what cannot be, all at once", () => {
    const monitoring: MonitoringShape = {
      port: 0,
      alertmanagerPort: 5000,
      bindAddress: "everywhere",
      scrapeIntervalSeconds: 0,
      retentionDays: 0.5,
      retentionGiB: 0,
      memoryMiB: 1,
      probe: { intervalSeconds: 0 },
      grafana: { port: 8404, memoryMiB: 1 },
      alerts: { Nonsense: {} },
      receivers: { Nobody: { kind: ReceiverKind.Webhook } },
    };
    const found = pathsOf({ monitoring });
    for (const path of [
      "port",
      "alertmanagerPort",
      "bindAddress",
      "scrapeIntervalSeconds",
      "retentionDays",
      "retentionGiB",
      "memoryMiB",
      "probe.intervalSeconds",
      "grafana.port",
      "grafana.memoryMiB",
      "alerts.Nonsense",
      "receivers.Nobody",
    ]) {
      assert.ok(found.includes(`monitoring.${path}`), `${path} is not among ${found.join(", ")}`);
    }
  });
});

describe("Prometheus", () => {
  interface Job {
    job_name: string;
    metrics_path?: string;
    authorization?: { credentials_file: string };
    tls_config?: Record<string, string>;
    static_configs: { targets: string[]; labels: Record<string, string> }[];
  }
  const jobs = (monitoring: MonitoringShape, shape: RegistryShape): Map<string, Job> => {
    const topology = resolved(monitoring, shape);
    const text = renderPrometheus(topology, topology.monitoring, { rules: "/files/0a/rules.yml", garageToken: "/files/0b/token" });
    return jobsIn(text);
  };
  const jobsIn = (text: string): Map<string, Job> => {
    const { scrape_configs } = parse(text) as { scrape_configs: Job[] };
    return new Map(scrape_configs.map((job) => [job.job_name, job]));
  };
  const targets = (job: Job | undefined): string[] =>
    (job?.static_configs ?? []).map(({ targets: [target = ""], labels }) =>
      `${labels["instance"]} ${target} ${labels["__param_target"] ?? ""}`.trim(),
    );

  it("asks the parts of other hosts by TLS that is verified, by way of one port of each, and those of its own host at once", () => {
    const files = {
      rules: "/files/0a/rules.yml",
      otherHosts: { internalCa: "/files/0c/ca.crt", certificate: "/files/0d/client.crt", privateKey: "/files/0e/client.key" },
    };
    const topology = resolved({}, several);
    const all = jobsIn(renderPrometheus(topology, topology.monitoring, files));
    const asked = (job: string): string[] =>
      (all.get(job)?.static_configs ?? []).map(({ targets: [target = ""], labels }) =>
        [
          labels["__scheme__"] ?? "http",
          "://",
          target,
          labels["__metrics_path__"] ?? "",
          " ",
          labels["instance"],
          " ",
          labels["host"],
        ].join(""),
      );
    assert.deepEqual(asked("registry"), [
      "http://10.9.8.11:5001 demo-node-1 north",
      "https://10.0.0.12:21060/registry/demo-node-2 demo-node-2 middle",
      "https://10.0.0.13:21060/registry/demo-node-3 demo-node-3 south",
    ]);
    assert.deepEqual(asked("haproxy").slice(1, 3), [
      "http://10.9.8.2:8405 demo-north-haproxy-2 north",
      "https://10.0.0.12:21060/haproxy/demo-middle-haproxy-1 demo-middle-haproxy-1 middle",
    ]);
    assert.deepEqual(asked("node"), [
      "http://10.9.8.85:9100 north north",
      "https://10.0.0.12:21060/node/middle middle middle",
      "https://10.0.0.13:21060/node/south south south",
    ]);
    assert.deepEqual(asked("garbage-collection"), ["http://10.9.8.80:5005 demo-garbage-collector north"]);
    assert.deepEqual(all.get("garage")?.tls_config, {
      ca_file: "/files/0c/ca.crt",
      cert_file: "/files/0d/client.crt",
      key_file: "/files/0e/client.key",
      server_name: "metrics.demo.internal",
      min_version: "TLS12",
    });
    for (const job of ["probe", "garbage-collection", "redis"]) assert.equal(all.get(job)?.tls_config, undefined, job);
    assert.throws(() => renderPrometheus(topology, topology.monitoring, { rules: "/files/0a/rules.yml" }), TypeError);
  });

  it("has certificates and Redis servers of other hosts looked at where other hosts reach them", () => {
    const topology = resolved({}, several);
    const files = { rules: "/r", otherHosts: { internalCa: "/a", certificate: "/b", privateKey: "/c" } };
    const all = jobsIn(renderPrometheus(topology, topology.monitoring, files));
    assert.deepEqual(targets(all.get("certificate")).slice(0, 4), [
      "demo-north-balancer 10.9.8.87:9115 10.9.8.2:5000",
      "demo-middle-balancer 10.9.8.87:9115 10.0.0.12:5000",
      "demo-south-balancer 10.9.8.87:9115 10.0.0.13:5000",
      "demo-redis-1 10.9.8.87:9115 10.0.0.11:21011",
    ]);
    assert.equal(targets(all.get("redis"))[1], "demo-redis-2 10.9.8.86:9121 rediss://10.0.0.12:21012");
  });

  it("asks every part of a registry, by its name", () => {
    const all = jobs({}, { redis: { sentinel: {} }, objectStore: { garage: {} }, garbageCollection: {} });
    assert.deepEqual(targets(all.get("registry")), ["demo-node-1 10.9.8.11:5001", "demo-node-2 10.9.8.12:5001"]);
    assert.deepEqual(targets(all.get("haproxy")), ["demo-haproxy-1 10.9.8.2:8404", "demo-haproxy-2 10.9.8.2:8405"]);
    assert.deepEqual(targets(all.get("garage")), [
      "demo-garage-1 10.9.8.71:3903",
      "demo-garage-2 10.9.8.72:3903",
      "demo-garage-3 10.9.8.73:3903",
    ]);
    assert.equal(all.get("garage")?.authorization?.credentials_file, "/files/0b/token");
    assert.deepEqual(targets(all.get("garbage-collection")), ["demo-garbage-collector 10.9.8.80:5005"]);
    assert.equal(all.get("redis")?.static_configs.length, 6);
    assert.equal(targets(all.get("redis"))[0], "demo-redis-1 10.9.8.86:9121 rediss://10.9.8.3:6379");
    assert.equal(targets(all.get("redis"))[3], "demo-sentinel-1 10.9.8.86:9121 rediss://10.9.8.6:26379");
    assert.equal(targets(all.get("certificate"))[0], "demo-balancer 10.9.8.87:9115 10.9.8.2:5000");
    assert.deepEqual(targets(all.get("node")), ["demo-node-exporter 10.9.8.85:9100"]);
    assert.deepEqual(targets(all.get("probe")), ["demo-probe 10.9.8.88:5009"]);
  });

  it("asks nobody who is not there", () => {
    const few = jobs({ probe: { enabled: false } }, { redis: { enabled: false } });
    assert.deepEqual([...few.keys()], ["registry", "haproxy", "node", "certificate", "prometheus", "alertmanager"]);
    assert.equal(few.get("certificate")?.static_configs.length, 1);
  });

  it("is given what stands in no file of the registry", () => {
    const { modules } = parse(renderBlackbox(resolveTopology("demo", { hostname: "registry.example" }))) as {
      modules: { certificate: { tcp: { tls_config: { server_name?: string } } } };
    };
    assert.equal(modules.certificate.tcp.tls_config.server_name, "registry.example");
    assert.doesNotMatch(renderBlackbox(resolveTopology("demo", { hostname: "10.0.0.7" })), /server_name/);
  });
});

describe("a metrics proxy", () => {
  const topology = resolved({}, { ...several, backup: { targets: { shelf: { directory: "/shelf" } } } });
  const [proxy] = topology.monitoring.metricsProxies;
  assert.ok(proxy);
  const text = renderMetricsProxy(topology, topology.monitoring, proxy, {
    certificate: "/files/a/server.pem",
    internalCa: "/files/b/ca.crt",
  });
  const sections = parseHaproxy(text);

  it("stands on each host but that of Prometheus, at the inner address", () => {
    assert.deepEqual(
      topology.monitoring.metricsProxies.map(({ name, host, published }) => [name, host, published]),
      [
        ["demo-middle-metrics-proxy", "middle", { address: "10.0.0.12", port: 21060 }],
        ["demo-south-metrics-proxy", "south", { address: "10.0.0.13", port: 21060 }],
      ],
    );
    assert.deepEqual(resolved().monitoring.metricsProxies, []);
  });

  it("leads to what is on its host, and to nothing else there", () => {
    const servers = sections.filter(({ kind }) => kind === "backend").flatMap((section) => linesOf(section, "server"));
    assert.deepEqual(servers.map((words) => words.join(" ")).sort(), [
      "server demo-garage-2 10.9.8.72:3903",
      "server demo-middle-haproxy-1 10.9.8.2:8404",
      "server demo-middle-haproxy-2 10.9.8.2:8405",
      "server demo-node-2 10.9.8.12:5001",
      "server middle 10.9.8.85:9100",
    ]);
    for (const section of sections.filter(({ kind }) => kind === "backend"))
      assert.deepEqual(linesOf(section, "http-request"), [["http-request", "set-path", "/metrics"]]);
  });

  it("answers nobody without a certificate of the registry's own CA", () => {
    const frontend = sectionOf(sections, "frontend", "metrics");
    assert.deepEqual(linesOf(frontend, "bind"), [
      ["bind", ":9443", "ssl", "crt", "/files/a/server.pem", "ca-file", "/files/b/ca.crt", "verify", "required"],
    ]);
  });
});

describe("the synthetic probe", () => {
  const probe = (shape: RegistryShape) => resolved({}, shape).monitoring.probe;

  it("reaches the balancer by a name that is in the certificate, or as clients do", () => {
    assert.deepEqual([probe({})?.registry, probe({})?.resolvesTo], ["localhost:5000", "10.9.8.2"]);
    const named = probe({ hostname: "registry.example", loadBalancer: { port: 443 } });
    assert.deepEqual([named?.registry, named?.resolvesTo], ["registry.example:5000", "10.9.8.2"]);
    const numbered = probe({ hostname: "10.0.0.7", loadBalancer: { port: 5443 } });
    assert.deepEqual([numbered?.registry, numbered?.resolvesTo], ["10.0.0.7:5443", undefined]);
    const moving = probe({
      ...several,
      hostname: "registry.example",
      loadBalancer: { port: 443, virtualAddress: { address: "10.0.0.10" } },
    });
    assert.deepEqual([moving?.registry, moving?.resolvesTo], ["registry.example", "10.0.0.10"]);
    const own = { hostname: "127.0.0.1", alternativeNames: ["127.0.0.1"] };
    assert.deepEqual(pathsOf({ ...own, monitoring: {} }), ["monitoring.probe"]);
    assert.deepEqual(pathsOf({ ...own, monitoring: { probe: { enabled: false } } }), []);
  });

  it("has a user where users have passwords, and is left out where an authorization server has them", () => {
    assert.equal(probe({ access: { mode: AccessMode.None, allowAnonymous: true } })?.username, undefined);
    const token = { realm: "https://auth.example/token", service: "registry", issuer: "auth" };
    assert.equal(probe({ access: { mode: AccessMode.Token, token } }), undefined);
    const asked = resolved({ probe: { enabled: true } }, { access: { mode: AccessMode.Token, token } });
    assert.equal(asked.monitoring.probe?.username, "ha-registry-probe");
    assert.deepEqual(pathsOf({ access: { users: { "ha-registry-probe": {} } }, monitoring: {} }), ["access.users.ha-registry-probe"]);
  });

  it("is let in where only some addresses are", () => {
    const ranges = (hostname: string, shape: RegistryShape = {}): string[] => {
      const topology = resolved({}, { ...shape, hostname, loadBalancer: { allowedAddressRanges: ["10.0.0.0/8"] } });
      const files = { certificate: "/c.pem", internalCa: "/ca.crt", internalCertificate: "/i.pem" };
      const clients = sectionOf(parseHaproxy(renderHaproxy(topology, files, topology.hosts[0]?.name), []), "frontend", "clients");
      return linesOf(clients, "acl", "from_allowed_address").map((words) => words.at(-1) ?? "");
    };
    assert.deepEqual(ranges("registry.example"), ["10.0.0.0/8", "10.9.8.88"]);
    assert.deepEqual(ranges("192.168.7.7"), ["10.0.0.0/8", "10.9.8.1"]);
    assert.deepEqual(ranges("192.168.7.7", several), ["10.0.0.0/8", "10.9.8.1", "10.0.0.11"]);
  });

  it("has its password in one file alone, and no more different images than it needs", () => {
    const { monitoring } = resolved();
    assert.ok(monitoring.probe);
    const config = JSON.parse(renderRegctl(monitoring.probe, "PEM", "the password")) as { hosts: Record<string, unknown> };
    assert.deepEqual(config.hosts, {
      "localhost:5000": { tls: "enabled", regcert: "PEM", user: "ha-registry-probe", pass: "the password" },
    });
    assert.match(renderProbeScript(monitoring.probe), /number=\$\(\(\$\(date \+%s\) \/ 60 % 60\)\)/);
  });
});

describe("Redis", () => {
  it("lets monitoring ask how it is, and read no key", () => {
    const files = { certificate: "/a", key: "/b", ca: "/c" };
    const user = /^user monitor .*$/m.exec(renderRedis(resolved(), files, "0a".repeat(32), "m".repeat(32)))?.[0] ?? "";
    assert.match(user, / resetkeys resetchannels -@all \+ping \+info \+latency\|latest$/);
    assert.doesNotMatch(renderRedis(resolved(), files, "0a".repeat(32)), /monitor/);
  });
});
