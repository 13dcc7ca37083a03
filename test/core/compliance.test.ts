import assert from "node:assert/strict";
import { test } from "node:test";
import { cis, describeRule, Framework, guides, PolicyGroup, type RegistryPolicy, type Rule } from "ha-registry-policy-common";
import { asHtml, asJunit, asTable } from "ha-registry/dist/cli/compliance/formats";
import {
  isStopped,
  levelOf,
  makeReport,
  Verdict,
  type ComplianceReport,
  type Findings,
  type PolicySettings,
} from "ha-registry/dist/cli/compliance/report";

// The report, from what the engine told. That the engine tells it is shown by test/engine/compliance.test.ts.

const common = {
  group: PolicyGroup.Security,
  description: "So it is.",
  reason: "Else not.",
  severity: "high",
  enforcementLevel: "mandatory",
  mend: "Do.",
} as const;

function policy(rule: Partial<Rule> & { name: string }): RegistryPolicy {
  const whole: Rule = { ...common, ...rule };
  return { ...describeRule(whole), validateStack: () => undefined };
}

const policies = [
  policy({ name: "met", controls: [cis("4.1"), cis("5.4"), guides("fixed tags")] }),
  policy({ name: "missed", controls: [cis("5.4")] }),
  policy({ name: "nothing-there", controls: [cis("5.32"), cis("4.1")] }),
  policy({ name: "without-demands", enforcementLevel: "advisory" }),
];

const findings: Findings = {
  passed: new Set(["met", "missed"]),
  violations: new Map([["missed", [{ resource: "node-1", message: 'says <b>"no"</b> & goes' }]]]),
};

function report(settings: PolicySettings = {}, found = findings): ComplianceReport {
  return makeReport({ environment: "prod", substrate: "docker", policies, settings, findings: found });
}

test("a policy that finds something once fails, whatever passes beside it; one that was never asked applies to nothing", () => {
  assert.deepEqual(
    report().policies.map(({ name, verdict }) => [name, verdict]),
    [
      ["met", Verdict.Pass],
      ["missed", Verdict.Fail],
      ["nothing-there", Verdict.NotApplicable],
      ["without-demands", Verdict.NotApplicable],
    ],
  );
});

test("a demand fails with one of its policies, is met by those that could be asked, and counts apart where no plan shows it", () => {
  const { frameworks } = report();
  const docker = frameworks.find(({ framework }) => framework === Framework.CisDocker);
  const demands = new Map(docker?.demands.map(({ id, verdict, policies: names }) => [id, { verdict, names }]));
  assert.deepEqual(demands.get("5.4"), { verdict: Verdict.Fail, names: ["met", "missed"] });
  assert.deepEqual(demands.get("4.1"), { verdict: Verdict.Pass, names: ["met", "nothing-there"] });
  assert.deepEqual(demands.get("5.32"), { verdict: Verdict.NotApplicable, names: ["nothing-there"] });
  assert.deepEqual(demands.get("2"), { verdict: Verdict.NotCheckable, names: [] });
  assert.equal(docker?.counts[Verdict.Fail], 1);
  assert.equal(
    Object.values(docker?.counts ?? {}).reduce((sum, count) => sum + count, 0),
    docker?.demands.length,
  );
});

test("a framework that no policy of the pack is mapped to is left out", () => {
  assert.deepEqual(
    report().frameworks.map(({ framework }) => framework),
    [Framework.CisDocker, Framework.Guides],
  );
});

test("what would stop an up is told by the level, which settings change for one policy or for all", () => {
  const [first] = policies;
  assert.ok(first !== undefined);
  assert.equal(levelOf(first, {}), "mandatory");
  assert.equal(levelOf(first, { all: { enforcementLevel: "advisory" } }), "advisory");
  assert.equal(levelOf(first, { all: { enforcementLevel: "advisory" }, met: { enforcementLevel: "disabled" } }), "disabled");
  assert.ok(isStopped(report()));
  assert.ok(!isStopped(report({ missed: { enforcementLevel: "advisory" } })));
  assert.ok(!isStopped(report({}, { passed: new Set(["met"]), violations: new Map() })));
});

test("the table has what was found, what each framework comes to, and which demands are not met", () => {
  const lines = asTable(report());
  assert.ok(lines.some((line) => /missed +high +mandatory +node-1 +says <b>/.test(line)));
  assert.ok(lines.some((line) => /CIS Docker 1\.6 .* 5\.4$/.test(line)));
  assert.equal(lines.at(-1), "prod: 1 of 2 policies found something; 2 had nothing to look at");
});

test("JUnit's XML has a failure with its text, and what was not looked at as skipped", () => {
  const xml = asJunit(report());
  assert.equal(xml.match(/<testsuite /g)?.length, 3);
  assert.match(xml, /<testcase [^>]*name="missed"[^>]*>\s*<failure message="node-1: says &lt;b/);
  assert.match(xml, /<testcase [^>]*name="nothing-there"[^>]*>\s*<skipped\/>/);
  assert.match(xml, /<testcase [^>]*name="met"[^>]*\/>/);
  assert.match(xml, /<failure message="not met: met, missed"/);
});

test("the page has every policy, and shows text as text", () => {
  const page = asHtml(report());
  for (const { name } of policies) assert.ok(page.includes(`<td>${name}</td>`), name);
  assert.ok(page.includes("says &lt;b&gt;&quot;no&quot;&lt;/b&gt; &amp; goes"));
  assert.ok(!page.includes("<b>"));
});
