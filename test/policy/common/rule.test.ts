import assert from "node:assert/strict";
import { test } from "node:test";
import { cis, defaultsOf, describeRule, guides, isProduction, matches, PolicyGroup, stackOf, type Rule } from "ha-registry-policy-common";

const rule: Rule = {
  name: "a-rule",
  group: PolicyGroup.SupplyChain,
  description: "It is so.",
  reason: "Else it is not.",
  severity: "low",
  enforcementLevel: "advisory",
  mend: "Make it so.",
  controls: [cis("4.1"), guides("fixed tags")],
  configuration: { limit: { type: "integer", default: 3 } },
};

test("what the SDK is told: level, severity, what to do, tags of the group and of every framework, configuration with exceptions", () => {
  const policy = describeRule(rule);
  assert.deepEqual(
    [policy.name, policy.severity, policy.enforcementLevel, policy.remediationSteps],
    ["a-rule", "low", "advisory", "Make it so."],
  );
  assert.deepEqual(policy.tags, ["supply-chain", "cis-docker-1.6:4.1", "guides:fixed-tags"]);
  assert.deepEqual(Object.keys(policy.configSchema?.properties ?? {}), ["limit", "exceptions"]);
  assert.deepEqual(defaultsOf(rule), { exceptions: [], limit: 3 });
});

test("in patterns * stands for any text, and nothing else is special", () => {
  assert.ok(matches("team-node-1", "team-*"));
  assert.ok(matches("team-node-1", "*-node-*"));
  assert.ok(!matches("team-node-1", "node"));
  assert.ok(!matches("aXb", "a.b"));
  assert.ok(matches("a+(b)", "a+(b)"));
});

test("the stack stands in a URN, and production is what its name says", () => {
  const stack = stackOf("urn:pulumi:prod-eu::project::a:b:C$docker:index/container:Container::box");
  assert.equal(stack, "prod-eu");
  const settings = { exceptions: [], production: "^prod" };
  assert.deepEqual(
    [stack, "staging", "preprod"].map((name) => isProduction(name, settings)),
    [true, false, false],
  );
});
