import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  AlertName,
  AlertSeverity,
  dashboardQueries,
  deadMansSwitchName,
  Problems,
  ReceiverKind,
  renderAlertmanager,
  renderAlertRules,
  renderDashboards,
  resolveAlerting,
} from "ha-registry-core";
import type { AlertingShape, AlertingTopology, ReceiverShape } from "ha-registry-core";
import { parse } from "yaml";

// What users may say of alerts, and what follows. Not proved here: what Prometheus and Alertmanager make of it (test/engine/alert-rules, alertmanager).

function resolved(shape: AlertingShape): AlertingTopology {
  const problems = new Problems();
  const alerting = resolveAlerting(shape, problems);
  assert.deepEqual(problems.all, []);
  return alerting;
}

function problemsOf(shape: AlertingShape): Record<string, string> {
  const problems = new Problems();
  resolveAlerting(shape, problems);
  return Object.fromEntries(problems.all.map(({ path, message }) => [path, message]));
}

interface Rule {
  alert: string;
  expr: string;
  for: string;
  labels: { severity: string };
  annotations: Record<string, string>;
}

function rulesOf(shape: AlertingShape): Rule[] {
  const { groups } = parse(renderAlertRules(resolved(shape).alerts)) as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

const mail = { server: "smtp.corp.example:587", from: "registry@corp.example", to: ["team@corp.example"] };

describe("alerts", () => {
  it("are all there unless some are switched off", () => {
    const names = (shape: AlertingShape): string[] => [...new Set(rulesOf(shape).map(({ alert }) => alert))];
    assert.deepEqual(names({}), Object.values(AlertName));
    const without = names({ alerts: { LatencyHigh: { enabled: false }, NodeDown: { enabled: true } } });
    assert.deepEqual(
      without,
      Object.values(AlertName).filter((name) => name !== AlertName.LatencyHigh),
    );
  });

  it("say each what is wrong, how bad it is and what to do", () => {
    for (const { alert, labels, annotations } of rulesOf({})) {
      assert.deepEqual(Object.keys(annotations).sort(), ["description", "runbook", "summary"], alert);
      for (const text of Object.values(annotations)) assert.match(text, /^\S.{6,}$/, alert);
      const severities: string[] = alert === AlertName.Watchdog ? ["none"] : Object.values(AlertSeverity);
      assert.ok(severities.includes(labels.severity), alert);
    }
  });

  it("go by the threshold and the time that are given", () => {
    const rules = rulesOf({ alerts: { StorageAlmostFull: { threshold: 70.5, forSeconds: 0 } } });
    const [changed] = rules.filter(({ alert }) => alert === "StorageAlmostFull");
    const [other] = rules.filter(({ alert }) => alert === "StorageFillingUp");
    assert.match(changed?.expr ?? "", / > 70\.5$/);
    assert.equal(changed?.for, "0s");
    assert.match(other?.expr ?? "", / > 85$/);
    assert.equal(other?.for, "600s");
  });

  it("refuse what cannot be meant, and name the alerts that there are", () => {
    const found = problemsOf({
      repeatHours: 0,
      alerts: {
        NodeIsDown: {},
        NodeDown: { threshold: 3 },
        PushFailures: { threshold: 101, forSeconds: -1 },
        GarbageCollectionTooOld: { threshold: 1.5 },
      },
    });
    assert.deepEqual(Object.keys(found).sort(), [
      "monitoring.alerts.GarbageCollectionTooOld.threshold",
      "monitoring.alerts.NodeDown.threshold",
      "monitoring.alerts.NodeIsDown",
      "monitoring.alerts.PushFailures.forSeconds",
      "monitoring.alerts.PushFailures.threshold",
      "monitoring.repeatHours",
    ]);
    for (const name of Object.values(AlertName)) assert.ok(found["monitoring.alerts.NodeIsDown"]?.includes(name), name);
  });
});

describe("receivers", () => {
  it("are refused with everything that is wrong with them", () => {
    const found = problemsOf({
      receivers: {
        [deadMansSwitchName]: { kind: ReceiverKind.Webhook },
        Upper: { kind: ReceiverKind.Webhook },
        pager: JSON.parse('{ "kind": "pager", "minimumSeverity": "high" }') as ReceiverShape,
        hook: { kind: ReceiverKind.Webhook, email: mail, proxyUrl: "http://user:word@proxy:3128", caPem: "no certificate" },
        mail: { kind: ReceiverKind.Email, proxyUrl: "http://proxy:3128" },
        letter: { kind: ReceiverKind.Email, email: { server: "smtp", from: "nobody", to: [] } },
        template: { kind: ReceiverKind.Email, email: { ...mail, to: ["{{ .x }}@corp.example"] } },
      },
      deadMansSwitch: { intervalSeconds: 1 },
    });
    assert.deepEqual(Object.keys(found).sort(), [
      "monitoring.deadMansSwitch.intervalSeconds",
      "monitoring.receivers.Upper",
      "monitoring.receivers.dead-mans-switch",
      "monitoring.receivers.hook.caPem",
      "monitoring.receivers.hook.email",
      "monitoring.receivers.hook.proxyUrl",
      "monitoring.receivers.letter.email.from",
      "monitoring.receivers.letter.email.server",
      "monitoring.receivers.letter.email.to",
      "monitoring.receivers.mail.email",
      "monitoring.receivers.mail.proxyUrl",
      "monitoring.receivers.pager.kind",
      "monitoring.receivers.pager.minimumSeverity",
      "monitoring.receivers.template.email.to[0]",
    ]);
  });

  it("have a secret, but for mail to a server that asks for no login", () => {
    const { receivers } = resolved({
      receivers: {
        robot: { kind: ReceiverKind.DingTalk },
        open: { kind: ReceiverKind.Email, email: mail },
        login: { kind: ReceiverKind.Email, email: { ...mail, username: "registry" } },
      },
    });
    assert.deepEqual(
      receivers.map(({ name, hasSecret }) => [name, hasSecret]),
      [
        ["login", true],
        ["open", false],
        ["robot", true],
      ],
    );
  });

  it("cannot be rendered without the file of their secret or of their CA", () => {
    const files = { templates: "/files/ha-registry.tmpl", secrets: {}, authorities: {} };
    const robot = resolved({ receivers: { robot: { kind: ReceiverKind.DingTalk } } });
    assert.throws(() => renderAlertmanager(robot, files), /the secret of receiver robot is missing/);
    const pem = "-----BEGIN CERTIFICATE-----\n";
    const open = resolved({ receivers: { open: { kind: ReceiverKind.Email, email: mail, caPem: pem } } });
    assert.throws(() => renderAlertmanager(open, files), /the CA of receiver open is missing/);
    const hook = resolved({ receivers: { hook: { kind: ReceiverKind.Webhook, caPem: pem } } });
    assert.throws(() => renderAlertmanager(hook, { ...files, secrets: { hook: "/files/hook" } }), /the CA of receiver hook is missing/);
  });
});

describe("dashboards", () => {
  it("are found again by their uid, and leave the data source to who looks at them", () => {
    const dashboards = Object.entries(renderDashboards());
    assert.deepEqual(dashboards.map(([name]) => name).sort(), [
      "ha-registry-operations.json",
      "ha-registry-overview.json",
      "ha-registry-traffic.json",
    ]);
    for (const [name, text] of dashboards) {
      const { uid, panels } = JSON.parse(text) as { uid: string; panels: { title: string; datasource: unknown }[] };
      assert.equal(`${uid}.json`, name);
      for (const { title, datasource } of panels) assert.deepEqual(datasource, { type: "prometheus", uid: "${datasource}" }, title);
    }
  });

  it("and rules ask each job for what it has", () => {
    const jobs = new Set(dashboardQueries().flatMap((each) => each.jobs));
    assert.deepEqual([...jobs].sort(), [
      "backup",
      "certificate",
      "garage",
      "garbage-collection",
      "haproxy",
      "node",
      "probe",
      "redis",
      "registry",
    ]);
    for (const { where, query, jobs: own, selectors } of dashboardQueries()) {
      // Neither what Prometheus makes itself nor what is always there comes from a job.
      assert.ok(own.length > 0 || query === "vector(1)" || query.includes("ALERTS{"), where);
      // A metric without a job would take that of another registry, too.
      for (const selector of selectors) assert.match(selector, /job="|^ALERTS\{/, where);
    }
  });
});
