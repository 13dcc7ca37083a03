import type { AlertSetting } from "../resolve-alerts";
import { AlertName } from "../shape-alerts";
import type { AwsTopology } from "../topology-aws";
import { enoughRequests } from "./alert-rules-traffic";

/** A metric that is counted out of the lines that HAProxys write. */
export interface LogMetric {
  /** Its name. */
  name: string;
  /** Lines that count, in CloudWatch's words. */
  pattern: string;
  /** What a line counts. */
  value: string;
}

/** Names of the counted metrics. */
export enum LogMetricName {
  Pushes = "Pushes",
  FailedPushes = "FailedPushes",
  Pulls = "Pulls",
  FailedPulls = "FailedPulls",
  RefusedLogins = "RefusedLogins",
  ManifestMilliseconds = "ManifestMilliseconds",
}

const writes = '(($.method = "POST") || ($.method = "PATCH") || ($.method = "PUT") || ($.method = "DELETE"))';
const reads = '(($.method = "GET") || ($.method = "HEAD"))';
const failed = "($.status >= 500)";

/** The counted metrics: fields are those of `requestLog` in haproxy-log.ts. */
export const logMetrics: readonly LogMetric[] = [
  { name: LogMetricName.Pushes, pattern: `{ ${writes} }`, value: "1" },
  { name: LogMetricName.FailedPushes, pattern: `{ ${writes} && ${failed} }`, value: "1" },
  { name: LogMetricName.Pulls, pattern: `{ ${reads} }`, value: "1" },
  { name: LogMetricName.FailedPulls, pattern: `{ ${reads} && ${failed} }`, value: "1" },
  // A request without a password gets its 401 as an invitation, and has no user.
  { name: LogMetricName.RefusedLogins, pattern: '{ ($.status = 401) && ($.user = "*") }', value: "1" },
  // Blobs would tell of their size and of the client's line.
  {
    name: LogMetricName.ManifestMilliseconds,
    pattern: '{ ($.path = "/v2/*/manifests/*") && ($.response_ms >= 0) }',
    value: "$.response_ms",
  },
];

/** CloudWatch's namespace of a registry's counted metrics. */
export function logNamespace(registry: string): string {
  return `ha-registry/${registry}`;
}

/** How CloudWatch calls what AWS's own metrics are about. */
export interface AlarmSubjects {
  /** The load balancer. */
  balancer: string;
  /** Its group of tasks. */
  targets: string;
  /** ID of the Redis group; none where there is none of the registry's own. */
  redis?: string;
  /** ARN of the certificate in ACM. */
  certificateArn: string;
}

/** A metric, as CloudWatch is asked for it. */
export interface AlarmMetric {
  /** Namespace. */
  namespace: string;
  /** Name. */
  metricName: string;
  /** What it is of. */
  dimensions: Record<string, string>;
  /** How values of a period become one, as `Sum` or `p95`. */
  stat: string;
}

/** An alarm. */
export interface Alarm {
  /** Which alert it is. */
  name: AlertName;
  /** What it means, and what to do. */
  description: string;
  /** What it goes by, by the name that `expression` has for it. */
  metrics: Record<string, AlarmMetric>;
  /** What is computed of them. @default - the only metric itself */
  expression?: string;
  /** What is compared with the threshold, and how. */
  comparison: "GreaterThanThreshold" | "LessThanThreshold";
  /** The threshold. */
  threshold: number;
  /** Length of a period, seconds. */
  periodSeconds: number;
  /** How many periods the threshold has to be passed. */
  periods: number;
  /** What no value means. */
  missing: "breaching" | "notBreaching";
}

/** Alerts that there are on AWS, with what each needs beside its settings. */
type Definition = (setting: AlertSetting, topology: AwsTopology, subjects: AlarmSubjects) => Omit<Alarm, "name" | "periods"> | undefined;

function counted({ name }: AwsTopology, metricName: LogMetricName, stat: string): AlarmMetric {
  return { namespace: logNamespace(name), metricName, dimensions: {}, stat };
}

function ofTargets({ balancer, targets }: AlarmSubjects, metricName: string, stat: string): AlarmMetric {
  return { namespace: "AWS/NetworkELB", metricName, dimensions: { LoadBalancer: balancer, TargetGroup: targets }, stat };
}

function failing(what: string, all: LogMetricName, failures: LogMetricName): Definition {
  return ({ threshold }, topology) => ({
    description: `${what} fail: more than ${threshold} % of them ended in a 5xx. Look in the log group of the nodes for the requests that failed.`,
    metrics: { requests: counted(topology, all, "Sum"), failures: counted(topology, failures, "Sum") },
    expression: `IF(requests >= ${enoughRequests}, 100 * FILL(failures, 0) / requests, 0)`,
    comparison: "GreaterThanThreshold",
    threshold,
    periodSeconds: 300,
    missing: "notBreaching",
  });
}

const definitions: Partial<Record<AlertName, Definition>> = {
  [AlertName.PushFailures]: failing("Pushes", LogMetricName.Pushes, LogMetricName.FailedPushes),
  [AlertName.PullFailures]: failing("Pulls", LogMetricName.Pulls, LogMetricName.FailedPulls),
  [AlertName.AuthenticationFailures]: ({ threshold }, topology) => ({
    description: `More than ${threshold} logins in a minute had a wrong user or password. Look in the log for requests with status 401 and a user.`,
    metrics: { refused: counted(topology, LogMetricName.RefusedLogins, "Sum") },
    comparison: "GreaterThanThreshold",
    threshold,
    periodSeconds: 60,
    missing: "notBreaching",
  }),
  [AlertName.LatencyHigh]: ({ threshold }, topology) => ({
    description: `Of 100 requests for manifests 95 take up to more than ${threshold} s. Look at the use of CPU of the tasks, and at Redis.`,
    metrics: { latency: counted(topology, LogMetricName.ManifestMilliseconds, "p95") },
    comparison: "GreaterThanThreshold",
    threshold: threshold * 1000,
    periodSeconds: 60,
    missing: "notBreaching",
  }),
  [AlertName.NodeDown]: (_, __, subjects) => ({
    description: "A task does not answer the load balancer. ECS replaces it; look at the service's events if it does not get better.",
    metrics: { unhealthy: ofTargets(subjects, "UnHealthyHostCount", "Minimum") },
    comparison: "GreaterThanThreshold",
    threshold: 0,
    periodSeconds: 60,
    missing: "notBreaching",
  }),
  [AlertName.BalancerDown]: (_, __, subjects) => ({
    description:
      "The load balancer has no task to hand on to: nobody can pull. Look at the service's events, and at the tasks that stopped.",
    metrics: { healthy: ofTargets(subjects, "HealthyHostCount", "Maximum") },
    comparison: "LessThanThreshold",
    threshold: 1,
    periodSeconds: 60,
    missing: "breaching",
  }),
  [AlertName.RedisDown]: (_, __, { redis }) =>
    redis === undefined
      ? undefined
      : {
          description: "Redis tells nothing of itself. Pulls are slower meanwhile, and none fails.",
          metrics: { cpu: ofRedis(redis, "EngineCPUUtilization", "SampleCount") },
          comparison: "LessThanThreshold",
          threshold: 1,
          periodSeconds: 60,
          missing: "breaching",
        },
  [AlertName.ReplicationLag]: ({ threshold }, topology, { redis }) =>
    redis === undefined || topology.redis.count < 2
      ? undefined
      : {
          description: `A replica of Redis is more than ${threshold} s behind. After a fail-over some descriptors are looked up anew.`,
          metrics: { lag: ofRedis(redis, "ReplicationLag", "Maximum", "002") },
          comparison: "GreaterThanThreshold",
          threshold,
          periodSeconds: 60,
          missing: "notBreaching",
        },
  [AlertName.CertificateEndsSoon]: ({ threshold }, _, { certificateArn }) => ({
    description: `The certificate that clients see ends in less than ${threshold} days. ACM renews its own while the DNS records are there that prove the names; of others run \`up\`.`,
    metrics: {
      days: {
        namespace: "AWS/CertificateManager",
        metricName: "DaysToExpiry",
        dimensions: { CertificateArn: certificateArn },
        stat: "Minimum",
      },
    },
    comparison: "LessThanThreshold",
    threshold,
    periodSeconds: 86_400, // ACM tells it twice a day
    missing: "notBreaching",
  }),
};

/** CloudWatch knows the members of a group, which are numbered, the first one with 001. */
function ofRedis(group: string, metricName: string, stat: string, member = "001"): AlarmMetric {
  return { namespace: "AWS/ElastiCache", metricName, dimensions: { CacheClusterId: `${group}-${member}` }, stat };
}

/** Names of the alerts that there are on AWS. */
export const awsAlerts: readonly AlertName[] = Object.values(AlertName).filter((name) => name in definitions);

/** The alarms of a registry. */
export function renderAlarms(topology: AwsTopology, settings: readonly AlertSetting[], subjects: AlarmSubjects): Alarm[] {
  return settings.flatMap((setting) => {
    const alarm = definitions[setting.name]?.(setting, topology, subjects);
    if (alarm === undefined) return [];
    return [{ name: setting.name, ...alarm, periods: Math.max(1, Math.round(setting.forSeconds / alarm.periodSeconds)) }];
  });
}

/** The dashboard: what clients get, tasks, and Redis, as CloudWatch reads it. */
export function renderAwsDashboard(topology: AwsTopology, subjects: AlarmSubjects): string {
  const { region } = topology;
  const panels: [title: string, metrics: [label: string, metric: AlarmMetric][]][] = [
    [
      "Requests",
      [
        ["pulls", counted(topology, LogMetricName.Pulls, "Sum")],
        ["pushes", counted(topology, LogMetricName.Pushes, "Sum")],
      ],
    ],
    [
      "Failures",
      [
        ["failed pulls", counted(topology, LogMetricName.FailedPulls, "Sum")],
        ["failed pushes", counted(topology, LogMetricName.FailedPushes, "Sum")],
        ["refused logins", counted(topology, LogMetricName.RefusedLogins, "Sum")],
      ],
    ],
    ["Manifests, milliseconds", ["p50", "p95", "p99"].map((stat) => [stat, counted(topology, LogMetricName.ManifestMilliseconds, stat)])],
    [
      "Tasks",
      [
        ["healthy", ofTargets(subjects, "HealthyHostCount", "Minimum")],
        ["unhealthy", ofTargets(subjects, "UnHealthyHostCount", "Maximum")],
      ],
    ],
    [
      "Traffic, bytes",
      [["processed", { ...ofTargets(subjects, "ProcessedBytes", "Sum"), dimensions: { LoadBalancer: subjects.balancer } }]],
    ],
    ...(subjects.redis === undefined
      ? []
      : ([
          [
            "Redis, percent",
            [
              ["memory", ofRedis(subjects.redis, "DatabaseMemoryUsagePercentage", "Maximum")],
              ["CPU", ofRedis(subjects.redis, "EngineCPUUtilization", "Maximum")],
              ["hits", ofRedis(subjects.redis, "CacheHitRate", "Average")],
            ],
          ],
        ] satisfies typeof panels)),
  ];
  const widgets = panels.map(([title, metrics], index) => ({
    type: "metric",
    x: (index % 2) * 12,
    y: Math.floor(index / 2) * 6,
    width: 12,
    height: 6,
    properties: {
      title,
      region,
      view: "timeSeries",
      stacked: false,
      period: 60,
      metrics: metrics.map(([label, { namespace, metricName, dimensions, stat }]) => [
        namespace,
        metricName,
        ...Object.entries(dimensions).flat(),
        { label, stat },
      ]),
    },
  }));
  return JSON.stringify({ widgets });
}
