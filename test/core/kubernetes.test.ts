import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import {
  GaragePhase,
  podPlace,
  RegistryError,
  renderBalancerScript,
  renderGarage,
  renderGaragePodScript,
  renderKubernetesHaproxy,
  renderRedisScript,
  renderRegistryConfig,
  renderSentinelScript,
  renderStoreServer,
  resolveKubernetesTopology,
  RouteKind,
  ServiceType,
  sizeFor,
  TrafficPolicy,
  VolumeAccessMode,
} from "ha-registry-core";
import type { KubernetesRegistryShape } from "ha-registry-core";

// What is asked for on Kubernetes, and what is made of it. Not proved here: that HAProxy reads the file (test/engine/consumers-kubernetes).

const store = { s3: { bucket: "images", endpoint: "https://s3.corp.example" } };

/** Paths and messages of the problems of a shape, a line each. */
function problemsOf(shape: KubernetesRegistryShape, name = "team"): string[] {
  try {
    resolveKubernetesTopology(name, shape);
  } catch (error) {
    assert.ok(error instanceof RegistryError);
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
}

/** The one problem of a shape. */
function problemOf(shape: KubernetesRegistryShape): string {
  const problems = problemsOf({ objectStore: store, ...shape });
  assert.equal(problems.length, 1, problems.join("\n"));
  return problems[0] ?? "";
}

describe("a registry on Kubernetes", () => {
  it("needs to be told where blobs are kept, and no more", () => {
    assert.match(problemsOf({}).join("\n"), /^objectStore: is missing: give objectStore\.s3, .* or objectStore\.volume/);
    const { endpoint, namespace, dnsNames, nodes, redis } = resolveKubernetesTopology("team", { objectStore: store });
    assert.equal(endpoint, "https://team.team.svc.cluster.local");
    assert.deepEqual(namespace, { name: "team", existing: false });
    assert.deepEqual(dnsNames, ["team.team.svc.cluster.local", "team.team.svc"]);
    assert.equal(nodes.count, 2);
    assert.deepEqual(redis.addresses, ["team-redis.team.svc.cluster.local:6379"]);
  });
  it("tells of every problem at once", () => {
    const problems = problemsOf({ hostname: "not a name", nodes: { count: 1 }, labels: { "app.kubernetes.io/name": "mine" } }, "Team");
    for (const path of ["name", "hostname", "nodes.count", "labels.app.kubernetes.io/name", "objectStore"])
      assert.ok(
        problems.some((problem) => problem.startsWith(`${path}: `)),
        `${path} is not among\n${problems.join("\n")}`,
      );
  });

  const refusals: Record<string, [KubernetesRegistryShape, RegExp]> = {
    "garbage collection without a Redis of its own": [
      { redis: { enabled: false }, garbageCollection: {} },
      /^garbageCollection: .*a Redis of the registry's own/,
    ],
    "a target that is a bucket and a volume": [
      { backup: { targets: { both: { s3: { bucket: "copies" }, existingClaim: "copies" } } } },
      /^backup\.targets\.both: a target is either a bucket or a volume: give s3 or existingClaim/,
    ],
    "an interval that no CronJob can say": [
      { backup: { targets: { far: { s3: { bucket: "copies" }, everyMinutes: 90 } } } },
      /^backup\.targets\.far\.everyMinutes: a CronJob cannot run every 90 minutes: give 15, /,
    ],
    "monitoring that nobody is let in for": [
      { monitoring: {} },
      /^networkPolicies\.metricsNamespaces: nobody could read metrics: name the namespace/,
    ],
    "dashboards without the labels that they go by": [
      { networkPolicies: { enabled: false }, monitoring: { dashboards: {} } },
      /^monitoring\.dashboards: .*give monitoring\.prometheusOperator, too/,
    ],
    "an alert that nothing here tells of": [
      { networkPolicies: { enabled: false }, monitoring: { prometheusOperator: {}, alerts: { HostDown: { forSeconds: 1 } } } },
      /^monitoring\.alerts\.HostDown: has no effect/,
    ],
    "a volume that one host mounts": [
      { objectStore: { volume: { accessMode: VolumeAccessMode.ReadWriteOnce } } },
      /^objectStore\.volume\.accessMode: ReadWriteOnce lets one host mount the volume, and 2 nodes run on several: .*ReadWriteMany.*objectStore\.s3/,
    ],
    "a store of two": [{ objectStore: { garage: { nodes: 2 } } }, /^objectStore\.garage\.nodes: 2 nodes: give a whole number from 3/],
    "a store without room for tables": [
      { objectStore: { garage: { metadataGiB: 0 } } },
      /^objectStore\.garage\.metadataGiB: 0 is not a whole number from 1/,
    ],
    "a bucket and a store of the registry's own": [{ objectStore: { ...store, garage: {} } }, /^objectStore: s3 and garage are given/],
    "a bucket and a volume": [{ objectStore: { ...store, volume: {} } }, /^objectStore: s3 and volume are given/],
    "an autoscaler by what nobody is promised": [
      { nodes: { requests: { cpus: 0 }, autoscaling: { maximum: 5 } } },
      /^nodes\.autoscaling: .*nodes\.requests\.cpus: 0 promises nothing/,
    ],
    "an autoscaler to fewer nodes than there are": [
      { nodes: { count: 4, autoscaling: { maximum: 3 } } },
      /^nodes\.autoscaling\.maximum: 3 is not a whole number from 4/,
    ],
    "a budget that blocks every eviction": [
      { nodes: { disruptionBudget: { maxUnavailable: 0 } } },
      /^nodes\.disruptionBudget\.maxUnavailable: 0 blocks every eviction/,
    ],
    "a budget that lets everything go": [
      { loadBalancer: { disruptionBudget: { maxUnavailable: 2 } } },
      /^loadBalancer\.disruptionBudget\.maxUnavailable: 2 of 2 may not be taken away/,
    ],
    "two exposures": [
      { loadBalancer: { ingress: { className: "traefik" }, gateway: { name: "outside" } } },
      /^loadBalancer: ingress and gateway are given, and clients come by one of them/,
    ],
    "one HAProxy": [{ loadBalancer: { replicas: 1 } }, /^loadBalancer\.replicas: 1 is not a whole number from 2/],
    "address ranges where HAProxy sees those of hosts": [
      { loadBalancer: { allowedAddressRanges: ["10.0.0.0/8"], service: { externalTrafficPolicy: TrafficPolicy.Cluster } } },
      /^loadBalancer\.allowedAddressRanges: .*use "Local"/,
    ],
    "address ranges behind a proxy that nobody trusts": [
      { loadBalancer: { allowedAddressRanges: ["10.0.0.0/8"], ingress: { className: "kong" } } },
      /^loadBalancer\.allowedAddressRanges: .*proxyAddressRanges/,
    ],
    "a port of every host for a load balancer": [
      { loadBalancer: { service: { nodePort: 30_443 } } },
      /^loadBalancer\.service\.nodePort: has no effect with type "LoadBalancer"/,
    ],
    "an address as the name of a route": [
      { hostname: "10.0.0.5", loadBalancer: { gateway: { name: "outside" } } },
      /^hostname: "10\.0\.0\.5" is an IP address/,
    ],
    "a certificate for a Gateway that has its own": [
      { certificates: { existingSecret: "ours" }, loadBalancer: { gateway: { name: "outside" } } },
      /^certificates: with an HTTPRoute it is the Gateway that has the certificate/,
    ],
    "two sources of one certificate": [
      { certificates: { existingSecret: "ours", certManager: { issuer: "corp" } } },
      /^certificates: existingSecret and certManager are given/,
    ],
    "a promise above the limit": [
      { nodes: { memoryMiB: 512, requests: { memoryMiB: 1024 } } },
      /^nodes\.requests\.memoryMiB: 1024 is not a whole number from 1 to 512/,
    ],
    "sentinels of a Redis that has its own": [
      { redis: { sentinel: {}, external: { addresses: ["redis.corp.example:6379"] } } },
      /^redis\.sentinel: has no effect on redis\.external/,
    ],
    "sentinels of no Redis": [{ redis: { enabled: false, sentinel: {} } }, /^redis\.sentinel: has no effect with redis\.enabled: false/],
    "a label that Kubernetes would refuse": [{ labels: { team: "two words" } }, /^labels\.team: "two words" is not the value of a label/],
  };
  for (const [what, [shape, message]] of Object.entries(refusals))
    it(`refuses ${what}, and says what to do`, () => assert.match(problemOf(shape), message));

  it("limits nobody where all clients have the address of one proxy", () => {
    const of = (proxyAddressRanges?: string[]): number =>
      resolveKubernetesTopology("team", {
        objectStore: store,
        loadBalancer: { ingress: { className: "traefik", ...(proxyAddressRanges && { proxyAddressRanges }) } },
      }).loadBalancer.requestsPerSecond;
    assert.equal(of(), 0);
    assert.equal(of(["10.42.0.0/16"]), 1000);
  });
  it("has annotations for large layers on an Ingress, and lets the user's win", () => {
    const annotations = { "nginx.org/proxy-read-timeout": "30s", "corp.example/owner": "platform" };
    const { ingress, service } = resolveKubernetesTopology("team", {
      objectStore: store,
      loadBalancer: { ingress: { className: "nginx", annotations }, timeouts: { serverSeconds: 1200 } },
    }).loadBalancer;
    assert.equal(ingress?.annotations["nginx.org/client-max-body-size"], "0");
    assert.equal(ingress.annotations["haproxy.org/timeout-server"], "1200s");
    assert.equal(ingress.annotations["nginx.org/proxy-read-timeout"], "30s");
    assert.equal(ingress.annotations["corp.example/owner"], "platform");
    assert.equal(service.type, ServiceType.ClusterIP);
  });
});

describe("Redis with sentinels", () => {
  const topology = resolveKubernetesTopology("team", { objectStore: store, redis: { sentinel: { downAfterMilliseconds: 3000 } } });
  const { servers, sentinels, sentinel, addresses, masterName } = topology.redis;

  it("is three pods with names that stay, and there is none unless it is asked for", () => {
    assert.deepEqual(
      addresses,
      [0, 1, 2].map((pod) => `team-redis-${pod}.team-redis.team.svc.cluster.local:26379`),
    );
    assert.deepEqual([servers.length, sentinel?.downAfterMilliseconds, masterName], [3, 3000, "team"]);
    assert.deepEqual(resolveKubernetesTopology("team", { objectStore: store }).redis.servers, []);
  });
  it("has scripts that ask names, and that a shell reads without complaint", () => {
    const scripts = [
      ...servers.map((server) => renderRedisScript(topology, server, true)),
      ...sentinels.map((each) => renderSentinelScript(topology, each, true)),
    ];
    for (const script of scripts) {
      assert.match(script, /ask team-redis-[0-2]\.team-redis\.team\.svc\.cluster\.local 26379 &/);
      const { status, stderr } = spawnSync("sh", ["-n"], { input: script, encoding: "utf8" });
      assert.deepEqual([status, stderr], [0, ""]);
    }
  });
});

describe("a Redis server in a pod", () => {
  it("asks who is the primary only when most of the sentinels answer, which start beside it", () => {
    const topology = resolveKubernetesTopology("team", { objectStore: store, redis: { sentinel: {} } });
    const [server] = topology.redis.servers;
    assert.ok(server);
    const waits = '[ "$(views | wc -l)" -lt 2 ]';
    const script = renderRedisScript(topology, server, true);
    assert.ok(script.includes(waits) && script.indexOf(waits) < script.indexOf("primary=$(view"));
    assert.ok(!renderRedisScript(topology, server).includes(waits));
  });
});

describe("Garage in pods", () => {
  const topology = resolveKubernetesTopology("team", { teamSize: 300, objectStore: { garage: { nodes: 4 } } });
  const { garage, s3 } = topology.objectStore;
  const peers = [{ id: "a".repeat(64), address: "team-garage-1.team-garage.team.svc.cluster.local:3901" }];
  const scripts = (garage?.nodes ?? []).map((node) => renderGaragePodScript(topology, node, peers));

  it("has names that stay, a share of the data each, and room for tables", () => {
    assert.deepEqual(
      garage?.nodes.map(({ name, zone }) => [name, zone]),
      [0, 1, 2, 3].map((pod) => [`team-garage-${pod}`, `team-garage-${pod}`]),
    );
    const { storageGiB } = sizeFor(300);
    assert.equal(garage?.dataGiB, Math.ceil((storageGiB * 3) / 4));
    assert.equal(garage.metadataGiB, Math.ceil(garage.dataGiB / 50));
    assert.equal(s3?.endpoint, "http://127.0.0.1:3900");
  });
  it("has scripts that a shell reads without complaint, of which the last one forms the cluster", () => {
    for (const script of scripts) {
      const { status, stderr } = spawnSync("sh", ["-n"], { input: script, encoding: "utf8" });
      assert.deepEqual([status, stderr], [0, ""]);
    }
    assert.deepEqual(
      scripts.map((script) => /^last=(.*)$/m.exec(script)?.[1]),
      ["no", "no", "no", "yes"],
    );
  });
  it("is open for its own pod alone, and to look at itself while it joins at another address than HAProxy looks at", () => {
    const bound = (phase: GaragePhase): string | undefined =>
      /^api_bind_addr = "(.*):3900"$/m.exec(renderGarage(podPlace, peers, { rpcSecret: "/a", metricsToken: "/b" }, phase))?.[1];
    assert.deepEqual([bound(GaragePhase.Joining), bound(GaragePhase.Serving)], ["127.0.0.2", "127.0.0.1"]);
    for (const script of scripts) assert.match(script, /nc 127\.0\.0\.2 3900/);
    assert.match(renderStoreServer(topology, "/server.crt"), /server garage 127\.0\.0\.1:3900 check/);
  });
  it("has others notice that it goes, and is healthy when they reach it at its new address", () => {
    for (const script of scripts) {
      const [introduced, serving, ended] = ['until reached_by "$peer"', "echo serving >", 'ask_back "$peer" 2'].map((part) =>
        script.indexOf(part),
      );
      assert.ok(introduced !== undefined && serving !== undefined && ended !== undefined && introduced > 0);
      assert.ok(introduced < serving && serving < ended);
    }
  });
});

describe("HAProxy in a pod", () => {
  const files = { certificate: "/certificate/server.crt", internalCa: "/files/internal-ca.crt" };
  const lines = (shape: KubernetesRegistryShape): string[] =>
    renderKubernetesHaproxy(resolveKubernetesTopology("team", { objectStore: store, ...shape }), files)
      .split("\n")
      .map((line) => line.trim());

  it("finds nodes by their Service, with room for those of a roll, and verifies them by name", () => {
    const servers = lines({ nodes: { count: 3 } }).filter((line) => line.startsWith("server"));
    assert.equal(servers.length, 2); // reads and writes
    for (const server of servers) {
      assert.match(server, /^server-template node- 5 team-nodes\.team\.svc\.cluster\.local:5000 resolvers cluster /);
      assert.match(server, / verify required sni str\(node\.team\.internal\)$/);
    }
  });
  it("has room for as many nodes as the autoscaler may make", () => {
    const room = lines({ nodes: { count: 2, autoscaling: { maximum: 10 } } }).filter((line) =>
      line.startsWith("server-template node- 12 "),
    );
    assert.equal(room.length, 2);
  });
  it("looks at nodes for reads and for writes, and tries again only what changes nothing", () => {
    const text = lines({}).join("\n");
    assert.equal(text.split("http-check expect status 200,401").length - 1, 2);
    assert.equal(text.split("retry-on conn-failure empty-response").length - 1, 1);
    assert.doesNotMatch(text, / track /);
  });
  it("takes a proxy's word on addresses, and nobody else's", () => {
    const trusting = lines({ loadBalancer: { gateway: { name: "outside", proxyAddressRanges: ["10.42.0.0/16"] } } });
    assert.ok(trusting.includes("acl from_proxy src 10.42.0.0/16"));
    assert.ok(
      !lines({ loadBalancer: { gateway: { name: "outside", kind: RouteKind.TLSRoute } } }).some((line) => line.includes("set-src")),
    );
  });
  it("serves in clear behind what ends TLS, and there alone", () => {
    const bindings = (shape: KubernetesRegistryShape, certificate?: string): string[] =>
      renderKubernetesHaproxy(resolveKubernetesTopology("team", { objectStore: store, ...shape }), { ...files, certificate })
        .split("\n")
        .filter((line) => line.includes("bind :5000"));
    assert.deepEqual(bindings({ loadBalancer: { ingress: { className: "traefik" } } }), ["  bind :5000"]);
    assert.match(bindings({}, "/certificate/server.crt").join(), /bind :5000 ssl crt \/certificate\/server\.crt/);
  });
  it("is reloaded for certificates that others renew", () => {
    assert.match(renderBalancerScript({ watched: "/certificate" }), /haproxy -W -db .*cat \/certificate\/\*.*kill -USR2/s);
    assert.doesNotMatch(renderBalancerScript(), /USR2/);
  });
});

it("names no CronJob longer than it may be", () => {
  const shape = { objectStore: store, backup: { targets: { "a-name-of-20-letters": { s3: { bucket: "copies" } } } } };
  assert.match(
    problemsOf(shape, "a-registry-with-a-name-of-36-letters").join("\n"),
    /^backup\.targets\.a-name-of-20-letters: the CronJob "[^"]*" would have 65 letters/,
  );
});

it("gives nodes the configuration that they have on Docker hosts, with names instead of addresses", () => {
  const topology = resolveKubernetesTopology("team", { objectStore: store });
  const file = (name: string): string => `/files/${name}`;
  const text = renderRegistryConfig(
    topology,
    {},
    { httpSecret: "text", redisPassword: "word" },
    { htpasswd: "/access/htpasswd", serverCertificate: file("server.crt"), serverKey: file("server.key"), redisCa: file("redis-ca.crt") },
  );
  assert.match(text, /- "team-redis\.team\.svc\.cluster\.local:6379"/);
  assert.match(text, /certificate: "\/files\/server\.crt"/);
  assert.match(text, /bucket: "images"/);
});
