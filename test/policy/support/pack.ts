import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { Framework, type RegistryPolicy } from "ha-registry-policy-common";

const repository = resolve(__dirname, "../../../..");
const groups = ["availability", "operation", "security", "supply-chain"];

/** How each framework writes its sections. */
const forms: Readonly<Record<Framework, RegExp>> = {
  [Framework.CisDocker]: /^\d\.\d{1,2}$/,
  [Framework.CisKubernetes]: /^5\.\d\.\d{1,2}$/,
  [Framework.SecurityHub]: /^[A-Z][A-Za-z0-9]+\.\d{1,3}$/,
  [Framework.Mlps]: /^8\.1\.\d\.\d{1,2}$/,
  [Framework.Guides]: /\S/,
};

/** What holds for every policy of a pack, whose files lie in a directory of its name below `policy`. */
export function testPack(name: string, policies: readonly RegistryPolicy[]): void {
  const directory = `policy/${name}`;

  test("a file has one policy of its name, the pack has it, and its test lies where it does", () => {
    const files = filesIn(directory);
    assert.deepEqual(files.map((file) => file.split("/")[1]).sort(), policies.map((policy) => policy.name).sort());
    for (const policy of policies) {
      const path = `${policy.rule.group.replace(" ", "-")}/${policy.name}`;
      assert.ok(files.includes(path), path);
      assert.ok(existsSync(join(repository, `test/${directory}/${path}.test.ts`)), `${path} has no test`);
      const source = readFileSync(join(repository, `${directory}/${path}.ts`), "utf8");
      assert.equal(source.match(/^export const /gm)?.length, 1, path);
      assert.match(source, /\n\/\*\* [^\n]+: [^\n]+\*\/\nexport const /, `the comment of ${path} names what it goes back to`);
    }
  });

  test("every policy says why, what to do, and what can be configured with which default", () => {
    for (const { name: policy, description, configSchema, rule } of policies) {
      assert.ok(description.endsWith(".") && rule.reason.endsWith(".") && rule.mend.endsWith("."), policy);
      for (const [setting, schema] of Object.entries(configSchema?.properties ?? {})) {
        assert.ok(schema.description !== undefined && schema.default !== undefined, `${policy}.${setting}`);
      }
    }
  });

  test("sections of frameworks are numbers as these write them", () => {
    for (const policy of policies) {
      for (const { framework, id } of policy.rule.controls ?? []) assert.match(id, forms[framework], policy.name);
    }
  });
}

function filesIn(directory: string): string[] {
  const names = groups.flatMap((group) => readdirSync(join(repository, directory, group)).map((name) => `${group}/${name}`));
  return names.filter((name) => name.endsWith(".ts")).map((name) => name.slice(0, -".ts".length));
}
