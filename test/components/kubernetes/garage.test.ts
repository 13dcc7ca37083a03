import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { Registry } from "ha-registry-kubernetes";
import type { RegistryArgs } from "ha-registry-kubernetes";
import { parse } from "yaml";
import { generated, record } from "../support/mocks";
import type { Recording, Registered } from "../support/mocks";
import { assertBounded, assertMountsExist, assertOwned, assertRestricted, assertSecret, assertSelectorsMatch } from "./checks";
import { at, containersOf, filesIn, listAt, objectsOf, podsOf, textsOf } from "./support";

// An object store of the registry's own, as it is asked of the API server. Not proved under mocks: that the cluster forms, and what happens when a pod goes.

const pods = ["team-garage-0", "team-garage-1", "team-garage-2"];
const nameOf = (pod: string): string => `${pod}.team-garage.team.svc.cluster.local`;

const deploy = (args: RegistryArgs = {}): Promise<Recording<Registry>> =>
  record(() => new Registry("team", { objectStore: { garage: { capacityGiB: 100, storageClass: "fast" } }, ...args }));

let recording: Recording<Registry>;
let objects: Registered[];

before(async () => {
  recording = await deploy();
  objects = objectsOf(recording);
});

const specOf = (type: string, name = "team-garage") => at(recording.get(type, name).inputs, "spec");
const podOf = (type: string, name: string) => podsOf([recording.get(type, name)])[0]?.spec ?? assert.fail(`there is no ${name}`);
const pod = () => podOf("StatefulSet", "team-garage");
const containerOf = (spec: Record<string, unknown>, name: string) =>
  containersOf(spec).find((container) => container["name"] === name) ?? assert.fail(`there is no ${name}`);
const plain = (name: string) => filesIn(recording.get("ConfigMap", `${name}-plain`));
const secret = (name: string) => filesIn(recording.get("Secret", `${name}-secret`));

describe("Garage on Kubernetes", () => {
  it("is as every registry is", () => {
    assertOwned(recording, "team");
    assertRestricted(objects);
    assertBounded(objects);
    assertMountsExist(objects);
    assert.ok(assertSelectorsMatch(objects) >= 15);
  });

  it("is three pods that start together, since the cluster forms when all are there, and of which one may go at a time", () => {
    const set = specOf("StatefulSet");
    assert.deepEqual([set["replicas"], set["podManagementPolicy"]], [3, "Parallel"]);
    assert.equal(specOf("PodDisruptionBudget")["maxUnavailable"], 1);
    const service = specOf("Service");
    assert.deepEqual([service["clusterIP"], service["publishNotReadyAddresses"]], ["None", true]);
    assert.equal(at(recording.get("Service", "team-garage").inputs, "metadata")["name"], set["serviceName"]);
  });

  it("keeps tables and data in claims of the names that the StatefulSet looks for, guarded like all data", async () => {
    const claims = (of: Recording<Registry>) => of.all("PersistentVolumeClaim");
    assert.deepEqual(
      claims(recording).map(({ inputs }) => {
        const { storageClassName, resources } = at(inputs, "spec") as { storageClassName: string; resources: { requests: object } };
        return [at(inputs, "metadata")["name"], storageClassName, resources.requests];
      }),
      pods.flatMap((name) => [
        [`meta-${name}`, "fast", { storage: "2Gi" }],
        [`data-${name}`, "fast", { storage: "100Gi" }],
      ]),
    );
    const templates = listAt(specOf("StatefulSet"), "volumeClaimTemplates").map((claim) => at(claim, "metadata")["name"]);
    assert.deepEqual(templates, ["meta", "data"]);
    assert.deepEqual(recording.get("StatefulSet", "team-garage").ignoreChanges, ["spec.volumeClaimTemplates"]);
    assert.deepEqual(specOf("StatefulSet")["persistentVolumeClaimRetentionPolicy"], { whenDeleted: "Retain", whenScaled: "Retain" });
    for (const { protect } of claims(recording)) assert.equal(protect, true);
    for (const { protect } of claims(await deploy({ dataProtection: false }))) assert.equal(protect, false);
  });

  it("gives each node its own key, which no other pod sees, and tells it the others by theirs and by their names", () => {
    const keys = filesIn(recording.get("Secret", "team-garage-node-keys"));
    const ids = pods.map((name) =>
      Buffer.from(keys[name] ?? "", "base64")
        .subarray(32)
        .toString("hex"),
    );
    assert.equal(new Set(ids).size, 3);
    const mount = listAt(containerOf(pod(), "object-store"), "volumeMounts").find(({ name }) => name === "node-keys");
    assert.deepEqual([mount?.["subPathExpr"], mount?.["readOnly"]], ["$(POD_NAME)", true]);
    const files = plain("team-garage-files");
    for (const [index, name] of pods.entries())
      for (const [other, id] of ids.entries()) {
        const text = files[`${name}.garage.toml`] ?? assert.fail(`${name} has no configuration`);
        assert.equal(text.includes(`"${id}@${nameOf(pods[other] ?? "")}:3901"`), other !== index, `${name} about ${pods[other]}`);
      }
  });

  it("starts each node with its own script, with a shell that Garage's image lacks, and tells it the address that it has now", () => {
    const container = containerOf(pod(), "object-store");
    assert.deepEqual((container["command"] as string[]).slice(0, 3), ["/lib/sh", "/files/$(POD_NAME).garage.sh", "serve"]);
    assert.match(JSON.stringify(container["env"]), /"name":"POD_IP","valueFrom":\{"fieldRef":\{[^}]*"fieldPath":"status\.podIP"/);
    const [step] = listAt(pod(), "initContainers");
    assert.deepEqual([step?.["name"], "restartPolicy" in (step ?? {})], ["shell", false]);
    const shell = listAt(container, "volumeMounts").find(({ name }) => name === "shell");
    assert.deepEqual([shell?.["mountPath"], shell?.["readOnly"]], ["/lib", true]);
    const [, , command] = at(container, "readinessProbe", "exec")["command"] as string[];
    assert.equal(command, "exec sh /files/$POD_NAME.garage.sh healthy");
    assert.ok(Number(pod()["terminationGracePeriodSeconds"]) > 300 + 10, "transfers have no time to finish");
  });

  it("speaks TLS with what asks it, by a HAProxy that ends after it", () => {
    const proxy = containerOf(pod(), "store-proxy");
    assert.equal(proxy["restartPolicy"], "Always");
    assert.match(plain("team-garage-proxy-files")["haproxy.cfg"] ?? "", /^ {2}bind :3943 ssl crt \/store-proxy\/server\.crt$/m);
    assert.match(secret("team-garage-proxy-files")["server.crt.key"] ?? "", /PRIVATE KEY/);
    for (const name of pods)
      assert.match(plain("team-garage-files")[`${name}.garage.toml`] ?? "", /^api_bind_addr = "127\.0\.0\.1:3900"$/m);
  });

  it("is reached by nodes through a HAProxy of their own, which verifies whom it asks, and has no secrets", () => {
    const spec = podOf("Deployment", "team-nodes");
    assert.equal(containerOf(spec, "store-proxy")["restartPolicy"], "Always");
    assert.deepEqual(
      listAt(containerOf(spec, "store-proxy"), "volumeMounts").map(({ name }) => name),
      ["store-proxy"],
    );
    const volume = listAt(spec, "volumes").find(({ name }) => name === "store-proxy");
    const access = recording.get("ConfigMap", "team-store-access-plain");
    assert.equal(at(volume, "configMap")["name"], at(access.inputs, "metadata")["name"]);
    const servers = (filesIn(access)["haproxy.cfg"] ?? "").split("\n").filter((line) => line.startsWith("  server "));
    assert.equal(servers.length, 3);
    for (const [index, server] of servers.entries())
      assert.match(server, new RegExp(`${nameOf(pods[index] ?? "")}:3943 .* verify required sni str\\(store\\.team\\.internal\\)`));
    const { dnsNames } = recording.get("CertRequest", "team-garage").inputs as { dnsNames: string[] };
    assert.deepEqual(dnsNames, ["store.team.internal"]);

    const { storage } = parse(secret("team-nodes-files")["config.yml"] ?? "") as { storage: { s3: Record<string, unknown> } };
    assert.equal(storage.s3["regionendpoint"], "http://127.0.0.1:3900");
    assert.equal(storage.s3["secretkey"], generated("bytes of team-garage-secret-key"));
    assert.equal(storage.s3["accesskey"], `GK${generated("bytes of team-garage-access-key")}`);
  });

  it("tells no secret but to its own pods, and to nodes the keys of the bucket", () => {
    const value = (what: string): string => generated(`bytes of team-garage-${what}`);
    assertSecret(objects, ["access-key", "secret-key", "rpc-secret", "metrics-token"].map(value));
    const nodes = Object.values(secret("team-nodes-files")).join();
    for (const what of ["rpc-secret", "metrics-token"]) assert.ok(!nodes.includes(value(what)), what);
    const proxy = Object.values(secret("team-garage-proxy-files")).join();
    for (const what of ["secret-key", "rpc-secret"]) assert.ok(!proxy.includes(value(what)), what);
  });

  it("lets in nodes, its own pods, and nobody else", () => {
    const { ingress, egress } = specOf("NetworkPolicy", "team-access-object-store") as Record<string, Record<string, unknown>[]>;
    const rules = (of: Record<string, unknown>[] | undefined, peers: string) =>
      of?.map((rule) => [
        textsOf(rule[peers]).filter((text) => text === "node" || text === "object-store"),
        listAt(rule, "ports").map(({ port }) => port),
      ]);
    assert.deepEqual(rules(ingress, "from"), [
      [["node"], [3943, 3904]],
      [["object-store"], [3901]],
    ]);
    assert.deepEqual(rules(egress, "to"), [
      [["object-store"], [3901]],
      [[], [53, 53]],
    ]);
  });
});
