import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { AccessMode } from "ha-registry-core";
import { Registry } from "ha-registry-docker";
import { policies } from "ha-registry-policy-docker/dist/policies";
import { ownEnvironments, policyConfiguration } from "../support/environments";
import type { Planned } from "../support/judge";
import { planOf, violationsOf } from "../support/plan";

// What the library deploys itself breaks no rule, with every file's content known, which a preview does not show. Not proved under mocks: that the
// engine hands all this to the pack (test/engine/policy.test.ts).

for (const environment of ownEnvironments) {
  describe(environment.name, () => {
    let plan: Planned[];
    before(async () => {
      plan = await planOf(() => new Registry(environment.name, environment.registry));
    });
    it("breaks no rule", async () => {
      assert.deepEqual(await violationsOf(policies, environment.name, plan, policyConfiguration(environment)), []);
    });
    it("needs each of its exceptions", async () => {
      const without = await violationsOf(policies, environment.name, plan);
      const rules = new Set(without.map((text) => text.split(":")[0]));
      assert.deepEqual([...rules].sort(), Object.keys(policyConfiguration(environment)).sort());
    });
  });
}

it("a registry that gives away what the rules ask for breaks those rules", async () => {
  const plan = await planOf(
    () =>
      new Registry("prod", {
        nodes: { count: 2 },
        dataProtection: false,
        access: { mode: AccessMode.None, allowAnonymous: true },
      }),
  );
  const broken = new Set((await violationsOf(policies, "prod", plan)).map((text) => text.split(":")[0]));
  const expected = ["alerts", "anonymous-write", "audit-log", "backup", "data-protection", "image-digest", "redis-failover"];
  assert.deepEqual([...broken].sort(), [...expected, "registry-nodes", "resource-labels"].sort());
});
