import { cis, mlps, PolicyGroup } from "ha-registry-policy-common";
import type { JudgedContainer } from "../container";
import { containerPolicy, isNoNewPrivileges, isStarted } from "../container-policy";

/** Privileges that a process can get later: CIS Docker 5.26. */
export const newPrivileges = containerPolicy(
  {
    name: "new-privileges",
    group: PolicyGroup.Security,
    description: "No process of a container can get further privileges.",
    reason: "A program with the set-user-ID bit, which most images have, makes root of any user that can run it.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: 'Set `securityOpts: ["no-new-privileges"]`. The level `remediate` does it.',
    controls: [cis("5.26"), mlps("8.1.4.2")],
  },
  (container) =>
    mayGetPrivileges(container) ? ['its processes can get further privileges: set `securityOpts: ["no-new-privileges"]`'] : [],
  (container) =>
    mayGetPrivileges(container) ? { securityOpts: [...(container.properties.securityOpts ?? []), "no-new-privileges"] } : undefined,
);

function mayGetPrivileges(container: JudgedContainer): boolean {
  const { securityOpts = [] } = container.properties;
  return isStarted(container) && !container.unknown.has("securityOpts") && !securityOpts.some(isNoNewPrivileges);
}
