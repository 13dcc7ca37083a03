import { cisKubernetes, guides, mlps, PolicyGroup } from "ha-registry-policy-common";
import { objectPolicy } from "../object-policy";
import { types } from "../objects";

/** What Roles and bindings have beside their metadata. */
interface Rights {
  rules?: { apiGroups?: string[]; resources?: string[]; verbs?: string[] }[];
  roleRef?: { name?: string };
}

/** Rights to everything: CIS Kubernetes 5.1.1 and 5.1.3. */
export const leastPrivilege = objectPolicy(
  {
    name: "least-privilege",
    group: PolicyGroup.Security,
    description: "No Role names everything (`*`), and nothing is bound to cluster-admin.",
    reason:
      "Who gets into a pod has its ServiceAccount's rights. With `*` these are rights to what is installed tomorrow, too, and to every Secret.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Name the resources and verbs that are needed, with `resourceNames` where they are known; bind a Role of that.",
    controls: [cisKubernetes("5.1.1"), cisKubernetes("5.1.3"), mlps("8.1.4.2"), guides("RBAC")],
  },
  [types.role, types.clusterRole, types.roleBinding, types.clusterRoleBinding],
  ({ properties }) => {
    const { rules = [], roleRef } = properties as Rights;
    const wide = rules.flatMap((rule) => Object.entries(rule).filter(([, names]) => Array.isArray(names) && names.includes("*")));
    return [
      ...[...new Set(wide.map(([name]) => name))].map((name) => `gives rights to all ${name} (*): name those that are needed`),
      ...(roleRef?.name === "cluster-admin" ? ["binds to cluster-admin, which may do everything: bind a Role of what is needed"] : []),
    ];
  },
);
