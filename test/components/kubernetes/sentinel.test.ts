import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { Registry } from "ha-registry-kubernetes";
import { parse } from "yaml";
import { generated, record } from "../support/mocks";
import type { Recording, Registered } from "../support/mocks";
import { assertBounded, assertMountsExist, assertOwned, assertRestricted, assertSecret, assertSelectorsMatch } from "./checks";
import { at, containersOf, filesIn, listAt, objectsOf, podsOf, textsOf } from "./support";

// Redis with sentinels, as it is asked of the API server. Not proved under mocks: that pods run and fail over.

const pods = ["team-redis-0", "team-redis-1", "team-redis-2"];
const nameOf = (pod: string): string => `${pod}.team-redis.team.svc.cluster.local`;

let recording: Recording<Registry>;
let objects: Registered[];

before(async () => {
  recording = await record(
    () => new Registry("team", { objectStore: { s3: { bucket: "images" } }, redis: { memoryMiB: 200, cpus: 2, sentinel: {} } }),
  );
  objects = objectsOf(recording);
});

const specOf = (type: string, name = "team-redis") => at(recording.get(type, name).inputs, "spec");
const spec = () => podsOf([recording.get("StatefulSet", "team-redis")])[0]?.spec ?? assert.fail("there is no Redis");
const containerOf = (name: string) =>
  containersOf(spec()).find((container) => container["name"] === name) ?? assert.fail(`there is no ${name}`);
const filesOf = (name: string, kind: "plain" | "secret") =>
  filesIn(recording.get(kind === "plain" ? "ConfigMap" : "Secret", `${name}-${kind}`));

describe("Redis with sentinels on Kubernetes", () => {
  it("is as every registry is", () => {
    assertOwned(recording, "team");
    assertRestricted(objects);
    assertBounded(objects);
    assertMountsExist(objects);
    assert.ok(assertSelectorsMatch(objects) >= 12);
  });

  it("is three pods, that start without waiting for each other, and of which one may go at a time", () => {
    const set = specOf("StatefulSet");
    assert.deepEqual([set["replicas"], set["podManagementPolicy"]], [3, "Parallel"]);
    assert.equal(specOf("PodDisruptionBudget")["maxUnavailable"], 1);
    assert.deepEqual(
      containersOf(spec()).map(({ name }) => name),
      ["redis", "sentinel"],
    );
    assert.ok(Number(spec()["terminationGracePeriodSeconds"]) >= 15, "a primary has no time to hand over");
    assert.ok(listAt(spec(), "topologySpreadConstraints").some(({ topologyKey }) => topologyKey === "kubernetes.io/hostname"));
  });

  it("has names by which pods find each other before they are ready, and which the certificate has", () => {
    const service = specOf("Service");
    assert.deepEqual([service["clusterIP"], service["publishNotReadyAddresses"]], ["None", true]);
    assert.equal(at(recording.get("Service", "team-redis").inputs, "metadata")["name"], specOf("StatefulSet")["serviceName"]);
    const { dnsNames } = recording.get("CertRequest", "team-redis").inputs as { dnsNames: string[] };
    for (const pod of pods) assert.ok(dnsNames.includes(nameOf(pod)), pod);
  });

  it("starts each pod with files of its own, in which it goes by its name", () => {
    for (const [name, part] of [
      ["team-redis-files", "redis"],
      ["team-redis-sentinel-files", "sentinel"],
    ] as const) {
      assert.ok(textsOf(containerOf(part)["command"]).includes(`/files/$(POD_NAME).${part}.sh`));
      assert.deepEqual(containerOf(part)["env"], [
        { name: "POD_NAME", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } } },
      ]);
      for (const pod of pods) {
        const script = filesOf(name, "plain")[`${pod}.${part}.sh`] ?? assert.fail(`${pod} has no script`);
        assert.match(script, part === "redis" ? new RegExp(`^self="${nameOf(pod)} 6379"$`, "m") : /^sentinel=\$!$/m);
        const configuration = filesOf(name, "secret")[`${pod}.${part}.conf`] ?? assert.fail(`${pod} has no configuration`);
        assert.match(configuration, new RegExp(`^(replica-|sentinel )announce-ip ${nameOf(pod)}$`, "m"));
      }
    }
    assert.match(filesOf("team-redis-sentinel-files", "secret")["team-redis-1.sentinel.conf"] ?? "", /^sentinel resolve-hostnames yes$/m);
  });

  it("is ready as a primary, or as a replica that has everything", () => {
    const [, , command] = at(containerOf("redis"), "readinessProbe", "exec")["command"] as string[];
    assert.match(command ?? "", /^sh \/files\/\$POD_NAME\.redis\.sh check \/files\/ca\.crt \/files\/login$/);
    assert.ok("login" in filesOf("team-redis-files", "secret"));
  });

  it("keeps passwords secret, and from the container that does not need them", () => {
    const password = (user: string): string => generated(`password of team-redis${user}`);
    assertSecret(objects, ["", "-replica", "-sentinel", "-control"].map(password));
    const mounts = (part: string): string[] => listAt(containerOf(part), "volumeMounts").map(({ name }) => String(name));
    assert.deepEqual(
      mounts("redis").filter((name) => mounts("sentinel").includes(name)),
      [],
    );
    const texts = (name: string): string => Object.values(filesOf(name, "secret")).join();
    assert.ok(!texts("team-redis-files").includes(password("-sentinel")));
    for (const user of ["-replica", "-control"]) assert.ok(!texts("team-redis-sentinel-files").includes(password(user)), user);
  });

  it("writes in memory alone, with room for a copy of half of what a server may hold", () => {
    const volumes = Object.fromEntries(listAt(spec(), "volumes").map((volume) => [String(volume["name"]), volume]));
    assert.deepEqual(volumes["data"]?.["emptyDir"], { medium: "Memory", sizeLimit: "100Mi" });
    assert.deepEqual(volumes["sentinel-data"]?.["emptyDir"], { medium: "Memory", sizeLimit: "1Mi" });
  });

  it("is found by nodes through the sentinels", () => {
    const { redis } = parse(filesOf("team-nodes-files", "secret")["config.yml"] ?? "") as { redis: Record<string, unknown> };
    assert.deepEqual(
      redis["addrs"],
      pods.map((pod) => `${nameOf(pod)}:26379`),
    );
    const password = generated("password of team-redis");
    assert.deepEqual(
      [redis["mastername"], redis["username"], redis["password"], redis["sentinelusername"], redis["sentinelpassword"]],
      ["team", "registry", password, "registry", password],
    );
  });

  it("lets in nodes and its own pods, and asks nobody else but DNS", () => {
    const { ingress, egress } = specOf("NetworkPolicy", "team-access-redis") as Record<string, Record<string, unknown>[]>;
    const ports = (rule?: Record<string, unknown>) => listAt(rule, "ports").map(({ port }) => port);
    assert.deepEqual(ingress?.map(ports), [[6379, 26379]]);
    assert.deepEqual(egress?.map(ports), [
      [6379, 26379],
      [53, 53],
    ]);
    assert.match(JSON.stringify(ingress?.[0]?.["from"]), /component":"node".*component":"redis"/);
  });
});
