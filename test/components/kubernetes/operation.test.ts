import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { secret } from "@pulumi/pulumi";
import { Registry } from "ha-registry-kubernetes";
import type { RegistryArgs } from "ha-registry-kubernetes";
import { generated, record, recordFailure } from "../support/mocks";
import type { Recording, Registered } from "../support/mocks";
import { at, containersOf, listAt, podsOf, textsOf } from "./support";

// What keeps a registry in order. Not proved under mocks: that the API server admits it (test/engine/kubernetes-registry), and that the programs do what they are for, which
// they are shown to do on Docker hosts.

const keys = { s3: "s3-secret-key-never-shown", copies: "copies-secret-key-never-shown" };

const args: RegistryArgs = {
  hostname: "registry.corp.example",
  objectStore: { s3: { bucket: "images", endpoint: "https://s3.corp.example" } },
  garbageCollection: { startsAt: "03:05", deleteUntagged: true },
  backup: {
    targets: {
      far: { s3: { bucket: "copies", endpoint: "https://s3.far.example" }, startsAt: "01:10", everyMinutes: 15 },
      shelf: { existingClaim: "shelf", startsAt: "22:00", everyMinutes: 1440 },
    },
    volume: { storageClass: "fast", sizeGiB: 20 },
  },
  networkPolicies: { metricsNamespaces: ["prometheus"] },
  monitoring: {
    prometheusOperator: { labels: { release: "cluster" } },
    alerts: { NodeDown: { forSeconds: 30 } },
    dashboards: { namespaces: ["team", "grafana"] },
  },
  secrets: {
    s3AccessKey: "access-key-of-the-bucket",
    s3SecretKey: secret(keys.s3),
    backupAccessKeys: { far: "access-key-of-the-copies" },
    backupSecretKeys: { far: secret(keys.copies) },
  },
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
    const text = JSON.stringify(
      ["ConfigMap team-balancer-files-plain", "Deployment team-balancer", "NetworkPolicy team-access-balancer"].map((each) => {
        const [type = "", name = ""] = each.split(" ");
        return without.get(type, name).inputs;
      }),
    );
    assert.doesNotMatch(text, /fence|HA_REGISTRY_POD_ADDRESS|collections/);
  });
});

describe("backups", () => {
  const targets = ["far", "shelf"];

  it("run when their target wants them, one at a time", () => {
    const schedules = targets
      .map((target) => specOf("CronJob", `team-backup-${target}`))
      .map((spec) => [spec["schedule"], spec["concurrencyPolicy"]]);
    assert.deepEqual(schedules, [
      ["10,25,40,55 * * * *", "Forbid"],
      ["0 22 * * *", "Forbid"],
    ]);
  });
  it("restore only when somebody asks for it, and fill nothing but an empty store", () => {
    for (const target of targets) {
      assert.equal(specOf("CronJob", `team-restore-${target}`)["suspend"], true);
      const [container] = listAt(podOf(`team-restore-${target}`).spec, "containers");
      assert.deepEqual((container?.["command"] as string[]).slice(-4), ["restore", target, "latest", "empty"]);
    }
  });
  it("have a volume for each target, which the one that restores has, too, and reach a target that is a volume", () => {
    for (const target of targets) {
      const claim = recording.get("PersistentVolumeClaim", `team-backup-${target}`);
      const { storageClassName, resources } = at(claim.inputs, "spec");
      assert.deepEqual([storageClassName, resources], ["fast", { requests: { storage: "20Gi" } }]);
      for (const name of [`team-backup-${target}`, `team-restore-${target}`]) {
        const claims = listAt(podOf(name).spec, "volumes").flatMap((volume) =>
          "persistentVolumeClaim" in volume ? [at(volume, "persistentVolumeClaim")["claimName"]] : [],
        );
        assert.deepEqual(claims, [at(claim.inputs, "metadata")["name"], ...(target === "shelf" ? ["shelf"] : [])]);
      }
    }
  });
  it("know the keys of both places from a Secret", () => {
    for (const key of Object.values(keys)) assert.ok(secretsOf("team-backup-files").includes(key));
  });
  it("are reached by nobody", () => {
    assert.deepEqual(specOf("NetworkPolicy", "team-access-backup")["ingress"], []);
  });
  it("have keys for buckets that there are, and both of them", async () => {
    const { error, resources } = await recordFailure(
      () => new Registry("team", { ...args, secrets: { backupAccessKeys: { shelf: "key" } } }),
    );
    assert.match(String(error), /secrets\.backupAccessKeys\.shelf: there is no bucket "shelf"/);
    assert.deepEqual(resources, []);
  });
});

describe("monitoring", () => {
  const ruleText = () => JSON.stringify(specOf("PrometheusRule", "team-monitoring-alerts"));

  it("has the pods of each part asked at a port that they have, under the name that rules go by", () => {
    for (const [job, name] of [
      ["registry", "team-nodes"],
      ["haproxy", "team-balancer"],
    ] as const) {
      const monitor = recording.get("PodMonitor", `team-monitoring-${job}`);
      assert.equal(at(monitor.inputs, "metadata", "labels")["release"], "cluster");
      const { labels, spec } = podOf(name);
      assert.ok(selects(at(monitor.inputs, "spec", "selector", "matchLabels"), labels));
      const [endpoint] = listAt(monitor.inputs, "spec", "podMetricsEndpoints");
      const ports = containersOf(spec).flatMap((container) => listAt(container, "ports").map((port) => port["name"]));
      assert.ok(ports.includes(endpoint?.["port"]), `${name} has no port ${String(endpoint?.["port"])}`);
      assert.deepEqual(
        listAt(endpoint, "relabelings").flatMap(({ targetLabel, replacement }) =>
          replacement === undefined ? [] : [[targetLabel, replacement]],
        ),
        [
          ["job", job],
          ["registry", "team"],
        ],
      );
    }
  });
  it("has rules of this registry alone, and of what the cluster tells", () => {
    const text = ruleText();
    for (const [selector] of text.matchAll(/[a-z_]+\{(?:[^}]*,)?job=[^}]*\}/g))
      assert.match(selector, /namespace=\\"team\\",registry=\\"team\\",job=/);
    for (const name of ["team-backup-far", "team-backup-shelf", "team-collection"]) assert.ok(text.includes(`cronjob=\\"${name}\\"`), name);
    for (const absent of ["HostDown", "RedisDown", "ProbeFailing", "StorageFillingUp"]) assert.ok(!text.includes(absent), absent);
    const rules = listAt(specOf("PrometheusRule", "team-monitoring-alerts"), "groups").flatMap((group) => listAt(group, "rules"));
    const nodeDown = rules.filter(({ alert }) => alert === "NodeDown").map((rule) => rule["for"]);
    assert.deepEqual(nodeDown, ["30s", "30s"]);
    assert.match(filesOf("team-balancer-files")["haproxy.cfg"] ?? "", /stick-table type string len 36/);
  });
  it("has dashboards in the namespaces that Grafana looks in, without panels that would stay empty", () => {
    const dashboards = recording.all("ConfigMap").filter(({ inputs }) => JSON.stringify(inputs["metadata"]).includes("grafana_dashboard"));
    assert.equal(dashboards.length, 6);
    assert.deepEqual([...new Set(dashboards.map(({ inputs }) => at(inputs, "metadata")["namespace"]))].sort(), ["grafana", "team"]);
    for (const { inputs } of dashboards)
      for (const text of Object.values(at(inputs, "data"))) {
        const { panels, uid } = JSON.parse(String(text)) as { panels: { targets: { expr: string }[] }[]; uid: string };
        assert.ok(panels.length > 0 && uid.length <= 40, uid);
        for (const { expr } of panels.flatMap(({ targets: asked }) => asked))
          for (const [, job = ""] of expr.matchAll(/job="([^"]*)"/g)) assert.ok(["registry", "haproxy"].includes(job), expr);
      }
  });
  it("has annotations alone where no prometheus-operator is asked for", async () => {
    const plain = await record(() => new Registry("team", { ...args, monitoring: {} }));
    assert.deepEqual([...plain.all("PodMonitor"), ...plain.all("PrometheusRule")], []);
    for (const [name, port] of [
      ["team-nodes", "5001"],
      ["team-balancer", "8404"],
    ] as const) {
      const annotations = (which: Recording<Registry>) =>
        JSON.stringify(at(which.get("Deployment", name).inputs, "spec", "template", "metadata"));
      assert.match(annotations(plain), new RegExp(`"prometheus.io/port":"${port}"`));
      assert.doesNotMatch(annotations(recording), /prometheus\.io/);
    }
  });
});
