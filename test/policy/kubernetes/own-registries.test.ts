import assert from "node:assert/strict";
import { test } from "node:test";
import { AccessMode } from "ha-registry-core";
import { Registry } from "ha-registry-kubernetes";
import { policies } from "ha-registry-policy-kubernetes/dist/policies";
import { productionRegistries } from "../support/kubernetes-registries";
import { planOf, violationsOf } from "../support/plan";

// What the library deploys itself breaks no rule, with every file's content known, which a preview does not show. Not proved under mocks: that the
// engine hands all this to the pack (test/engine/policy-kubernetes.test.ts).

for (const [name, args] of Object.entries(productionRegistries)) {
  test(`a production registry, ${name}, breaks no rule`, async () => {
    const plan = await planOf(() => new Registry(name, args));
    assert.ok(plan.some(({ type }) => type === "kubernetes:apps/v1:Deployment"));
    assert.deepEqual(await violationsOf(policies, "prod", plan), []);
  });
}

test("a registry that gives away what the rules ask for breaks those rules", async () => {
  const plan = await planOf(
    () =>
      new Registry("prod", {
        nodes: { count: 2 },
        dataProtection: false,
        existingNamespace: "default",
        networkPolicies: { enabled: false },
        objectStore: { volume: { sizeGiB: 10 } },
        access: { mode: AccessMode.None, allowAnonymous: true },
      }),
  );
  const broken = new Set((await violationsOf(policies, "prod", plan)).map((text) => text.split(":")[0]));
  const expected = [
    "anonymous-write",
    "data-protection",
    "default-namespace",
    "image-digest",
    "network-policy",
    "registry-nodes",
    "resource-labels",
  ];
  assert.deepEqual([...broken].sort(), [...expected, "source-ranges"].sort());
});
