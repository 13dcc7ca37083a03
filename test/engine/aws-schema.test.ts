import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";

import { ensureEngine } from "ha-registry-tools";

import { differences, installedSchema, schemaProperties, type PackageSchema } from "./support/provider-schema";
import { declaredResource } from "./support/sdk-types";

const checkout = join(__dirname, "..", "..", "..");

/** A resource as the SDK has it. */
interface Resource {
  /** Module of the SDK, as `s3/bucketVersioning`. */
  module: string;
  /** Its class. */
  name: string;
}

/** Those that the provider of tools/aws-provider has. */
const offered = [
  ...readFileSync(join(checkout, "tools", "aws-provider", "provider", "resources.go"), "utf8").matchAll(/Tok: "aws:(.+):(\w+)"/g),
].map(([, module = "", name = ""]): Resource => ({ module, name }));

/** That what the library gets from the provider that is built here is what it gets from the official one. */
describe("the aws provider's schema", () => {
  let schema: PackageSchema;

  before(async () => {
    schema = await installedSchema(await ensureEngine(undefined, ["aws"]), "aws");
  });

  for (const { module, name } of offered) {
    test(`agrees with the npm SDK on ${module}`, () => {
      const resource = schema.resources[`aws:${module}:${name}`];
      assert.ok(resource, `the schema has no ${module}`);
      const declared = declaredResource("@pulumi/aws", name, module);
      assert.ok(declared.inputs.size > 0 && declared.outputs.size > 0, "nothing was read from the SDK");
      const found = (["inputs", "outputs"] as const).flatMap((side) =>
        differences(`${name} ${side}`, declared[side], schemaProperties(schema, resource, side), side),
      );
      assert.deepEqual(found, []);
    });
  }

  test("has every resource that the components use", () => {
    const modules = offered.map(({ module }) => module);
    assert.deepEqual(
      resourcesInUse().filter((module) => !modules.includes(module)),
      [],
    );
  });
});

/** The modules of the SDK that `ha-registry-aws` imports, but for types: each is a resource. */
function resourcesInUse(): string[] {
  const directory = join(checkout, "components", "aws");
  const sources = readdirSync(directory).filter((name) => name.endsWith(".ts"));
  const imported = sources.flatMap((name) => [...readFileSync(join(directory, name), "utf8").matchAll(/from "@pulumi\/aws\/([^"]+)"/g)]);
  return [...new Set(imported.map(([, module = ""]) => module))]
    .filter((module) => module.includes("/") && !module.startsWith("types/"))
    .sort();
}
