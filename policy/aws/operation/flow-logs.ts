import { mlps, PolicyGroup, securityHub, type CommonSettings, type Finding } from "ha-registry-policy-common";
import { awsStackPolicy } from "../aws-policy";
import { ofKind, refersTo, types } from "../resources";

interface Settings extends CommonSettings {
  watchedBy: string;
}

/** Connections that nobody wrote down: AWS Security Hub EC2.6. */
export const flowLogs = awsStackPolicy<Settings>(
  {
    name: "flow-logs",
    group: PolicyGroup.Operation,
    description: "Every network writes down who connects to whom.",
    reason:
      "After an incident the first question is what a task talked to, and nothing else has the answer; MLPS 2.0 asks for network logs of six months.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Add a FlowLog of the Vpc, to CloudWatch Logs or a bucket, or say in the policy's configuration what writes them.",
    controls: [securityHub("EC2.6"), mlps("8.1.4.3")],
    configuration: {
      watchedBy: {
        type: "string",
        description: "What writes them outside the stack, as the organization does; empty: nothing does",
        default: "",
      },
    },
  },
  [types.vpc, types.flowLog],
  (resources, { watchedBy }) => {
    const logs = ofKind<{ vpcId?: string }>(resources, types.flowLog);
    return ofKind(resources, types.vpc)
      .filter((vpc) => watchedBy === "" && !logs.some((log) => refersTo(log, "vpcId", log.properties.vpcId, vpc)))
      .map((about): Finding => ({ message: "writes down nothing of who connects to whom: add a FlowLog", about }));
  },
);
