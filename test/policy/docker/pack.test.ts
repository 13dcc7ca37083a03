import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { Framework } from "ha-registry-policy-common";
import { policies } from "ha-registry-policy-docker/dist/policies";

// What holds for every policy of the pack. That the engine takes the pack is shown by test/engine/policy.test.ts.

const repository = resolve(__dirname, "../../../..");
const groups = ["availability", "operation", "security", "supply-chain"];

function filesIn(directory: string, ending: string): string[] {
  const names = groups.flatMap((group) => readdirSync(join(repository, directory, group)).map((name) => `${group}/${name}`));
  return names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));
}

test("a file has one policy of its name, the pack has it, and its test lies where it does", () => {
  const files = filesIn("policy/docker", ".ts");
  assert.deepEqual(files.map((file) => file.split("/")[1]).sort(), policies.map(({ name }) => name).sort());
  for (const { name, rule } of policies) {
    const path = `${rule.group.replace(" ", "-")}/${name}`;
    assert.ok(files.includes(path), path);
    assert.ok(existsSync(join(repository, `test/policy/docker/${path}.test.ts`)), `${path} has no test`);
    const source = readFileSync(join(repository, `policy/docker/${path}.ts`), "utf8");
    assert.equal(source.match(/^export const /gm)?.length, 1, path);
    assert.match(source, /\n\/\*\* [^\n]+: [^\n]+\*\/\nexport const /, `the comment of ${path} names what it goes back to`);
  }
});

test("every policy says why, what to do, and what can be configured with which default", () => {
  for (const { name, description, configSchema, rule } of policies) {
    assert.ok(description.endsWith(".") && rule.reason.endsWith(".") && rule.mend.endsWith("."), name);
    for (const [setting, schema] of Object.entries(configSchema?.properties ?? {})) {
      assert.ok(schema.description !== undefined && schema.default !== undefined, `${name}.${setting}`);
    }
  }
});

test("sections of frameworks are numbers as these write them", () => {
  const form = { [Framework.CisDocker]: /^\d\.\d{1,2}$/, [Framework.Mlps]: /^8\.1\.\d\.\d{1,2}$/, [Framework.Guides]: /\S/ };
  for (const { name, rule } of policies) {
    for (const { framework, id } of rule.controls ?? []) assert.match(id, form[framework], name);
  }
});
