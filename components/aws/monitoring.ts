import { Dashboard } from "@pulumi/aws/cloudwatch/dashboard";
import { LogMetricFilter } from "@pulumi/aws/cloudwatch/logMetricFilter";
import { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm";
import { Topic } from "@pulumi/aws/sns/topic";
import { TopicSubscription } from "@pulumi/aws/sns/topicSubscription";
import type * as inputs from "@pulumi/aws/types/input";
import * as pulumi from "@pulumi/pulumi";
import { logMetrics, logNamespace, renderAlarms, renderAwsDashboard } from "ha-registry-core";
import type { Alarm, AlarmSubjects, AwsMonitoringTopology, AwsTopology } from "ha-registry-core";
import { regional } from "./resources";

/** Arguments of `Monitoring`. */
export interface MonitoringArgs {
  /** The resolved registry. */
  topology: AwsTopology;
  /** Log group of the nodes. */
  logGroupName: pulumi.Input<string>;
  /** How CloudWatch calls the load balancer. */
  balancerMetricName: pulumi.Input<string>;
  /** How CloudWatch calls its group of tasks. */
  targetMetricName: pulumi.Input<string>;
  /** ID of the Redis group. @default - none: there is no Redis of the registry's own */
  redisGroupId?: pulumi.Input<string>;
  /** ARN of the certificate that clients see. */
  certificateArn: pulumi.Input<string>;
  /** ARN of the key that messages are encrypted with. */
  keyArn: pulumi.Input<string>;
}

const part = "monitoring";

/** Monitoring in CloudWatch: metrics counted out of HAProxy's log, alarms by the same rules as on other substrates, who hears of them, and a dashboard. */
export class Monitoring extends pulumi.ComponentResource {
  /** ARN of the topic that hears of alarms. */
  readonly topicArn: pulumi.Output<string>;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-aws:index:Monitoring", name, {}, opts);
    const { topology } = args;
    const { monitoring, region } = topology;
    if (monitoring === undefined) throw new Error("there is nothing to monitor with");
    const child = { parent: this };

    for (const { name: metric, pattern, value } of logMetrics)
      new LogMetricFilter(
        `${name}-${metric}`,
        {
          region,
          logGroupName: args.logGroupName,
          pattern,
          metricTransformation: { namespace: logNamespace(topology.name), name: metric, value },
        },
        child,
      );
    this.topicArn = this.makeTopic(name, topology, monitoring, args.keyArn);
    const subjects: pulumi.Output<AlarmSubjects> = pulumi.output({
      balancer: args.balancerMetricName,
      targets: args.targetMetricName,
      certificateArn: args.certificateArn,
      ...(args.redisGroupId === undefined ? {} : { redis: args.redisGroupId }),
    });
    this.makeAlarms(name, topology, monitoring, subjects);
    if (monitoring.dashboard)
      new Dashboard(
        name,
        {
          region,
          dashboardName: `ha-registry-${topology.name}-${region}`,
          dashboardBody: subjects.apply((found) => renderAwsDashboard(topology, found)),
        },
        child,
      );
    this.registerOutputs({ topicArn: this.topicArn });
  }

  private makeTopic(
    name: string,
    topology: AwsTopology,
    { emails, existingTopicArn }: AwsMonitoringTopology,
    keyArn: pulumi.Input<string>,
  ): pulumi.Output<string> {
    if (existingTopicArn !== undefined) return pulumi.output(existingTopicArn);
    const child = { parent: this };
    const topic = new Topic(name, { ...regional(topology, part), kmsMasterKeyId: keyArn }, child);
    for (const email of emails)
      new TopicSubscription(`${name}-${email}`, { region: topology.region, topic: topic.arn, protocol: "email", endpoint: email }, child);
    return topic.arn;
  }

  /** Which alarms there are follows from the arguments alone; what they are about is known later. */
  private makeAlarms(
    name: string,
    topology: AwsTopology,
    { alerting }: AwsMonitoringTopology,
    subjects: pulumi.Output<AlarmSubjects>,
  ): void {
    const place = regional(topology, part);
    const unnamed = { balancer: "", targets: "", certificateArn: "", ...(topology.redis.own ? { redis: "" } : {}) };
    const named = subjects.apply((found) => renderAlarms(topology, alerting.alerts, found));
    for (const [index, planned] of renderAlarms(topology, alerting.alerts, unnamed).entries())
      new MetricAlarm(
        `${name}-${planned.name}`,
        {
          ...place,
          name: `${topology.name}-${planned.name}`,
          alarmDescription: planned.description,
          comparisonOperator: planned.comparison,
          threshold: planned.threshold,
          evaluationPeriods: planned.periods,
          treatMissingData: planned.missing,
          metricQueries: named.apply((alarms) => queriesOf(alarms[index] ?? planned)),
          alarmActions: [this.topicArn],
          okActions: [this.topicArn],
        },
        { parent: this },
      );
  }
}

function queriesOf({ metrics, expression, periodSeconds, name }: Alarm): inputs.cloudwatch.MetricAlarmMetricQuery[] {
  const queries = Object.entries(metrics).map(([id, { namespace, metricName, dimensions, stat }]) => ({
    id,
    metric: { namespace, metricName, dimensions, period: periodSeconds, stat },
    returnData: expression === undefined,
  }));
  return expression === undefined ? queries : [...queries, { id: "result", expression, label: name, returnData: true }];
}
