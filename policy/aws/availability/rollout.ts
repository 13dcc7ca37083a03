import { PolicyGroup } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";
import type { Service } from "../task-definition";

/** Rollouts that take the registry down: the ECS developer guide on rolling updates. */
export const rollout = awsPolicy<Service>(
  {
    name: "rollout",
    group: PolicyGroup.Availability,
    description: "A rollout keeps as many nodes as there should be, and goes back by itself where the new ones do not start.",
    reason:
      "Below 100 % a rollout takes nodes away before others serve; at 100 % of 100 % it cannot go on at all. Without circuit breaker ECS starts a broken version again and again, until somebody looks.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Set `deploymentMinimumHealthyPercent: 100`, `deploymentMaximumPercent: 200` and `deploymentCircuitBreaker: { enable: true, rollback: true }`.",
  },
  types.service,
  ({ unknown, properties }) => {
    const {
      deploymentCircuitBreaker: breaker = {},
      deploymentMaximumPercent: most = 200,
      deploymentMinimumHealthyPercent: least = 100,
    } = properties;
    if (properties.schedulingStrategy === "DAEMON") return [];
    const rolling = (properties.deploymentController?.type ?? "ECS") === "ECS" && !unknown.has("deploymentController");
    const breaks = unknown.has("deploymentCircuitBreaker") || (breaker.enable === true && breaker.rollback === true);
    return [
      ...(least < 100 ? [`keeps ${least} % of its tasks during a rollout: set \`deploymentMinimumHealthyPercent: 100\``] : []),
      ...(most <= 100 && least >= 100
        ? ["may start no task beside the old ones, so that no rollout goes on: set `deploymentMaximumPercent: 200`"]
        : []),
      ...(rolling && !breaks
        ? ["does not go back from a rollout that fails: set `deploymentCircuitBreaker: { enable: true, rollback: true }`"]
        : []),
    ];
  },
);
