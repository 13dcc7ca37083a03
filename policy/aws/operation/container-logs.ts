import { mlps, PolicyGroup, securityHub } from "ha-registry-policy-common";
import { containerPolicy } from "../task-policy";

/** Containers that say nothing to anyone: AWS Security Hub ECS.9. */
export const containerLogs = containerPolicy(
  {
    name: "container-logs",
    group: PolicyGroup.Operation,
    description: "Every container's lines are kept.",
    reason:
      "On Fargate nobody can look at a host: of a task that ended nothing is left but its exit code, least of all of what prepared its files and failed.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Set `logConfiguration` with `awslogs` (a group, the region, a prefix) or `awsfirelens`; also of containers that run once.",
    controls: [securityHub("ECS.9"), mlps("8.1.4.3")],
  },
  ({ logConfiguration }) => ((logConfiguration?.logDriver ?? "none") === "none" ? ["keeps none of its lines: set `logConfiguration`"] : []),
);
