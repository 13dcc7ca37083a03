import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import { FlowLog } from "@pulumi/aws/ec2/flowLog";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import * as pulumi from "@pulumi/pulumi";
import { renderAssumeRolePolicy, renderFlowLogPolicy } from "ha-registry-core";
import type { AwsTopology } from "ha-registry-core";
import { regional, shortName, tagsOf } from "./resources";

/** Arguments of `FlowLogs`. */
export interface FlowLogsArgs {
  /** The resolved registry. */
  topology: AwsTopology;
  /** Network of the registry. */
  vpcId: pulumi.Input<string>;
  /** Account of the registry. */
  accountId: pulumi.Input<string>;
  /** ARN of the key that the log is encrypted with. */
  keyArn: pulumi.Input<string>;
}

const part = "network-flows";

/** Who connects to whom in the registry's network, for those who look into an incident. */
export class FlowLogs extends pulumi.ComponentResource {
  constructor(name: string, args: FlowLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-aws:index:FlowLogs", name, {}, opts);
    const { topology, vpcId, accountId, keyArn } = args;
    const { partition, region, logRetentionDays } = topology;
    const child = { parent: this };
    const place = regional(topology, part);
    const group = new LogGroup(
      name,
      { ...place, name: `/ha-registry/${topology.name}/network`, retentionInDays: logRetentionDays, kmsKeyId: keyArn },
      child,
    );
    const assumeRolePolicy = pulumi
      .output(accountId)
      .apply((account) => renderAssumeRolePolicy("vpc-flow-logs", "ec2", { partition, region, account }));
    const role = new Role(name, { ...shortName(name, 64), tags: tagsOf(topology, part), assumeRolePolicy }, child);
    new RolePolicy(name, { role: role.name, policy: group.arn.apply(renderFlowLogPolicy) }, child);
    new FlowLog(
      name,
      { ...place, vpcId, trafficType: "ALL", logDestination: group.arn, iamRoleArn: role.arn, maxAggregationInterval: 600 },
      child,
    );
    this.registerOutputs({});
  }
}
