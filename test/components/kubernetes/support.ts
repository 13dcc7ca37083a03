import assert from "node:assert/strict";
import type { Registered } from "../support/mocks";

type Loose = Record<string, unknown>;

/** What stands at a path of keys. */
export function at(value: unknown, ...path: string[]): Loose {
  let found = value;
  for (const key of path) {
    assert.ok(typeof found === "object" && found !== null && key in found, `there is no ${key} of ${path.join(".")}`);
    found = (found as Loose)[key];
  }
  return found as Loose;
}

/** The pods of what makes pods. */
export function podsOf(objects: readonly Registered[]): { name: string; labels: Loose; spec: Loose & { securityContext: Loose } }[] {
  return objects
    .filter(({ type }) => /:(Deployment|StatefulSet)$/.test(type))
    .map(({ name, inputs }) => ({
      name,
      labels: at(inputs, "spec", "template", "metadata", "labels"),
      spec: at(inputs, "spec", "template", "spec") as Loose & { securityContext: Loose },
    }));
}

/** The containers of a pod. */
export function containersOf(spec: Loose): Loose[] {
  return at(spec, "containers") as unknown as Loose[];
}

/** Every text in a value, however deep. */
export function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}
