import { cisKubernetes, mlps, PolicyGroup } from "ha-registry-policy-common";
import { containerPolicy } from "../object-policy";

/** Privileged containers: CIS Kubernetes 5.2.2. */
export const privilegedContainer = containerPolicy(
  {
    name: "privileged-container",
    group: PolicyGroup.Security,
    description: "No container is privileged.",
    reason: "A privileged container has every device and capability of its host: who gets into it has the host.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Leave out `privileged`; add the one capability that is needed to `capabilities.add`.",
    controls: [cisKubernetes("5.2.2"), mlps("8.1.4.2")],
  },
  ({ securityContext }) => (securityContext?.privileged === true ? ["is privileged: leave out `privileged`"] : []),
);
