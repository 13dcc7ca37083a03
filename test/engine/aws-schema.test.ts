import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";

import { ensureEngine } from "ha-registry-tools";

import { differences, installedSchema, schemaProperties, type PackageSchema } from "./support/provider-schema";
import { declaredResource } from "./support/sdk-types";

const checkout = join(__dirname, "..", "..", "..");

const components = join(checkout, "components", "aws");

/** The sources of `ha-registry-aws`. */
const sources = readdirSync(components)
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name, text: readFileSync(join(components, name), "utf8") }));

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

/**
 * What the SDK has, or has otherwise, because it stands for a later upstream than can be had: paths of properties by module. The components do
 * without it.
 */
const later: Readonly<Record<string, readonly string[]>> = {
  "cloudfront/distribution": ["origins[].customOriginConfig.originMtlsConfig"],
  "cloudwatch/metricAlarm": ["warmUpConfiguration"],
  "ec2/flowLog": ["tagFieldSpecifications"],
  "ecs/service": ["hookTargetArn", "roleArn", "targetType", "timeoutConfiguration"].map(
    (name) => `deploymentConfiguration.lifecycleHooks[].${name}`,
  ),
  "elasticache/replicationGroup": ["authTokenWo", "authTokenWoVersion", "durability"],
  "lb/listenerRule": ["conditions[].sourceIp.ipAddressType", "conditions[].sourceIp.values"],
  "secretsmanager/secret": ["replicas", "type"],
};

/** Names among them that nothing else has. */
const laterNames = /\b(originMtlsConfig|warmUpConfiguration|tagFieldSpecifications|lifecycleHooks|authTokenWo\w*|durability)\b/;

/**
 * The official provider has one type for all statements of a web ACL, however deep, made of what each may have: what has to be given is another
 * matter there, a `not` has one statement, and a group's rules may still be excluded.
 */
const shared =
  /^WebAcl (in|out)puts\.rules\[\]\.(.+: (required|optional) in the SDK, .+|.+\.(notStatement\.statements?|excludedRules): .+)$/;

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
      const accepted = later[module] ?? [];
      const isAccepted = (path: string, difference: string): boolean =>
        difference.startsWith(`${name} inputs.${path}: `) || difference.startsWith(`${name} outputs.${path}: `);
      assert.deepEqual(
        found.filter((difference) => !shared.test(difference) && !accepted.some((path) => isAccepted(path, difference))),
        [],
      );
      const unneeded = accepted.filter((path) => !found.some((difference) => isAccepted(path, difference)));
      assert.deepEqual(unneeded, [], "these agree by now");
    });
  }

  test("has every resource that the components use", () => {
    const modules = offered.map(({ module }) => module);
    assert.deepEqual(
      resourcesInUse().filter((module) => !modules.includes(module)),
      [],
    );
  });

  test("has what it lacks in no use", () => {
    assert.deepEqual(
      sources.filter(({ text }) => laterNames.test(text)).map(({ name }) => name),
      [],
    );
  });
});

/** The modules of the SDK that `ha-registry-aws` imports, but for types: each is a resource. */
function resourcesInUse(): string[] {
  const imported = sources.flatMap(({ text }) => [...text.matchAll(/from "@pulumi\/aws\/([^"]+)"/g)]);
  return [...new Set(imported.map(([, module = ""]) => module))]
    .filter((module) => module.includes("/") && !module.startsWith("types/"))
    .sort();
}
