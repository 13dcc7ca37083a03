import { isText } from "./checks";
import type { Problems } from "./errors";
import { awsAlerts } from "./render/aws-alarms";
import { resolveAlertsAmong } from "./resolve-alerts";
import { isArn } from "./resolve-aws-checks";
import type { AwsMonitoringShape } from "./shape-aws-monitoring";
import type { AwsMonitoringTopology } from "./topology-aws";

/** Fills in and checks monitoring in CloudWatch. */
export function resolveAwsMonitoring(shape: AwsMonitoringShape, problems: Problems): AwsMonitoringTopology {
  const { alerts = {}, emails = [], existingTopicArn, dashboard = true } = shape;
  for (const [index, email] of emails.entries())
    problems.require(isText(email, /^[^\s@]+@[^\s@]+$/), `monitoring.emails[${index}]`, `"${email}" is not an e-mail address`);
  problems.require(
    existingTopicArn === undefined || isArn(existingTopicArn, "sns"),
    "monitoring.existingTopicArn",
    `"${existingTopicArn}" is not the ARN of a topic in SNS`,
  );
  problems.require(
    existingTopicArn === undefined || emails.length === 0,
    "monitoring.emails",
    "have no effect on monitoring.existingTopicArn, whose subscribers are its own: leave one of them out",
  );
  return {
    alerting: { alerts: resolveAlertsAmong(awsAlerts, "on AWS", alerts, problems) },
    emails,
    ...(existingTopicArn === undefined ? {} : { existingTopicArn }),
    dashboard,
  };
}
