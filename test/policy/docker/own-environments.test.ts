import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { AccessMode } from "ha-registry-core";
import { Registry, type RegistryArgs } from "ha-registry-docker";
import { policies } from "ha-registry-policy-docker/dist/policies";
import { record } from "../../components/support/mocks";
import { ownEnvironments, policyConfiguration } from "../support/environments";
import { judge, type Planned } from "../support/judge";

// What the library deploys itself breaks no rule, with every file's content known, which a preview does not show. Not proved under mocks: that the
// engine hands all this to the pack (test/engine/policy.test.ts).

async function planOf(name: string, registry: RegistryArgs): Promise<Planned[]> {
  const recording = await record(() => new Registry(name, registry));
  return recording.resources.map(({ type, name: logicalName, inputs, protect, provider }) => ({
    type,
    name: logicalName,
    properties: inputs,
    protect,
    ...(provider !== "" && { provider }),
  }));
}

async function violations(
  stack: string,
  plan: readonly Planned[],
  configuration: Record<string, Record<string, unknown>> = {},
): Promise<string[]> {
  const found: string[] = [];
  for (const policy of policies) {
    const { enforcementLevel, ...own } = configuration[policy.name] ?? {};
    if (enforcementLevel === "disabled") continue;
    for (const { name = "stack", message } of await judge(policy, plan, { stack, configuration: own }))
      found.push(`${policy.name}: ${name} ${message}`);
  }
  return found;
}

for (const environment of ownEnvironments) {
  describe(environment.name, () => {
    let plan: Planned[];
    before(async () => {
      plan = await planOf(environment.name, environment.registry);
    });
    it("breaks no rule", async () => {
      assert.deepEqual(await violations(environment.name, plan, policyConfiguration(environment)), []);
    });
    it("needs each of its exceptions", async () => {
      const without = await violations(environment.name, plan);
      const rules = new Set(without.map((text) => text.split(":")[0]));
      assert.deepEqual([...rules].sort(), Object.keys(policyConfiguration(environment)).sort());
    });
  });
}

it("a registry that gives away what the rules ask for breaks those rules", async () => {
  const plan = await planOf("prod", {
    nodes: { count: 2 },
    dataProtection: false,
    access: { mode: AccessMode.None, allowAnonymous: true },
  });
  const broken = new Set((await violations("prod", plan)).map((text) => text.split(":")[0]));
  const expected = ["alerts", "anonymous-write", "audit-log", "backup", "data-protection", "image-digest", "redis-failover"];
  assert.deepEqual([...broken].sort(), [...expected, "registry-nodes", "resource-labels"].sort());
});
