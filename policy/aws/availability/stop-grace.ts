import { PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";
import { containersOf, nameOf, Role, roleOf, type TaskDefinition } from "../task-definition";

interface Settings extends CommonSettings {
  minimumSeconds: number;
}

interface TargetGroup {
  deregistrationDelay?: number;
}

/** Seconds that AWS waits where nothing is said. */
const defaults = { deregistrationDelay: 300, stopTimeout: 30 };

/** Transfers that an update breaks off: the ECS and Elastic Load Balancing guides on draining. */
export const stopGrace = awsPolicy<TaskDefinition & TargetGroup, Settings>(
  {
    name: "stop-grace",
    group: PolicyGroup.Availability,
    description: "Registries and balancers get time to finish transfers, from the load balancer and from ECS.",
    reason:
      "A target that is taken out keeps its connections for `deregistrationDelay` alone, and a container is killed after `stopTimeout`: what is shorter than a transfer breaks off pushes and pulls with every rollout.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Set `deregistrationDelay` of target groups, and `stopTimeout` of containers (120 at the most on Fargate), to the longest transfer that may finish.",
    configuration: {
      minimumSeconds: { type: "integer", minimum: 1, description: "Seconds that they need at the least", default: 30 },
    },
  },
  [...types.targetGroup, ...types.taskDefinition],
  (resource, { minimumSeconds }) => {
    const { deregistrationDelay = defaults.deregistrationDelay } = resource.properties;
    const early = resource.unknown.has("deregistrationDelay") || deregistrationDelay >= minimumSeconds;
    const killed = containersOf(resource).filter((container) => {
      const role = roleOf(container);
      return (role === Role.Registry || role === Role.Balancer) && (container.stopTimeout ?? defaults.stopTimeout) < minimumSeconds;
    });
    return [
      ...(early
        ? []
        : [`drops its targets' connections after ${deregistrationDelay} s: set \`deregistrationDelay\` to ${minimumSeconds} or more`]),
      ...killed.map(
        (container) => `${nameOf(container)} is killed after ${container.stopTimeout} s: set \`stopTimeout\` to ${minimumSeconds} or more`,
      ),
    ];
  },
);
