import assert from "node:assert/strict";
import type { Recording, Registered } from "../support/mocks";

type Loose = Record<string, unknown>;

/** The object at a path of keys. */
export function at(value: unknown, ...path: string[]): Loose {
  return find(value, path) as Loose;
}

/** The list at a path of keys. */
export function listAt(value: unknown, ...path: string[]): Loose[] {
  const found = find(value, path);
  assert.ok(Array.isArray(found), `${path.join(".")} is no list`);
  return found as Loose[];
}

function find(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    assert.ok(typeof found === "object" && found !== null && key in found, `there is no ${key} of ${path.join(".")}`);
    found = (found as Loose)[key];
  }
  return found;
}

/** The pods of what makes pods. */
export function podsOf(objects: readonly Registered[]): { name: string; labels: Loose; spec: Loose & { securityContext: Loose } }[] {
  return objects
    .filter(({ type }) => /:(Deployment|StatefulSet|CronJob)$/.test(type))
    .map(({ type, name, inputs }) => {
      const maker = type.endsWith(":CronJob") ? at(inputs, "spec", "jobTemplate") : inputs;
      return {
        name,
        labels: at(maker, "spec", "template", "metadata", "labels"),
        spec: at(maker, "spec", "template", "spec") as Loose & { securityContext: Loose },
      };
    });
}

/** The containers of a pod, with those that run beside the first. */
export function containersOf(spec: Loose): Loose[] {
  return [...listAt(spec, "containers"), ...("initContainers" in spec ? listAt(spec, "initContainers") : [])];
}

/** What a program asked of the API server. */
export function objectsOf(recording: Recording<unknown>): Registered[] {
  return recording.resources.filter(({ type }) => type.startsWith("kubernetes:"));
}

/** The files of a ConfigMap, or of a Secret, which are opened. */
export function filesIn({ type, inputs }: Registered): Record<string, string> {
  const files = Object.entries(at(inputs, "data")).map(([name, content]) => [name, String(content)] as const);
  return Object.fromEntries(type.endsWith(":Secret") ? files.map(([name, text]) => [name, Buffer.from(text, "base64").toString()]) : files);
}

/** Every text in a value, however deep. */
export function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}
