import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { getPulumiComponents } from "@pulumi/pulumi/provider/experimental/provider";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema";
import type { PackageSpec } from "@pulumi/pulumi/provider/experimental/schema";

const components = resolve(__dirname, "../../../../components");

/** Names of the components that a package exports. */
export function componentsOf(exported: object): string[] {
  return getPulumiComponents(exported as Parameters<typeof getPulumiComponents>[0]).map(({ name }: { name: string }) => name);
}

/** The schema that Pulumi infers, for other languages, of a package where it lies in the workspace. */
export function inferSchema(substrate: string, names: readonly string[]): PackageSpec {
  const directory = join(components, substrate);
  const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as { name: string; version: string };
  const analyzer = new Analyzer(directory, manifest.name, { ...manifest, dependencies: {} }, new Set(names));
  const { components: found, typeDefinitions, dependencies } = analyzer.analyze();
  return generateSchema(manifest.name, manifest.version, "", found, typeDefinitions, dependencies);
}

/** Every input and output of a component says what it is for, and its outputs are these. */
export function assertTold(schema: PackageSpec, token: string, outputs: readonly string[]): void {
  const component = schema.resources?.[token];
  assert.deepEqual(Object.keys(component?.properties ?? {}).sort(), [...outputs].sort());
  for (const [name, { description }] of Object.entries({ ...component?.inputProperties, ...component?.properties }))
    assert.ok((description ?? "").length > 3, name);
}
