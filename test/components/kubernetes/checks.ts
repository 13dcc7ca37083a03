import assert from "node:assert/strict";
import type { Recording, Registered } from "../support/mocks";
import { at, containersOf, listAt, objectsOf, podsOf, textsOf } from "./support";

// What holds for every registry on Kubernetes, whatever its parts are.

const named = (object: Registered): string => `${object.type} ${object.name}`;

/** Every object belongs to the registry, is in its namespace, says whose it is, and shares its name with no other of its kind. */
export function assertOwned(recording: Recording<unknown>, registry: string): void {
  const objects = objectsOf(recording);
  for (const object of objects) {
    assert.ok(
      recording.ancestors(object).some(({ name }) => name === registry),
      `${named(object)} is nobody's`,
    );
    const { labels, namespace } = at(object.inputs, "metadata") as { labels: Record<string, string>; namespace?: string };
    if (!object.type.endsWith(":Namespace")) assert.equal(namespace, registry, named(object));
    assert.equal(labels["app.kubernetes.io/instance"], registry, named(object));
  }
  const names = objects.map((object) => `${object.type} ${String(at(object.inputs, "metadata")["name"])}`);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
}

/** Every selector matches the pods of one part, and no others. Returns how many there are. */
export function assertSelectorsMatch(objects: readonly Registered[]): number {
  const pods = podsOf(objects).map(({ labels }) => labels);
  const selectors = objects.flatMap((object) => {
    const spec = object.inputs["spec"] as Record<string, unknown> | undefined;
    // A claim would select volumes.
    const found = object.type.endsWith(":PersistentVolumeClaim") ? undefined : (spec?.["selector"] ?? spec?.["podSelector"]);
    if (found === undefined) return [];
    return [{ name: named(object), found: ("matchLabels" in (found as object) ? at(found, "matchLabels") : found) as object }];
  });
  for (const { name, found } of selectors) {
    const matched = pods.filter((labels) => Object.entries(found).every(([key, value]) => labels[key] === value));
    assert.equal(matched.length, 1, `${name} matches ${matched.length} kinds of pods`);
  }
  return selectors.length;
}

/** Pods are as the Pod Security level restricted wants them, and cannot write to their root. */
export function assertRestricted(objects: readonly Registered[]): void {
  for (const { name, spec } of podsOf(objects)) {
    const { securityContext: pod } = spec;
    assert.equal(pod["runAsNonRoot"], true, name);
    assert.ok(Number(pod["runAsUser"]) > 0, name);
    assert.deepEqual(pod["seccompProfile"], { type: "RuntimeDefault" }, name);
    assert.equal(spec["automountServiceAccountToken"], false, name);
    for (const { securityContext: own } of containersOf(spec))
      assert.deepEqual(own, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } }, name);
  }
}

/** Containers promise and bound memory; those that stay say how they are. */
export function assertBounded(objects: readonly Registered[]): void {
  for (const { name, spec } of podsOf(objects))
    for (const container of containersOf(spec)) {
      const resources = at(container, "resources") as { limits: Record<string, string>; requests: Record<string, string> };
      assert.match(resources.limits["memory"] ?? "", /^\d+Mi$/, name);
      assert.match(resources.requests["cpu"] ?? "", /^\d+m$/, name);
      if (isStep(spec, container)) continue;
      for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"])
        assert.ok(probe in container, `${String(container["name"])} of ${name} has no ${probe}`);
    }
}

/** Whether a container ends before the others begin. */
function isStep(spec: Record<string, unknown>, container: Record<string, unknown>): boolean {
  return "initContainers" in spec && listAt(spec, "initContainers").includes(container) && container["restartPolicy"] !== "Always";
}

/** Pods mount ConfigMaps and Secrets that are there, mount no volume that they have not, and have none that nobody mounts. */
export function assertMountsExist(objects: readonly Registered[]): void {
  const namesOf = (type: string): unknown[] =>
    objects.filter((object) => object.type.endsWith(`:${type}`)).map(({ inputs }) => at(inputs, "metadata")["name"]);
  const present: Record<string, unknown[]> = { secret: namesOf("Secret"), configMap: namesOf("ConfigMap") };
  for (const { name, spec } of podsOf(objects)) {
    const volumes = listAt(spec, "volumes");
    const sources = volumes.flatMap((volume) => ("projected" in volume ? listAt(volume, "projected", "sources") : [volume]));
    for (const source of sources)
      for (const [kind, names] of Object.entries(present)) {
        if (!(kind in source)) continue;
        const { name: target, secretName } = source[kind] as { name?: string; secretName?: string };
        assert.ok(names.includes(target ?? secretName), `${name} mounts the ${kind} ${String(target ?? secretName)}`);
      }
    const mounted = containersOf(spec).flatMap((container) => listAt(container, "volumeMounts").map((mount) => mount["name"]));
    assert.deepEqual([...new Set(mounted)].sort(), [...volumes, ...claimsOf(objects, name)].map((volume) => volume["name"]).sort(), name);
  }
}

/** Volumes that a StatefulSet has for each of its pods, by the names of their claims. */
function claimsOf(objects: readonly Registered[], name: string): Record<string, unknown>[] {
  const set = objects.find((object) => object.type.endsWith(":StatefulSet") && object.name === name);
  const spec = at(set?.inputs ?? { spec: {} }, "spec");
  return "volumeClaimTemplates" in spec ? listAt(spec, "volumeClaimTemplates").map((claim) => at(claim, "metadata")) : [];
}

/** No value is told outside of Secrets, neither as it is nor as a Secret would hold it; those go to the engine as secrets. */
export function assertSecret(objects: readonly Registered[], values: readonly string[]): void {
  for (const object of objects) {
    if (object.type.endsWith(":Secret")) {
      assert.ok(object.secretInputs.length > 0, `${named(object)} is in the clear`);
      continue;
    }
    const texts = textsOf(object.inputs);
    for (const value of values)
      for (const form of [value, Buffer.from(value).toString("base64")])
        assert.ok(!texts.some((text) => text.includes(form)), `${named(object)} tells a secret`);
    assert.ok(!texts.some((text) => text.includes("PRIVATE KEY")), `${named(object)} tells a key`);
  }
}
