import { cisKubernetes, mlps, PolicyGroup } from "ha-registry-policy-common";
import { containerPolicy, securitySetting } from "../object-policy";

/** Privileges that a process can get later: CIS Kubernetes 5.2.6. */
export const newPrivileges = containerPolicy(
  {
    name: "new-privileges",
    group: PolicyGroup.Security,
    description: "No process of a container can get further privileges.",
    reason: "A program with the set-user-ID bit, which most images have, makes root of any user that can run it.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Set `securityContext: { allowPrivilegeEscalation: false }`.",
    controls: [cisKubernetes("5.2.6"), mlps("8.1.4.2")],
  },
  (container, pod) => {
    const allowed = securitySetting(container, pod, "allowPrivilegeEscalation");
    return allowed === false || allowed === "hidden"
      ? []
      : ["can get further privileges: set `securityContext.allowPrivilegeEscalation` to false"];
  },
);
