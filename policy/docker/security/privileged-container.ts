import { cis, mlps, PolicyGroup } from "ha-registry-policy-common";
import { containerPolicy, isStarted } from "../container-policy";

/** Privileged containers: CIS Docker 5.5. */
export const privilegedContainer = containerPolicy(
  {
    name: "privileged-container",
    group: PolicyGroup.Security,
    description: "No container is privileged.",
    reason: "A privileged container has every device and capability of its host: who gets into it has the host.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Leave out `privileged`; add the one capability that is needed to `capabilities.adds`.",
    controls: [cis("5.5"), mlps("8.1.4.2")],
  },
  (container) =>
    isStarted(container) && container.properties.privileged === true
      ? ["is privileged: leave out `privileged`, and add the one capability that it needs to `capabilities.adds`"]
      : [],
);
