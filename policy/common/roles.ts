/** What a program that runs for long is for. */
export enum Role {
  /** A registry that clients push to and pull from. */
  Registry = "registry",
  /** What spreads requests over registries. */
  Balancer = "balancer",
  /** A server that speaks Redis's protocol. */
  Redis = "redis",
  /** What chooses another primary of Redis. */
  Sentinel = "sentinel",
  /** An object store. */
  ObjectStore = "object store",
  /** What collects logs. */
  LogCollector = "log collector",
  /** What copies data elsewhere. */
  Backup = "backup",
  /** What raises alerts. */
  Alerting = "alerting",
}

/** Names of images, without registry, path and tag. */
const images: readonly (readonly [Role, RegExp])[] = [
  [Role.Registry, /^(?:registry|distribution|registry-photon|zot(?:-linux-\w+|-minimal.*)?)$/],
  [Role.Balancer, /^(?:haproxy(?:-alpine|-debian)?|nginx(?:-unprivileged)?|traefik|envoy|caddy)$/],
  [Role.Sentinel, /^redis-sentinel$/],
  [Role.Redis, /^(?:redis|valkey|keydb|redis-stack-server|dragonfly)$/],
  [Role.ObjectStore, /^(?:garage|minio|seaweedfs|rustfs|versitygw)$/],
  [Role.LogCollector, /^(?:syslog-ng|fluentd|fluent-bit|vector|logstash|filebeat|promtail|alloy|rsyslog.*)$/],
  [Role.Backup, /^(?:rclone|restic|kopia|borg.*|duplicity)$/],
  [Role.Alerting, /^(?:alertmanager|vmalert|grafana)$/],
];

/** What can be seen of a program that runs for long. */
export interface Program {
  /** Name of its image, without registry, path and tag; undefined for an image ID. */
  image: string | undefined;
  /** Entry point and command. */
  words: readonly string[];
  /** Its environment, as `NAME=value`. */
  environment: readonly string[];
  /** Paths at which something is mounted. */
  targets: readonly string[];
}

/** What a program is for: by its image, or where that tells nothing by its command, its environment and its mounts. */
export function roleOfProgram(program: Program): Role | undefined {
  const { image, words } = program;
  const role = images.find(([, pattern]) => image !== undefined && pattern.test(image))?.[0] ?? roleByTraces(program);
  if (role === Role.Redis && words.some((word) => word.includes("sentinel"))) return Role.Sentinel;
  // The image of a balancer also holds networks open, in which balancers run.
  return role === Role.Balancer && words.some((word) => /\bsleep\b/.test(word)) ? undefined : role;
}

function roleByTraces({ words, environment, targets }: Program): Role | undefined {
  const runs = (pattern: RegExp): boolean => words.some((word) => pattern.test(word));
  if (environment.some((variable) => /^REGISTRY_(?:HTTP|STORAGE|AUTH)/.test(variable))) return Role.Registry;
  if (targets.includes("/var/lib/registry") && words.length === 0) return Role.Registry;
  if (runs(/(?:^|\/)registry$/) && words.includes("serve")) return Role.Registry;
  if (runs(/(?:^|\/)haproxy$|haproxy\.cfg$/)) return Role.Balancer;
  if (runs(/(?:^|\/)(?:redis|valkey)-sentinel$/)) return Role.Sentinel;
  if (runs(/(?:^|\/)(?:redis|valkey)-server$/)) return Role.Redis;
  return undefined;
}
