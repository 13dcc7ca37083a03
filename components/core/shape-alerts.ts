/** The alerts. The number in each comment is its `threshold` and how long it has to be passed (`forSeconds`) unless others are given. */
export enum AlertName {
  /** The store's disk is filling up: percent of it that are in use. 85, for 600 s. */
  StorageFillingUp = "StorageFillingUp",
  /** The store's disk is almost full: percent of it that are in use. 90, for 600 s. */
  StorageAlmostFull = "StorageAlmostFull",
  /** Pushes fail: percent of requests that change something and end in a 5xx, where there are 20 of them in 5 minutes. 5, for 300 s. */
  PushFailures = "PushFailures",
  /** Pulls fail: percent of requests that read something and end in a 5xx, where there are 20 of them in 5 minutes. 5, for 300 s. */
  PullFailures = "PullFailures",
  /** Logins are refused: how many in a minute, at all balancers. A request without a password does not count. 10, for 0 s. */
  AuthenticationFailures = "AuthenticationFailures",
  /** Answers are slow: seconds that 95 of 100 requests for manifests take less than, at the nodes. 1, for 600 s. */
  LatencyHigh = "LatencyHigh",
  /** A registry node does not answer. It has no threshold. For 120 s. */
  NodeDown = "NodeDown",
  /** A HAProxy does not answer. It has no threshold. For 60 s. */
  BalancerDown = "BalancerDown",
  /** A Redis server or sentinel does not answer. It has no threshold. For 120 s. */
  RedisDown = "RedisDown",
  /** Of several Redis servers not exactly one is the primary. It has no threshold. For 60 s. */
  RedisPrimaryMissing = "RedisPrimaryMissing",
  /** The nodes, or Garage, say that the store does not answer. It has no threshold. For 60 s. */
  ObjectStoreDown = "ObjectStoreDown",
  /** A certificate ends soon: days that are left. 21, for 300 s; critical at a third of it. */
  CertificateEndsSoon = "CertificateEndsSoon",
  /** The last good backup is too old: its age in intervals of the backup's plan. 1.5, for 300 s. */
  BackupTooOld = "BackupTooOld",
  /** The last backup failed. It has no threshold. For 60 s. */
  BackupFailed = "BackupFailed",
  /** The synthetic push and pull fails: seconds since the last that succeeded. 180, for 60 s. */
  ProbeFailing = "ProbeFailing",
  /** Copies are behind: seconds since a Redis replica was last heard of. Garage's blocks that have no copy count alike. 30, for 300 s. */
  ReplicationLag = "ReplicationLag",
  /** A host's node exporter does not answer. It has no threshold. For 120 s. */
  HostDown = "HostDown",
  /** Garbage was last collected too long ago: hours. 50, for 300 s. */
  GarbageCollectionTooOld = "GarbageCollectionTooOld",
  /** Always there: whoever hears it no more knows that nobody watches. It has no threshold. For 0 s. */
  Watchdog = "Watchdog",
}

/** How bad an alert is. */
export enum AlertSeverity {
  /** Something has to be done on one of the next days. */
  Warning = "warning",
  /** Users notice, or will soon: something has to be done now. */
  Critical = "critical",
}

/** What may be changed of an alert. */
export interface AlertShape {
  /** Whether there is this alert. @default true */
  enabled?: boolean;
  /** What has to be passed, in the unit that the alert has; see `AlertName`. @default - the alert's */
  threshold?: number;
  /** How long that has to be so, seconds. @default - the alert's */
  forSeconds?: number;
}

/** How a receiver hears of alerts. */
export enum ReceiverKind {
  /** Alertmanager's own JSON, posted to a URL. */
  Webhook = "webhook",
  /** E-mail. */
  Email = "email",
  /** The robot of a WeCom (企业微信) group. */
  WeCom = "wecom",
  /** The robot of a DingTalk (钉钉) group. Its security setting has to be keyword (`ha-registry`) or address: requests are not signed. */
  DingTalk = "dingtalk",
}

/**
 * Who hears of alerts. What is secret comes separately: the URL of a webhook or robot, which holds a token, or the password at the
 * mail server.
 */
export interface ReceiverShape {
  /** How it hears of them. */
  kind: ReceiverKind;
  /** The least severity that it hears of. @default AlertSeverity.Warning */
  minimumSeverity?: AlertSeverity;
  /** Whether it hears, too, when an alert is over. @default true */
  sendResolved?: boolean;
  /** HTTP proxy on the way to a webhook or robot, as `http://proxy.corp.example:3128`. @default - none */
  proxyUrl?: string;
  /** Certificates (PEM) of the CAs that the receiver's certificate may come from. @default - the public ones */
  caPem?: string;
  /** The mail server and who writes to whom, for `ReceiverKind.Email`. */
  email?: EmailShape;
}

/** How e-mail is sent. */
export interface EmailShape {
  /** `host:port` of the mail server. Port 465 is TLS from the first byte, every other one has to offer STARTTLS. */
  server: string;
  /** Sender's address. */
  from: string;
  /** Recipients' addresses. */
  to: string[];
  /** User at the mail server; the password is a secret and comes separately. @default - none: the server asks for no login */
  username?: string;
}

/**
 * A dead man's switch: a service outside that raises an alarm when it is no longer called. It is told of Watchdog again and again; its URL is a
 * secret and comes separately.
 */
export interface DeadMansSwitchShape {
  /** How often it is called, seconds. @default 60 */
  intervalSeconds?: number;
  /** HTTP proxy on the way to it. @default - none */
  proxyUrl?: string;
  /** Certificates (PEM) of the CAs that its certificate may come from. @default - the public ones */
  caPem?: string;
}

/** Alerts and who hears of them. */
export interface AlertingShape {
  /** What is to be different of some alerts, by `AlertName`. @default - every alert as it is */
  alerts?: Record<string, AlertShape>;
  /** Who hears of alerts, by name. @default - nobody: alerts are seen in Prometheus and Alertmanager only */
  receivers?: Record<string, ReceiverShape>;
  /** Who is told that somebody watches. @default - nobody */
  deadMansSwitch?: DeadMansSwitchShape;
  /** When a receiver hears again of an alert that goes on, hours. @default 4 */
  repeatHours?: number;
}
