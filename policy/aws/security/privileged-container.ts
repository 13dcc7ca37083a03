import { mlps, PolicyGroup, securityHub } from "ha-registry-policy-common";
import { containerPolicy } from "../task-policy";

/** Privileged containers: AWS Security Hub ECS.4. */
export const privilegedContainer = containerPolicy(
  {
    name: "privileged-container",
    group: PolicyGroup.Security,
    description: "No container is privileged.",
    reason: "A privileged container has every device and capability of its host: who gets into it has the host, and every task on it.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Leave out `privileged`.",
    controls: [securityHub("ECS.4"), mlps("8.1.4.2")],
  },
  ({ privileged }) => (privileged === true ? ["is privileged: leave out `privileged`"] : []),
);
