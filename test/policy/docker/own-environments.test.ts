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
      const settings = Object.entries(policyConfiguration(environment));
      const exceptions = settings.filter(([, setting]) => "enforcementLevel" in setting || "exceptions" in setting);
      const rules = new Set(without.map((text) => text.split(":")[0]));
      assert.deepEqual([...rules].sort(), exceptions.map(([name]) => name).sort());
    });
  });
}

it("staging asks for digests as production does, so that what was tried there is what is promoted", async () => {
  const environment = ownEnvironments.find(({ name }) => name === "staging");
  assert.ok(environment !== undefined);
  const plan = await planOf(() => new Registry("staging", { ...environment.registry, images: {} }));
  const broken = await violationsOf(policies, "staging", plan, policyConfiguration(environment));
  assert.deepEqual([...new Set(broken.map((text) => text.split(":")[0]))], ["image-digest"]);
});

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
