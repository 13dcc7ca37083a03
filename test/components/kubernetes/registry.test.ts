import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { secret } from "@pulumi/pulumi";
import { Registry } from "ha-registry-kubernetes";
import type { RegistryArgs } from "ha-registry-kubernetes";
import { generated, record, recordFailure, valueOf } from "../support/mocks";
import type { Recording, Registered } from "../support/mocks";
import { assertBounded, assertMountsExist, assertOwned, assertRestricted, assertSecret, assertSelectorsMatch } from "./checks";
import { at, containersOf, listAt, objectsOf, podsOf } from "./support";

// What is asked of the API server. Not proved under mocks: that it accepts the objects (test/engine/kubernetes-registry), and that pods run.

const chosen = { password: "a chosen password, never shown", s3: "s3-secret-key-never-shown", upstream: "upstream-password-never-shown" };

const args: RegistryArgs = {
  hostname: "registry.corp.example",
  labels: { team: "platform" },
  nodes: { count: 3, drainSeconds: 600, autoscaling: { maximum: 6 } },
  access: { users: { admin: { catalog: true }, ci: {} } },
  objectStore: { s3: { bucket: "images", endpoint: "https://s3.corp.example" } },
  loadBalancer: { allowedAddressRanges: ["10.0.0.0/8", "192.0.2.7"] },
  networkPolicies: { metricsNamespaces: ["monitoring"] },
  settings: { proxy: { remoteUrl: "https://upstream.corp.example" } },
  secrets: {
    passwords: { ci: secret(chosen.password) },
    s3AccessKey: "access-key-of-the-bucket",
    s3SecretKey: chosen.s3,
    proxyUsername: "upstream-user",
    proxyPassword: chosen.upstream,
  },
};

let recording: Recording<Registry>;
let objects: Registered[];

before(async () => {
  recording = await record(() => new Registry("team", args));
  objects = objectsOf(recording);
});

const metadata = (object: Registered): Record<string, unknown> => at(object.inputs, "metadata");

describe("every object", () => {
  it("belongs to the registry, is in its namespace, and says whose it is", () => {
    assert.ok(objects.length > 15, "there are few objects");
    assertOwned(recording, "team");
    for (const object of objects) assert.equal(at(metadata(object), "labels")["team"], "platform", object.name);
  });
  it("is in a namespace that lets in no pod with more rights than these need", () => {
    const { labels } = metadata(recording.get("Namespace", "team")) as { labels: Record<string, string> };
    assert.equal(labels["pod-security.kubernetes.io/enforce"], "restricted");
  });
});

describe("selectors", () => {
  it("match the pods of their part, and no others", () => {
    assert.equal(podsOf(objects).length, 3); // nodes, balancers, Redis
    const count = assertSelectorsMatch(objects);
    assert.ok(count >= 11, `${count} selectors`);
  });
  it("hold none of the user's labels, since selectors cannot change", () => {
    for (const object of [...recording.all("Deployment"), ...recording.all("StatefulSet")])
      assert.deepEqual(Object.keys(at(object.inputs, "spec", "selector", "matchLabels")), [
        "app.kubernetes.io/component",
        "app.kubernetes.io/instance",
        "app.kubernetes.io/name",
      ]);
  });
});

describe("pods", () => {
  it("are as the Pod Security level restricted wants them, and cannot write to their root", () => {
    assertRestricted(objects);
  });
  it("promise and bound memory, and say how they are", () => {
    assertBounded(objects);
  });
  it("mount only what is there", () => {
    assertMountsExist(objects);
  });
});

describe("nodes", () => {
  const deployment = (): Registered => recording.get("Deployment", "team-nodes");
  const spec = () => podsOf([deployment()])[0]?.spec ?? assert.fail("there are no nodes");

  it("are replaced without a gap, drained first, and given the time for it", () => {
    assert.deepEqual(at(deployment().inputs, "spec", "strategy", "rollingUpdate"), { maxSurge: 1, maxUnavailable: 0 });
    const command = (at(containersOf(spec())[0], "lifecycle", "preStop", "exec")["command"] as string[]).join(" ");
    assert.match(command, /echo drain > \/tmp\/agent; sleep \d+/);
    const waits = Number(/sleep (\d+)/.exec(command)?.[1]);
    assert.ok(Number(spec()["terminationGracePeriodSeconds"]) > waits + 600, "the grace period is shorter than the drain");
  });
  it("are not started again because their store fails", () => {
    const [container] = containersOf(spec());
    assert.equal(at(container, "readinessProbe", "httpGet")["path"], "/debug/health");
    assert.notEqual(at(container, "livenessProbe", "httpGet")["path"], "/debug/health");
  });
  it("are spread over zones and hosts", () => {
    const keys = listAt(spec(), "topologySpreadConstraints").map((constraint) => constraint["topologyKey"]);
    assert.deepEqual(keys, ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]);
  });
  it("may lose one at a time, and are as many as the autoscaler says", () => {
    assert.equal(at(recording.get("PodDisruptionBudget", "team-nodes").inputs, "spec")["maxUnavailable"], 1);
    assert.deepEqual(deployment().ignoreChanges, ["spec.replicas"]);
    const scaler = at(recording.get("HorizontalPodAutoscaler", "team-nodes").inputs, "spec");
    assert.equal(at(scaler, "scaleTargetRef")["name"], metadata(deployment())["name"]);
    assert.deepEqual([scaler["minReplicas"], scaler["maxReplicas"]], [3, 6]);
  });
});

describe("secrets", () => {
  const all = (): string[] => [
    ...Object.values(chosen),
    ...["team-redis", "team-access-admin", "team-nodes-http-secret"].map((name) => generated(`password of ${name}`)),
  ];

  it("that are given reach the registry's configuration", () => {
    const secretFiles = recording.get("Secret", "team-nodes-files-secret");
    const text = Buffer.from(String(at(secretFiles.inputs, "data")["config.yml"]), "base64").toString();
    for (const value of [chosen.s3, chosen.upstream, generated("password of team-redis")]) assert.ok(text.includes(value), value);
  });
  it("are in no ConfigMap, in nothing else but Secrets, and reach the engine marked as secret", () => {
    assertSecret(objects, all());
  });
  it("that never change in place have names that follow from what they hold", () => {
    for (const object of [...recording.all("Secret"), ...recording.all("ConfigMap")].filter(({ inputs }) => inputs["immutable"] === true))
      assert.match(String(metadata(object)["name"]), /-[0-9a-f]{12}$/);
  });
});

describe("what clients reach", () => {
  it("is a load balancer that passes on their address, to the ranges that may connect", () => {
    const spec = at(recording.get("Service", "team-balancer").inputs, "spec");
    assert.equal(spec["type"], "LoadBalancer");
    assert.equal(spec["externalTrafficPolicy"], "Local");
    assert.deepEqual(spec["loadBalancerSourceRanges"], ["10.0.0.0/8", "192.0.2.7/32"]);
  });
  it("is all that is open: nodes are for balancers, Redis is for nodes, metrics for one namespace", () => {
    const rules = (name: string) => at(recording.get("NetworkPolicy", name).inputs, "spec")["ingress"] as Record<string, unknown>[];
    const peers = (name: string): string => JSON.stringify(rules(name).map((rule) => rule["from"]));
    assert.equal(recording.all("NetworkPolicy").length, 3);
    assert.match(peers("team-access-redis"), /"app.kubernetes.io\/component":"node"/);
    assert.match(peers("team-access-node"), /"app.kubernetes.io\/component":"balancer".*"values":\["monitoring"\]/);
    assert.equal(rules("team-access-balancer").filter((rule) => rule["from"] === undefined).length, 1);
    assert.deepEqual(at(recording.get("NetworkPolicy", "team-access-redis").inputs, "spec")["egress"], []);
  });
  it("is told by the outputs, as on Docker hosts", async () => {
    const { endpoint, authority, credentials, metricsEndpoint, clientConfig } = recording.result;
    assert.equal(await valueOf(endpoint), "https://registry.corp.example");
    assert.equal(await valueOf(authority), "registry.corp.example");
    assert.equal((await valueOf(credentials)).username, "admin");
    assert.equal(await valueOf(metricsEndpoint), "http://team-statistics.team.svc.cluster.local:8404/metrics");
    assert.ok("etc/docker/certs.d/registry.corp.example/ca.crt" in (await valueOf(clientConfig)));
  });
});

describe("bad input", () => {
  it("registers nothing", async () => {
    const { error, resources } = await recordFailure(
      () => new Registry("team", { nodes: { count: 1 }, secrets: { s3AccessKey: "alone" } }),
    );
    assert.match(String(error), /nodes\.count: 1 nodes/);
    assert.deepEqual(resources, []);
  });
  it("is found where arguments meet, too", async () => {
    const { error } = await recordFailure(
      () =>
        new Registry("team", {
          objectStore: { volume: { existingClaim: "images" } },
          loadBalancer: { ingress: { className: "traefik" } },
          trust: { clientCaPem: "not a certificate" },
        }),
    );
    assert.match(String(error), /trust\.clientCaPem: has no effect, since it is the Ingress's controller that ends TLS/);
  });
});
