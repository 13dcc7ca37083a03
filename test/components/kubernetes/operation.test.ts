import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { secret } from "@pulumi/pulumi";
import { Registry } from "ha-registry-kubernetes";
import type { RegistryArgs } from "ha-registry-kubernetes";
import { generated, record } from "../support/mocks";
import type { Recording, Registered } from "../support/mocks";
import { at, containersOf, listAt, podsOf, textsOf } from "./support";

// What keeps a registry in order. Not proved under mocks: that the API server admits it (test/engine/kubernetes-registry), and that the programs do what they are for, which
// they are shown to do on Docker hosts.

const keys = { s3: "s3-secret-key-never-shown" };

const args: RegistryArgs = {
  hostname: "registry.corp.example",
  objectStore: { s3: { bucket: "images", endpoint: "https://s3.corp.example" } },
  garbageCollection: { startsAt: "03:05", deleteUntagged: true },
  secrets: { s3AccessKey: "access-key-of-the-bucket", s3SecretKey: secret(keys.s3) },
};

let recording: Recording<Registry>;
let objects: Registered[];

before(async () => {
  recording = await record(() => new Registry("team", args));
  objects = recording.resources.filter(({ type }) => type.startsWith("kubernetes:"));
});

const specOf = (type: string, name: string) => at(recording.get(type, name).inputs, "spec");
const podOf = (name: string) => podsOf(objects).find((pod) => pod.name === name) ?? assert.fail(`there is no pod ${name}`);
const filesOf = (name: string): Record<string, string> =>
  at(recording.get("ConfigMap", `${name}-plain`).inputs, "data") as Record<string, string>;
const secretsOf = (name: string): string =>
  Object.values(at(recording.get("Secret", `${name}-secret`).inputs, "data"))
    .map((text) => Buffer.from(String(text), "base64").toString())
    .join("\n");
const selects = (selector: object, labels: object): boolean =>
  Object.entries(selector).every(([key, value]) => (labels as Record<string, unknown>)[key] === value);

describe("every pod", () => {
  it("is as the Pod Security level restricted wants it, with what runs beside it", () => {
    for (const { name, spec } of podsOf(objects)) {
      assert.equal(spec.securityContext["runAsNonRoot"], true, name);
      assert.equal(spec["automountServiceAccountToken"], false, name);
      for (const { securityContext: own } of containersOf(spec))
        assert.deepEqual(own, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } }, name);
    }
  });
  it("mounts what it has, and has what is there", () => {
    const named = (type: string): unknown[] => recording.all(type).map(({ inputs }) => at(inputs, "metadata")["name"]);
    const present: Record<string, unknown[]> = { secret: named("Secret"), configMap: named("ConfigMap") };
    for (const { name, spec } of podsOf(objects)) {
      const volumes = listAt(spec, "volumes");
      for (const source of volumes.flatMap((volume) => ("projected" in volume ? listAt(volume, "projected", "sources") : [volume])))
        for (const [kind, names] of Object.entries(present)) {
          if (!(kind in source)) continue;
          const { name: target, secretName } = source[kind] as { name?: string; secretName?: string };
          assert.ok(names.includes(target ?? secretName), `${name} mounts the ${kind} ${String(target ?? secretName)}`);
        }
      const mounted = containersOf(spec).flatMap((container) => listAt(container, "volumeMounts").map((mount) => mount["name"]));
      assert.deepEqual([...new Set(mounted)].sort(), volumes.map((volume) => volume["name"]).sort(), name);
    }
  });
  it("has no secret outside of a Secret", () => {
    const values = [...Object.values(keys), generated("password of team-redis")];
    for (const object of objects.filter(({ type }) => !type.endsWith(":Secret")))
      for (const value of values)
        assert.ok(!textsOf(object.inputs).some((text) => text.includes(value)), `${object.type} ${object.name} tells a secret`);
  });
});

describe("garbage collection", () => {
  const job = () => specOf("CronJob", "team-collection");

  it("runs every day, one at a time, and is not tried again when it failed", () => {
    assert.deepEqual([job()["schedule"], job()["timeZone"], job()["concurrencyPolicy"]], ["5 3 * * *", "Etc/UTC", "Forbid"]);
    const spec = at(job(), "jobTemplate", "spec");
    assert.equal(spec["backoffLimit"], 0);
    assert.ok(Number(spec["activeDeadlineSeconds"]) > 0);
    assert.equal(podOf("team-collection").spec["restartPolicy"], "Never");
  });
  it("ends when rclone does: the others run beside it", () => {
    const { spec } = podOf("team-collection");
    assert.deepEqual(
      listAt(spec, "containers").map(({ name }) => name),
      ["garbage-collection"],
    );
    assert.deepEqual(
      listAt(spec, "initContainers").map(({ name, restartPolicy }) => `${String(name)} ${String(restartPolicy)}`),
      ["marker Always", "cache-cleaner Always"],
    );
  });
  it("is reached by balancers at an address that stays, once it is ready", () => {
    const service = specOf("Service", "team-collection");
    assert.ok(selects(at(service, "selector"), podOf("team-collection").labels));
    assert.notEqual(service["clusterIP"], "None");
    assert.ok(!("publishNotReadyAddresses" in service));
    const [container] = listAt(podOf("team-collection").spec, "containers");
    assert.ok(container !== undefined && "readinessProbe" in container);
    assert.match(filesOf("team-balancer-files")["haproxy.cfg"] ?? "", /server collector team-collection\.team\.svc\.cluster\.local:5003 /);
    assert.match(filesOf("team-balancer-files")["balancer.sh"] ?? "", /nc team-collection\.team\.svc\.cluster\.local 5004/);
  });
  it("finds balancers and other collectors by one name, ready or not, and no other pods", () => {
    const service = specOf("Service", "team-collection-participants");
    assert.deepEqual([service["clusterIP"], service["publishNotReadyAddresses"]], ["None", true]);
    const found = podsOf(objects).filter(({ labels }) => selects(at(service, "selector"), labels));
    assert.deepEqual(found.map(({ name }) => name).sort(), ["team-balancer", "team-collection"]);
    assert.match(filesOf("team-collection-collector")["collector.sh"] ?? "", /nslookup team-participants\.team\.svc\.cluster\.local/);
    // Both go by the address of their pod.
    for (const name of ["team-balancer", "team-collection"])
      assert.match(JSON.stringify(podOf(name).spec), /"name":"HA_REGISTRY_POD_ADDRESS","valueFrom":\{"fieldRef":\{[^}]*"status.podIP"/);
  });
  it("has each program read its own secrets", () => {
    const { spec } = podOf("team-collection");
    const mounts = (name: string) => {
      const container = containersOf(spec).find((each) => each["name"] === name);
      return listAt(container, "volumeMounts").map((mount) => mount["name"]);
    };
    assert.deepEqual(mounts("garbage-collection"), ["files", "tmp"]);
    assert.deepEqual(mounts("cache-cleaner"), ["cache-cleaner"]);
    assert.ok(secretsOf("team-collection-collector").includes(keys.s3));
    assert.equal(secretsOf("team-collection-cache"), `AUTH registry ${generated("password of team-redis")}\n`);
  });
  it("is let through to Redis, and by balancers alone", () => {
    const ingress = (name: string) => JSON.stringify(specOf("NetworkPolicy", name)["ingress"]);
    assert.match(ingress("team-access-redis"), /garbage-collection/);
    assert.match(ingress("team-access-garbage-collection"), /"app.kubernetes.io\/component":"balancer"/);
    assert.match(JSON.stringify(specOf("NetworkPolicy", "team-access-balancer")["egress"]), /garbage-collection/);
  });
  it("leaves balancers as they were where it is not asked for", async () => {
    const without = await record(() => new Registry("team", { ...args, garbageCollection: undefined }));
    const text = JSON.stringify(without.resources.filter(({ type }) => type.startsWith("kubernetes:")).map(({ inputs }) => inputs));
    assert.doesNotMatch(text, /fence|HA_REGISTRY_POD_ADDRESS|collections/);
    assert.deepEqual(without.all("CronJob"), []);
  });
});
