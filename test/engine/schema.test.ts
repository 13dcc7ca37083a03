import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";

import * as docker from "@pulumi/docker";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";
import { ensureEngine } from "ha-registry-tools";

import { differences, installedSchema, schemaProperties, type PackageSchema } from "./support/provider-schema";
import { declaredResource } from "./support/sdk-types";

const sdks: Readonly<Record<string, Readonly<Record<string, unknown>>>> = { docker, random, tls };

const engine = ensureEngine();

/** The components of Docker hosts, and what they share with those of other substrates. */
const componentSources = ["docker", "core"].map((name) => join(__dirname, "..", "..", "..", "components", name));

for (const [provider, sdk] of Object.entries(sdks)) {
  describe(`the ${provider} provider's schema`, () => {
    let schema: PackageSchema;

    before(async () => {
      schema = await installedSchema(await engine, provider);
    });

    for (const name of resourcesInUse(provider)) {
      test(`agrees with the npm SDK on ${name}`, () => {
        const token = tokenOf(sdk[name]);
        assert.ok(token, `@pulumi/${provider} has no resource ${name}`);
        const offered = name === "Provider" ? schema.provider : schema.resources[token];
        assert.ok(offered, `the schema has no resource ${token}`);
        const declared = declaredResource(`@pulumi/${provider}`, name);
        assert.ok(declared.inputs.size > 0 && declared.outputs.size > 0, "nothing was read from the SDK");
        const found = (["inputs", "outputs"] as const).flatMap((side) =>
          differences(`${name} ${side}`, declared[side], schemaProperties(schema, offered, side), side),
        );
        assert.deepEqual(found, []);
      });
    }
  });
}

describe("the comparison of SDK and schema", () => {
  test("notices what is missing, of another type, or required on one side only, also in nested types", () => {
    const { inputs } = declaredResource("@pulumi/docker", "Container");
    const offered = new Map(inputs);
    offered.delete("ports");
    offered.set("image", { required: false, shape: { kind: "string" } });
    offered.set("envs", { required: false, shape: { kind: "string" } });
    offered.set("newcomer", { required: true, shape: { kind: "string" } });
    offered.set("mounts", {
      required: false,
      shape: { kind: "array", element: { kind: "object", name: "ContainerMount", properties: () => new Map() } },
    });

    const found = differences("Container", inputs, offered, "inputs");

    for (const expected of [
      "Container.ports: in the SDK, not in the schema",
      "Container.image: required in the SDK, optional in the schema",
      "Container.envs: array in the SDK, string in the schema",
      "Container.newcomer: required in the schema, not in the SDK",
      "Container.mounts[].target: in the SDK, not in the schema",
    ]) {
      assert.ok(found.includes(expected), `${expected}\nis not among\n${found.join("\n")}`);
    }
  });
});

/** The classes of an SDK that the sources of `ha-registry-docker` and of its core instantiate, as `new docker.Container(…)`. */
function resourcesInUse(provider: string): string[] {
  const sources = componentSources.flatMap((directory) =>
    readdirSync(directory)
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(directory, name)),
  );
  const pattern = new RegExp(`\\bnew ${provider}\\.(\\w+)\\(`, "g");
  const names = sources.flatMap((name) => [...readFileSync(name, "utf8").matchAll(pattern)].map(([, used = ""]) => used));
  assert.ok(names.length > 0, `no source of ha-registry-docker uses ${provider}`);
  return [...new Set(names)].sort();
}

/** The token that the code generator has given a resource class; undefined for anything else. */
function tokenOf(value: unknown): string | undefined {
  return typeof value === "function" && "__pulumiType" in value && typeof value.__pulumiType === "string" ? value.__pulumiType : undefined;
}
