import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { AlertName, dashboardQueries, ImageName, Problems, renderAlertRules, resolveAlerting } from "ha-registry-core";
import type { AlertShape, MonitoringQuery } from "ha-registry-core";
import { ensureImages } from "ha-registry-tools";
import { parse } from "yaml";
import { alertCases } from "./support/alert-cases";
import type { AlertCase, ExpectedAlert } from "./support/alert-series";
import { tryFiles } from "./support/consumers";

// What Prometheus makes of the rules, by promtool, on series that are made up. Not proved here: that the parts have metrics of these names; the test of
// monitoring asks them of a registry that runs.

/** A rule as it is written down. */
interface Rule {
  alert: AlertName;
  labels: { severity: string };
  annotations: { summary: string; description: string; runbook: string };
}

function rulesFile(alerts: Record<string, AlertShape> = {}): string {
  const problems = new Problems();
  const alerting = resolveAlerting({ alerts }, problems);
  assert.deepEqual(problems.all, []);
  return renderAlertRules(alerting.alerts);
}

function rulesIn(text: string): Rule[] {
  const { groups } = parse(text) as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

const rules = rulesIn(rulesFile());

/** promtool's test of one case. */
function unitTest({ alert, what, series, at = "30m", interval = "1m", alerts = [] }: AlertCase, file = "rules.yml"): string {
  return JSON.stringify({
    rule_files: [file],
    evaluation_interval: interval,
    tests: [
      {
        name: `${alert}: ${what}`,
        interval,
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        alert_rule_test: [{ eval_time: at, alertname: alert, exp_alerts: alerts.map((expected) => expectedOf(alert, expected)) }],
      },
    ],
  });
}

function expectedOf(alert: AlertName, { severity, labels, description }: ExpectedAlert) {
  const rule = rules.find((each) => each.alert === alert && each.labels.severity === severity);
  assert.ok(rule, `${alert} has a rule of severity ${severity}`);
  const { summary, runbook } = rule.annotations;
  return { exp_labels: { ...labels, severity }, exp_annotations: { summary, runbook, description } };
}

/** Dashboards' questions as rules, since promtool checks nothing else. */
function asRules(queries: readonly MonitoringQuery[]): string {
  return JSON.stringify({
    groups: [{ name: "dashboards", rules: queries.map(({ query }, index) => ({ record: `question:${index}`, expr: query })) }],
  });
}

const script = `
for file in rules*.yml; do
  if promtool check rules --lint=all --lint-fatal "$file" > out 2>&1; then echo "$file ok"; else echo "$file refused: $(tr '\\n' ' ' < out)"; fi
done
for file in *.test; do
  if promtool test rules "$file" > out 2>&1; then echo "$file ok"; else echo "$file refused: $(tr '\\n' ' ' < out)"; fi
done
exit 0
`;

describe("alert rules", () => {
  let image: string | undefined;
  before(async () => {
    image = (await ensureImages({ names: [ImageName.Prometheus] }))[0]?.reference;
  });

  it("have each a case in which they fire and one in which they are silent", () => {
    for (const { alert, labels } of rules) {
      const own = alertCases.filter((each) => each.alert === alert);
      const fires = ({ alerts = [] }: AlertCase): boolean => alerts.some(({ severity }) => severity === labels.severity);
      assert.ok(own.some(fires), `${alert} (${labels.severity}) has no case in which it fires`);
      // What is always there is silent only where there is none; see below.
      assert.ok(alert === AlertName.Watchdog || own.some((each) => !fires(each)), `${alert} (${labels.severity}) has no case of silence`);
    }
    assert.deepEqual([...new Set(rules.map(({ alert }) => alert))], Object.values(AlertName));
  });

  it("fire when they should, say what it is about, and are silent otherwise, as Prometheus evaluates them; dashboards ask what it understands", async () => {
    const changed = rulesFile({
      [AlertName.NodeDown]: { forSeconds: 1200 },
      [AlertName.StorageFillingUp]: { threshold: 95 },
      [AlertName.CertificateEndsSoon]: { threshold: 60 },
      [AlertName.Watchdog]: { enabled: false },
    });
    const one = (alert: AlertName, what: string): AlertCase => {
      const found = alertCases.find((each) => each.alert === alert && each.what === what);
      assert.ok(found);
      return found;
    };
    const soon = one(AlertName.CertificateEndsSoon, "22 days are left");
    const days = {
      labels: { job: "certificate", instance: "demo-balancer" },
      description: "The certificate of demo-balancer ends in 22.0 days.",
    };
    const tests: Record<string, string> = {
      ...Object.fromEntries(alertCases.map((each, index) => [`${String(index).padStart(2, "0")}.test`, unitTest(each)])),
      "for.test": unitTest({ ...one(AlertName.NodeDown, "one is down"), at: "25m", alerts: [] }, "rules-changed.yml"),
      "threshold.test": unitTest({ ...one(AlertName.StorageFillingUp, "86 % in use"), alerts: [] }, "rules-changed.yml"),
      "other-threshold.test": unitTest({ ...soon, alerts: [{ severity: "warning", ...days }] }, "rules-changed.yml"),
      "disabled.test": unitTest({ ...one(AlertName.Watchdog, "always"), alerts: [] }, "rules-changed.yml"),
      // Shows that promtool looks.
      "wrong.test": unitTest({ ...one(AlertName.Watchdog, "always"), alerts: [] }),
    };
    assert.ok(image);
    const files = { "rules.yml": rulesFile(), "rules-changed.yml": changed, "rules-of-dashboards.yml": asRules(dashboardQueries()) };
    const verdicts = await tryFiles(image, { ...files, ...tests }, script);
    assert.equal(verdicts.size, Object.keys(tests).length + Object.keys(files).length);
    assert.match(verdicts.get("wrong.test") ?? "", /^refused: .*Watchdog/);
    const failed = [...verdicts].filter(([name, verdict]) => name !== "wrong.test" && verdict !== "ok");
    assert.deepEqual(
      failed.map(([name, verdict]) => `${tests[name] ?? name}\n${verdict}`),
      [],
    );
  });
});
