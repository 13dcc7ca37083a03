import type { AlertShape } from "./shape-alerts";

/** Monitoring in CloudWatch: metrics out of HAProxy's log and of AWS's own, alarms, and a dashboard. */
export interface AwsMonitoringShape {
  /**
   * What is to be different of some alerts, by `AlertName`. There are those whose metrics AWS has. CloudWatch counts in minutes, so `forSeconds` is taken for
   * whole ones.
   * @default - every alert as it is
   */
  alerts?: Record<string, AlertShape>;
  /** E-mail addresses that hear of alarms; each has to confirm once. @default - none */
  emails?: string[];
  /** ARN of a topic of yours in SNS that hears of alarms. @default - a topic of the registry's */
  existingTopicArn?: string;
  /** Whether there is a dashboard. @default true */
  dashboard?: boolean;
}
