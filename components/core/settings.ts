/**
 * What only ends inside the registry's configuration file. Every value may be a Pulumi output in the components.
 * Names follow distribution's own documentation of `config.yml`.
 */
export interface RegistrySettings {
  /** Whether manifests and blobs may be deleted. @default true */
  deleteEnabled?: boolean;
  /** Whether pushes are refused. @default false */
  readOnly?: boolean;
  /** Age at which an abandoned upload is removed, hours. @default 168, as the guides say */
  uploadPurgeAgeHours?: number;
  /** How often abandoned uploads are looked for, hours. @default 24 */
  uploadPurgeIntervalHours?: number;
  /** Longest list that `/v2/_catalog` returns at once. @default 1000 */
  catalogMaxEntries?: number;
  /** Longest list that `tags/list` returns at once. @default 1000 */
  maxTags?: number;
  /** How many tags are looked up at once when a manifest is deleted. @default - the registry's */
  tagConcurrencyLimit?: number;
  /** Makes this registry a pull-through cache: then it cannot be pushed to. @default - none */
  proxy?: ProxySettings;
  /** Receivers of push, pull and delete events, by name. @default - none */
  notifications?: Record<string, NotificationSettings>;
  /** Further headers of every response. @default - none */
  headers?: Record<string, string[]>;
  /** YAML that is merged over everything else, last; maps merge, lists and scalars replace, null removes. @default - none */
  extraConfig?: string;
}

/** The upstream of a pull-through cache. User name and password are secrets and come separately. */
export interface ProxySettings {
  /** URL of the upstream, as `https://registry-1.docker.io`. */
  remoteUrl: string;
  /** How long a blob is kept, hours; 0 keeps it for ever. @default 168 */
  ttlHours?: number;
}

/** A receiver of events. Its headers may hold secrets and come separately. */
export interface NotificationSettings {
  /** Where events are posted. */
  url: string;
  /** Timeout of a post, milliseconds. @default 1000 */
  timeoutMilliseconds?: number;
  /** Failures after which posting pauses. @default 5 */
  threshold?: number;
  /** Length of the pause, seconds. @default 10 */
  backoffSeconds?: number;
  /** Media types whose events are left out. @default - none */
  ignoredMediaTypes?: string[];
  /** Actions left out, of pull, push, mount, delete. @default - none */
  ignoredActions?: string[];
}

/** The secrets that end in the registry's files. */
export interface RegistrySecrets {
  /** Signs the state of uploads; equal on every node, or an upload that changes nodes fails ("invalid secret"). */
  httpSecret: string;
  /** Password of Redis. @default - none */
  redisPassword?: string;
  /** Password of the sentinels. @default - none */
  redisSentinelPassword?: string;
  /** Access key of the S3 endpoint. @default - the SDK's default chain */
  s3AccessKey?: string;
  /** Secret key of the S3 endpoint. @default - the SDK's default chain */
  s3SecretKey?: string;
  /** User at the upstream of a pull-through cache. @default - anonymous */
  proxyUsername?: string;
  /** Password at the upstream of a pull-through cache. @default - anonymous */
  proxyPassword?: string;
  /** Headers of event posts, by receiver, then by header. @default - none */
  notificationHeaders?: Record<string, Record<string, string[]>>;
}
