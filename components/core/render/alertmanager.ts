import { deadMansSwitchName, nobody } from "../resolve-alerts";
import type { AlertingTopology, DeadMansSwitchTopology, ReceiverTopology } from "../resolve-alerts";
import { AlertName, AlertSeverity, ReceiverKind } from "../shape-alerts";
import { markdownTemplate, textTemplate, titleTemplate } from "./alertmanager-templates";
import { stringifyYaml } from "./yaml";

/** Absolute paths of the files that Alertmanager's configuration names. */
export interface AlertmanagerFiles {
  /** What `renderAlertmanagerTemplates` renders. */
  templates: string;
  /** Secrets by name of their receiver: the URL, or the password at the mail server. */
  secrets: Record<string, string>;
  /** Certificates of CAs by name of their receiver. The dead man's switch is named `dead-mans-switch` in both. */
  authorities: Record<string, string>;
}

/** Most alerts in one message to a robot: WeCom takes 4096 bytes. The others come with the next message. */
const mostAlertsOfRobot = 8;

/**
 * Alertmanager's configuration. There is no secret in it: it names files that hold them.
 *
 * @throws {TypeError} when the file of a secret or of a CA is missing.
 */
export function renderAlertmanager({ receivers, deadMansSwitch, repeatHours }: AlertingTopology, files: AlertmanagerFiles): string {
  return stringifyYaml({
    templates: [files.templates],
    route: {
      receiver: nobody,
      // One message for all nodes that are down, not one for each.
      group_by: ["alertname"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: `${repeatHours}h`,
      routes: [watchdogRoute(deadMansSwitch), ...receivers.map(routeOf)],
    },
    inhibit_rules: inhibitions,
    receivers: [
      { name: nobody },
      ...(deadMansSwitch === undefined ? [] : [deadMansSwitchReceiver(deadMansSwitch, files)]),
      ...receivers.map((receiver) => receiverOf(receiver, files)),
    ],
  });
}

function watchdogRoute(deadMansSwitch: DeadMansSwitchTopology | undefined) {
  const matchers = [`alertname="${AlertName.Watchdog}"`];
  if (deadMansSwitch === undefined) return { matchers, receiver: nobody };
  const { intervalSeconds } = deadMansSwitch;
  return {
    matchers,
    receiver: deadMansSwitchName,
    group_wait: "0s",
    group_interval: `${intervalSeconds}s`,
    // Half of it: with the whole, every second message would come a moment too early and be left out.
    repeat_interval: `${Math.floor(intervalSeconds / 2)}s`,
  };
}

function routeOf({ name, minimumSeverity }: ReceiverTopology) {
  const severities = minimumSeverity === AlertSeverity.Critical ? [AlertSeverity.Critical] : Object.values(AlertSeverity);
  return { matchers: [`severity=~"${severities.join("|")}"`], receiver: name, continue: true };
}

/** Those alerts that users notice, whatever they come from. */
const noticed = [AlertName.ProbeFailing, AlertName.PushFailures, AlertName.PullFailures, AlertName.LatencyHigh];

/** What follows from something else is not told: whoever hears of the cause knows. */
const inhibitions = [
  // The same thing, but worse.
  inhibition([`severity="${AlertSeverity.Critical}"`], [`severity="${AlertSeverity.Warning}"`], ["alertname", "instance"]),
  inhibition([named(AlertName.StorageAlmostFull)], [named(AlertName.StorageFillingUp)], ["instance", "mountpoint"]),
  inhibition([named(AlertName.BackupTooOld)], [named(AlertName.BackupFailed)]),
  // What is on a host that is gone. What users notice is told nevertheless: one host should not be missed.
  inhibition(
    [named(AlertName.HostDown)],
    [named(AlertName.NodeDown, AlertName.BalancerDown, AlertName.RedisDown, AlertName.ReplicationLag), warning()],
    ["host"],
  ),
  // Nobody gets through. One of several that is down is critical for nobody, and hides nothing.
  inhibition([named(AlertName.BalancerDown), critical()], [named(...noticed, AlertName.CertificateEndsSoon)]),
  inhibition([named(AlertName.BalancerDown), critical()], [named(AlertName.BalancerDown), warning()]),
  inhibition([named(AlertName.NodeDown), critical()], [named(...noticed, AlertName.ObjectStoreDown)]),
  inhibition([named(AlertName.NodeDown), critical()], [named(AlertName.NodeDown), warning()]),
  inhibition([named(AlertName.ObjectStoreDown)], [named(...noticed)]),
  inhibition([named(AlertName.RedisPrimaryMissing)], [named(AlertName.ReplicationLag)]),
];

function inhibition(source: string[], target: string[], equal: string[] = []) {
  return { source_matchers: source, target_matchers: target, ...(equal.length === 0 ? {} : { equal }) };
}

function named(...names: AlertName[]): string {
  return `alertname=~"${names.join("|")}"`;
}

function warning(): string {
  return `severity="${AlertSeverity.Warning}"`;
}

function critical(): string {
  return `severity="${AlertSeverity.Critical}"`;
}

function deadMansSwitchReceiver({ proxyUrl, caPem }: DeadMansSwitchTopology, files: AlertmanagerFiles) {
  const name = deadMansSwitchName;
  return {
    name,
    webhook_configs: [{ url_file: secretOf(name, files), send_resolved: false, ...httpConfig({ name, proxyUrl, caPem }, files) }],
  };
}

function receiverOf(receiver: ReceiverTopology, files: AlertmanagerFiles) {
  const { name, kind, sendResolved, proxyUrl, caPem } = receiver;
  if (kind === ReceiverKind.Email) return { name, email_configs: [emailConfig(receiver, files)] };
  const webhook = { url_file: secretOf(name, files), send_resolved: sendResolved, ...httpConfig({ name, proxyUrl, caPem }, files) };
  return {
    name,
    webhook_configs: [kind === ReceiverKind.Webhook ? webhook : { ...webhook, max_alerts: mostAlertsOfRobot, payload: payloadOf(kind) }],
  };
}

/** What the robots of groups take. */
function payloadOf(kind: ReceiverKind.WeCom | ReceiverKind.DingTalk) {
  const markdown =
    kind === ReceiverKind.WeCom ? { content: use(markdownTemplate) } : { title: use(titleTemplate), text: use(markdownTemplate) };
  return { msgtype: "markdown", markdown };
}

function emailConfig({ name, email, hasSecret, sendResolved, caPem }: ReceiverTopology, files: AlertmanagerFiles) {
  if (email === undefined) throw new TypeError(`receiver ${name} has no mail server`);
  return {
    smarthost: email.server,
    from: email.from,
    to: email.to.join(", "),
    require_tls: true,
    ...(hasSecret ? { auth_username: email.username, auth_password_file: secretOf(name, files) } : {}),
    ...(caPem === undefined ? {} : { tls_config: { ca_file: authorityOf(name, files) } }),
    send_resolved: sendResolved,
    headers: { Subject: use(titleTemplate) },
    text: use(textTemplate),
    html: "",
  };
}

/** Where a webhook is, and how it is reached. */
interface Webhook {
  name: string;
  proxyUrl: string | undefined;
  caPem: string | undefined;
}

function httpConfig({ name, proxyUrl, caPem }: Webhook, files: AlertmanagerFiles) {
  if (proxyUrl === undefined && caPem === undefined) return {};
  return { http_config: { proxy_url: proxyUrl, ...(caPem === undefined ? {} : { tls_config: { ca_file: authorityOf(name, files) } }) } };
}

function use(template: string): string {
  return `{{ template "${template}" . }}`;
}

function secretOf(name: string, { secrets }: AlertmanagerFiles): string {
  const path = secrets[name];
  if (path === undefined) throw new TypeError(`the secret of receiver ${name} is missing`);
  return path;
}

function authorityOf(name: string, { authorities }: AlertmanagerFiles): string {
  const path = authorities[name];
  if (path === undefined) throw new TypeError(`the CA of receiver ${name} is missing`);
  return path;
}
