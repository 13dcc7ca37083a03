import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import {
  AlertName,
  AlertSeverity,
  deadMansSwitchName,
  ImageName,
  Problems,
  ReceiverKind,
  renderAlertmanager,
  renderAlertmanagerTemplates,
  resolveAlerting,
} from "ha-registry-core";
import type { AlertingShape, AlertmanagerFiles, ReceiverShape } from "ha-registry-core";
import { ensureImages } from "ha-registry-tools";
import { makeCertificate } from "../components/support/certificate";
import { AlertReceiver } from "./support/alert-receiver";
import { makeAuthority, makeServerCertificate } from "./support/authority";
import { tryFiles } from "./support/consumers";
import { docker } from "./support/docker";
import { freshName } from "./support/names";
import { MailServer } from "./support/mail-server";
import type { Mail } from "./support/mail-server";
import { freePorts } from "./support/ports";
import { until } from "./support/waiting";

// What Alertmanager makes of its configuration. Not proved here: that WeCom and DingTalk take what they are sent, and that Prometheus finds Alertmanager
// (the test of monitoring).

const { certificatePem } = makeCertificate("receiver.example", new Date("2049-12-31"));

const everyone: AlertingShape = {
  receivers: {
    "on-call": { kind: ReceiverKind.DingTalk, minimumSeverity: AlertSeverity.Critical },
    group: { kind: ReceiverKind.WeCom },
    ticket: { kind: ReceiverKind.Webhook, sendResolved: false },
  },
  deadMansSwitch: { intervalSeconds: 10 },
};

const mail = { server: "smtp.corp.example:587", from: "registry@corp.example", to: ["a@corp.example", "b+c@corp.example"] };

/** Everything that a configuration may have. */
const shapes: Record<string, AlertingShape> = {
  "nobody.yml": {},
  "everyone.yml": everyone,
  "mail.yml": {
    receivers: {
      open: { kind: ReceiverKind.Email, email: mail },
      login: {
        kind: ReceiverKind.Email,
        email: { ...mail, server: "[2001:db8::1]:465", username: 'user "x" {{ y' },
        sendResolved: false,
        caPem: certificatePem,
      },
    },
    repeatHours: 24,
  },
  "proxies.yml": {
    receivers: {
      behind: { kind: ReceiverKind.Webhook, proxyUrl: "http://proxy.corp.example:3128" },
      own: { kind: ReceiverKind.DingTalk, caPem: certificatePem },
    },
    deadMansSwitch: { proxyUrl: "http://proxy.corp.example:3128", caPem: certificatePem },
  },
};

/** The configuration, and its files in `directory` by their name. */
function render(shape: AlertingShape, directory: string): string {
  const problems = new Problems();
  const alerting = resolveAlerting(shape, problems);
  assert.deepEqual(problems.all, []);
  const files: AlertmanagerFiles = { templates: `${directory}/ha-registry.tmpl`, secrets: {}, authorities: {} };
  for (const { name, hasSecret, caPem } of [
    ...alerting.receivers,
    { name: deadMansSwitchName, hasSecret: true, ...alerting.deadMansSwitch },
  ]) {
    if (hasSecret) files.secrets[name] = `${directory}/${name}.secret`;
    if (caPem !== undefined) files.authorities[name] = `${directory}/ca.pem`;
  }
  return renderAlertmanager(alerting, files);
}

/** Which receivers hear of an alert, by its labels. */
const routes: readonly [labels: string, receivers: string][] = [
  ["alertname=NodeDown severity=warning", "group,ticket"],
  ["alertname=HostDown severity=critical", "group,on-call,ticket"],
  ["alertname=Watchdog severity=none", deadMansSwitchName],
  ["alertname=SomethingElse severity=none", "nobody"],
];

const script = `
for file in *.yml; do
  if amtool check-config "$file" > out 2>&1; then echo "$file ok"; else echo "$file refused: $(tr '\\n' ' ' < out)"; fi
done
while read -r receivers labels; do
  if amtool config routes test --config.file=everyone.yml --verify.receivers="$receivers" $labels > out 2>&1
  then echo "$receivers ok"; else echo "$receivers refused: $(tr '\\n' ' ' < out)"; fi
done < routes
exit 0
`;

describe("Alertmanager", () => {
  const stack = freshName("t-alerts");
  let image = "";
  let receiver: AlertReceiver;
  let mailServer: MailServer;
  let directory = "";
  let api = "";

  before(async () => {
    image = (await ensureImages({ names: [ImageName.Alertmanager] }))[0]?.reference ?? "";
    receiver = await AlertReceiver.start();
    const authority = await makeAuthority("Mail CA");
    mailServer = await MailServer.start(await makeServerCertificate(authority, ["DNS:localhost"]));
    const byMail: ReceiverShape = {
      kind: ReceiverKind.Email,
      email: { ...mail, server: mailServer.address, username: "registry" },
      caPem: authority.certificatePem,
    };
    directory = await mkdtemp(path.join(os.tmpdir(), `${stack}-`));
    const files: Record<string, string> = {
      "alertmanager.yml": render({ ...everyone, receivers: { ...everyone.receivers, mail: byMail } }, "/files"),
      "ca.pem": authority.certificatePem,
      "mail.secret": "hush\n",
      "ha-registry.tmpl": renderAlertmanagerTemplates("demo"),
      ...Object.fromEntries(
        ["on-call", "group", "ticket", deadMansSwitchName].map((name) => [`${name}.secret`, `${receiver.url(`/${name}?hush`)}\n`]),
      ),
    };
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(directory, name), text);
    const port = await freePorts(1);
    const user = String(process.getuid?.() ?? 0);
    const run = ["--detach", "--name", stack, "--label", `ha-registry=${stack}`, "--network", "host", "--read-only", "--user", user];
    const mounts = ["--tmpfs", `/alertmanager:uid=${user}`, "--volume", `${directory}:/files:ro`];
    const flags = ["--config.file=/files/alertmanager.yml", "--storage.path=/alertmanager", "--cluster.listen-address="];
    await docker.command("run", ...run, ...mounts, image, ...flags, `--web.listen-address=127.0.0.1:${port}`);
    api = `http://127.0.0.1:${port}/api/v2`;
    await until("Alertmanager is ready", 60, async () => (await fetch(`${api}/status`)).ok);
  });
  after(async () => {
    await docker.removeLeftovers(stack);
    await receiver.end();
    await mailServer.end();
    await rm(directory, { recursive: true, force: true });
  });

  /** Tells Alertmanager of alerts that have begun, or are over. */
  async function post(alerts: readonly Record<string, string>[], { over = false, description = "It is so." } = {}): Promise<void> {
    const now = new Date();
    const body = alerts.map((labels) => ({
      labels,
      annotations: { summary: "Something is wrong", description, runbook: "Mend it." },
      startsAt: now.toISOString(),
      endsAt: new Date(now.getTime() + (over ? 0 : 3_600_000)).toISOString(),
    }));
    const answer = await fetch(`${api}/alerts`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, 200, await answer.text());
  }

  /** Alerts that nobody hears of since another one explains them, as `name host`. */
  async function inhibited(): Promise<string[]> {
    const answer = await fetch(`${api}/alerts`);
    const alerts = (await answer.json()) as { labels: Record<string, string>; status: { inhibitedBy: string[] } }[];
    const hidden = alerts.filter(({ status }) => status.inhibitedBy.length > 0);
    return hidden
      .map(({ labels }) => [labels.alertname, labels.severity, labels.host].filter((text) => text !== undefined).join(" "))
      .sort();
  }

  it("takes every kind of configuration, and sends alerts on to whom they are for", async () => {
    const files = {
      ...Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, render(shape, "/work")])),
      "wrong.yml": render(everyone, "/work").replace('"on-call"', '"off-call"'),
      "ha-registry.tmpl": renderAlertmanagerTemplates("demo"),
      "ca.pem": certificatePem,
      routes: routes.map(([labels, receivers]) => `${receivers} ${labels}\n`).join(""),
    };
    const verdicts = await tryFiles(image, files, script);
    assert.match(verdicts.get("wrong.yml") ?? "", /^refused: .*(?:on|off)-call/);
    const expected = [...Object.keys(shapes), ...routes.map(([, receivers]) => receivers)];
    assert.deepEqual(
      Object.fromEntries(expected.map((name) => [name, verdicts.get(name)])),
      Object.fromEntries(expected.map((name) => [name, "ok"])),
    );
  });

  it("is not told of what follows from something else", async () => {
    const critical = (alertname: AlertName): Record<string, string> => ({ alertname, severity: "critical" });
    const on = (alertname: AlertName, host: string): Record<string, string> => ({
      alertname,
      severity: "warning",
      host,
      instance: `${alertname}-${host}`,
    });
    // One of two HAProxys is down, and one host: users should notice neither.
    const parts = [
      on(AlertName.BalancerDown, "a"),
      critical(AlertName.PushFailures),
      on(AlertName.NodeDown, "b"),
      on(AlertName.NodeDown, "c"),
      { ...on(AlertName.HostDown, "b"), severity: "critical" },
    ];
    await post(parts);
    await until("what is on the host is hidden, and nothing else", 30, async () => {
      const hidden = await inhibited();
      return hidden.join() === "NodeDown warning b";
    });
    // Now nobody gets through.
    const outage = [critical(AlertName.BalancerDown), critical(AlertName.ProbeFailing)];
    await post(outage);
    const expected = ["BalancerDown warning a", "NodeDown warning b", "ProbeFailing critical", "PushFailures critical"];
    await until("what follows from that is hidden, too", 30, async () => (await inhibited()).join() === expected.join());
    await post([...parts, ...outage], { over: true });
    await until("nothing is hidden", 30, async () => (await inhibited()).length === 0);
  });

  it("sends each receiver what it takes, the dead man's switch again and again, and keeps its secrets", async () => {
    // What YAML would take for a map, for more than one line, and for the end of a text.
    const description = 'demo-node-1: "does" not\nanswer: 存储 \\ {{ x }}';
    await post(
      [
        { alertname: AlertName.ObjectStoreDown, severity: "critical", instance: "1" },
        { alertname: AlertName.ObjectStoreDown, severity: "critical", instance: "2" },
      ],
      { description },
    );
    await post([{ alertname: AlertName.Watchdog, severity: "none" }]);
    await until("the dead man's switch is told three times", 120, async () =>
      Promise.resolve(receiver.at(`/${deadMansSwitchName}?hush`).length >= 3),
    );
    const about = (name: string, alert: AlertName): unknown =>
      receiver.at(`/${name}?hush`).find((body) => JSON.stringify(body).includes(alert));
    const receivers = ["on-call", "group", "ticket"];
    await until("everybody hears of it", 120, async () =>
      Promise.resolve(receivers.every((name) => about(name, AlertName.ObjectStoreDown) !== undefined)),
    );

    const title = "ha-registry demo, ObjectStoreDown (2 firing)";
    const forDingTalk = about("on-call", AlertName.ObjectStoreDown) as { msgtype: string; markdown: { title: string; text: string } };
    assert.deepEqual(
      [forDingTalk.msgtype, Object.keys(forDingTalk.markdown).sort(), forDingTalk.markdown.title],
      ["markdown", ["text", "title"], title],
    );
    const forWeCom = about("group", AlertName.ObjectStoreDown) as { msgtype: string; markdown: { content: string } };
    assert.deepEqual([forWeCom.msgtype, Object.keys(forWeCom.markdown)], ["markdown", ["content"]]);
    assert.equal(forWeCom.markdown.content, forDingTalk.markdown.text);
    assert.ok(forWeCom.markdown.content.startsWith(`**${title}**\n`), forWeCom.markdown.content);
    assert.equal(forWeCom.markdown.content.split(`> ${description}\n`).length, 3, forWeCom.markdown.content);
    const forTicket = about("ticket", AlertName.ObjectStoreDown) as { version: string; alerts: { annotations: { description: string } }[] };
    assert.deepEqual(
      forTicket.alerts.map(({ annotations }) => annotations.description),
      [description, description],
    );

    const mailed = (): Mail | undefined => mailServer.mails.find(({ content }) => content.includes(AlertName.ObjectStoreDown));
    await until("the mail is there", 60, async () => Promise.resolve(mailed() !== undefined));
    const { login, recipients, content } = mailed() ?? { login: "", recipients: [], content: "" };
    assert.deepEqual([login, recipients], ["registry hush", mail.to]);
    assert.match(content, new RegExp(`^Subject: ${title.replaceAll(/[()]/g, "\\$&")}$`, "m"));
    assert.match(content, /^ {2}What to do: Mend it\.$/m);
    assert.match(content, /^ {2}instance=3D2$/m);

    const told = (await (await fetch(`${api}/status`)).text()) + (await docker.logs(stack));
    assert.ok(told.includes("on-call.secret"));
    assert.ok(!told.includes("hush"));
  });
});
