import { isHostPort } from "./addresses";
import { checkNumber, checkText, isText } from "./checks";
import type { Bounds } from "./checks";
import type { Problems } from "./errors";
import { AlertName, AlertSeverity, ReceiverKind } from "./shape-alerts";
import type { AlertingShape, AlertShape, DeadMansSwitchShape, EmailShape, ReceiverShape } from "./shape-alerts";

/** An alert that there is. */
export interface AlertSetting {
  /** Which one. */
  name: AlertName;
  /** What has to be passed, in the unit of the alert; 0 where there is none. */
  threshold: number;
  /** How long that has to be so, seconds. */
  forSeconds: number;
}

/** A receiver, with everything decided. */
export interface ReceiverTopology {
  /** Its name. */
  name: string;
  /** How it hears of alerts. */
  kind: ReceiverKind;
  /** The least severity that it hears of. */
  minimumSeverity: AlertSeverity;
  /** Whether it hears, too, when an alert is over. */
  sendResolved: boolean;
  /** HTTP proxy on the way to it. */
  proxyUrl?: string;
  /** Certificates of its CAs. */
  caPem?: string;
  /** The mail server and who writes to whom. */
  email?: EmailShape;
  /** Whether there has to be a secret: the URL, or the password at the mail server. */
  hasSecret: boolean;
}

/** The dead man's switch, with everything decided. */
export interface DeadMansSwitchTopology {
  /** How often it is called, seconds. */
  intervalSeconds: number;
  /** HTTP proxy on the way to it. */
  proxyUrl?: string;
  /** Certificates of its CAs. */
  caPem?: string;
}

/** Alerts and who hears of them, with everything decided. */
export interface AlertingTopology {
  /** The alerts that there are. */
  alerts: AlertSetting[];
  /** Who hears of them, by name. */
  receivers: ReceiverTopology[];
  /** Who is told that somebody watches. */
  deadMansSwitch?: DeadMansSwitchTopology;
  /** When a receiver hears again of an alert that goes on, hours. */
  repeatHours: number;
}

/** What an alert goes by unless it is told otherwise. */
interface AlertDefaults {
  /** What has to be passed, and between which bounds it may be. @default - nothing: the alert has no threshold */
  threshold?: Bounds & { is: number };
  /** How long, seconds. */
  forSeconds: number;
}

const percent = { from: 0, to: 100 };
const positive = { from: 0, to: 1_000_000 };

/** The one place where thresholds are decided. Their units stand at `AlertName`. */
const defaults: Readonly<Record<AlertName, AlertDefaults>> = {
  [AlertName.StorageFillingUp]: { threshold: { is: 85, ...percent }, forSeconds: 600 },
  [AlertName.StorageAlmostFull]: { threshold: { is: 90, ...percent }, forSeconds: 600 },
  [AlertName.PushFailures]: { threshold: { is: 5, ...percent }, forSeconds: 300 },
  [AlertName.PullFailures]: { threshold: { is: 5, ...percent }, forSeconds: 300 },
  [AlertName.AuthenticationFailures]: { threshold: { is: 10, ...positive }, forSeconds: 0 },
  [AlertName.LatencyHigh]: { threshold: { is: 1, from: 0.001, to: 60 }, forSeconds: 600 },
  [AlertName.NodeDown]: { forSeconds: 120 },
  [AlertName.BalancerDown]: { forSeconds: 60 },
  [AlertName.RedisDown]: { forSeconds: 120 },
  [AlertName.RedisPrimaryMissing]: { forSeconds: 60 },
  [AlertName.ObjectStoreDown]: { forSeconds: 60 },
  [AlertName.CertificateEndsSoon]: { threshold: { is: 21, from: 0, to: 3650 }, forSeconds: 300 },
  [AlertName.BackupTooOld]: { threshold: { is: 1.5, from: 1, to: 1000 }, forSeconds: 300 },
  [AlertName.BackupFailed]: { forSeconds: 60 },
  [AlertName.ProbeFailing]: { threshold: { is: 180, from: 60, to: 86_400 }, forSeconds: 60 },
  [AlertName.ReplicationLag]: { threshold: { is: 30, ...positive }, forSeconds: 300 },
  [AlertName.HostDown]: { forSeconds: 120 },
  [AlertName.GarbageCollectionTooOld]: { threshold: { is: 50, from: 1, to: 8760, whole: true }, forSeconds: 300 },
  [AlertName.Watchdog]: { forSeconds: 0 },
};

/** Fills in and checks alerts and who hears of them. */
export function resolveAlerting(shape: AlertingShape, problems: Problems): AlertingTopology {
  const repeatHours = shape.repeatHours ?? 4;
  checkNumber(problems, "monitoring.repeatHours", repeatHours, { from: 1, to: 168, whole: true });
  const receivers = shape.receivers ?? {};
  return {
    alerts: resolveAlerts(shape.alerts ?? {}, problems),
    receivers: Object.keys(receivers)
      .sort()
      .map((name) => resolveReceiver(name, receivers[name], problems)),
    ...(shape.deadMansSwitch === undefined ? {} : { deadMansSwitch: resolveDeadMansSwitch(shape.deadMansSwitch, problems) }),
    repeatHours,
  };
}

/** The alerts that there are, with what was changed of them. */
export function resolveAlerts(shape: Record<string, AlertShape>, problems: Problems): AlertSetting[] {
  const names = Object.values(AlertName);
  for (const name of Object.keys(shape)) {
    problems.require(
      names.some((known) => known === name),
      `monitoring.alerts.${name}`,
      `is no alert; the alerts are ${names.join(", ")}`,
    );
  }
  return names.flatMap((name) => {
    const { enabled = true, ...changed } = shape[name] ?? {};
    const setting = resolveAlert(name, changed, problems);
    return enabled ? [setting] : [];
  });
}

/**
 * The same where there are only some of the alerts.
 *
 * @param there Names of those whose metrics there are.
 * @param place Where the others' are missing, as `on AWS`.
 */
export function resolveAlertsAmong(
  there: readonly string[],
  place: string,
  shape: Record<string, AlertShape>,
  problems: Problems,
): AlertSetting[] {
  const settings = resolveAlerts(shape, problems);
  for (const { name } of settings)
    problems.require(
      there.includes(name) || !(name in shape),
      `monitoring.alerts.${name}`,
      `has no effect, since nothing ${place} tells what it goes by: leave it out`,
    );
  return settings.filter(({ name }) => there.includes(name));
}

function resolveAlert(name: AlertName, changed: AlertShape, problems: Problems): AlertSetting {
  const { threshold, forSeconds } = defaults[name];
  const at = (field: string): string => `monitoring.alerts.${name}.${field}`;
  checkNumber(problems, at("forSeconds"), changed.forSeconds, { from: 0, to: 604_800, whole: true });
  if (threshold === undefined)
    problems.require(changed.threshold === undefined, at("threshold"), "the alert has no threshold: leave it out");
  else checkNumber(problems, at("threshold"), changed.threshold, threshold);
  return { name, threshold: changed.threshold ?? threshold?.is ?? 0, forSeconds: changed.forSeconds ?? forSeconds };
}

function resolveReceiver(name: string, shape: ReceiverShape | undefined, problems: Problems): ReceiverTopology {
  const path = `monitoring.receivers.${name}`;
  const fits = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(name) && !reservedNames.includes(name);
  problems.require(
    fits,
    path,
    `use 1 to 40 lower-case letters, digits and hyphens, with a letter or digit at both ends, and none of ${reservedNames.join(", ")}`,
  );
  const { kind = ReceiverKind.Webhook, minimumSeverity = AlertSeverity.Warning, sendResolved = true, email } = shape ?? {};
  checkOneOf(problems, `${path}.kind`, shape?.kind ?? "", Object.values(ReceiverKind));
  checkOneOf(problems, `${path}.minimumSeverity`, minimumSeverity, Object.values(AlertSeverity));
  const isEmail = kind === ReceiverKind.Email;
  if (isEmail) {
    checkEmail(`${path}.email`, email, problems);
    problems.require(shape?.proxyUrl === undefined, `${path}.proxyUrl`, "e-mail goes to its server without a proxy: leave it out");
  } else problems.require(email === undefined, `${path}.email`, `has no effect with kind "${kind}": leave it out`);
  return {
    name,
    kind,
    minimumSeverity,
    sendResolved,
    ...resolveWay(path, shape ?? {}, problems),
    ...(email === undefined ? {} : { email }),
    hasSecret: !isEmail || email?.username !== undefined,
  };
}

/** Names that Alertmanager's configuration has already. */
export const nobody = "nobody";

/** Name of the receiver of Watchdog. */
export const deadMansSwitchName = "dead-mans-switch";

const reservedNames = [nobody, deadMansSwitchName];

function resolveDeadMansSwitch(shape: DeadMansSwitchShape, problems: Problems): DeadMansSwitchTopology {
  const intervalSeconds = shape.intervalSeconds ?? 60;
  checkNumber(problems, "monitoring.deadMansSwitch.intervalSeconds", intervalSeconds, { from: 10, to: 86_400, whole: true });
  return { intervalSeconds, ...resolveWay("monitoring.deadMansSwitch", shape, problems) };
}

/** How a receiver is reached. */
interface Way {
  proxyUrl?: string;
  caPem?: string;
}

function resolveWay(path: string, { proxyUrl, caPem }: Way, problems: Problems): Way {
  checkText(problems, `${path}.proxyUrl`, proxyUrl, "url");
  checkText(problems, `${path}.caPem`, caPem, "lines");
  const isPem = caPem === undefined || isText(caPem, /-----BEGIN CERTIFICATE-----/);
  problems.require(isPem, `${path}.caPem`, "holds no certificate: give PEM, with -----BEGIN CERTIFICATE-----");
  return { ...(proxyUrl === undefined ? {} : { proxyUrl }), ...(caPem === undefined ? {} : { caPem }) };
}

function checkEmail(path: string, email: EmailShape | undefined, problems: Problems): void {
  if (email === undefined) {
    problems.add(path, `kind "${ReceiverKind.Email}" needs server, from and to`);
    return;
  }
  problems.require(isHostPort(email.server ?? ""), `${path}.server`, `"${email.server}" is not host:port, as smtp.corp.example:587`);
  problems.require(isText(email.from, address), `${path}.from`, `"${email.from}" is no e-mail address`);
  const to = email.to ?? [];
  problems.require(to.length > 0, `${path}.to`, "nobody would get the e-mail: give at least one address");
  for (const [index, each] of to.entries()) {
    problems.require(isText(each, address), `${path}.to[${index}]`, `"${each}" is no e-mail address`);
  }
  checkText(problems, `${path}.username`, email.username, "line");
}

/** An address alone, without a name: Alertmanager parses a list of them, and templates what it is given. */
const address = /^[A-Za-z0-9.!#$%&'*+/=?^_`|~-]+@[A-Za-z0-9.-]+$/;

function checkOneOf(problems: Problems, path: string, value: string, known: readonly string[]): void {
  problems.require(known.includes(value), path, `"${value}" is not one of ${known.join(", ")}`);
}
