import { guides, mlps, PolicyGroup, type Finding } from "ha-registry-policy-common";
import { Role, withRole, type JudgedContainer } from "../container";
import { containersPolicy } from "../container-policy";

/** Where nodes run: MLPS 8.1.4.9. */
export const nodeSpread = containersPolicy(
  {
    name: "node-spread",
    group: PolicyGroup.Availability,
    description: "Where a stack has several hosts, no host has all registry nodes, all balancers or all servers of Redis.",
    reason: "Several nodes on one host go down with it, whatever other hosts there are.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Give the containers of a kind providers of different hosts.",
    controls: [mlps("8.1.4.9"), guides("nodes on different machines")],
  },
  (containers) => {
    if (hostsOf(containers).size < 2) return [];
    return [Role.Registry, Role.Balancer, Role.Redis].flatMap((role): Finding[] => {
      const group = withRole(containers, role);
      if (group.length < 2 || hostsOf(group).size > 1) return [];
      return [
        {
          message: `all ${group.length} containers of a kind (${role}) are on one host, though there are several: give them providers of different hosts`,
        },
      ];
    });
  },
);

function hostsOf(containers: readonly JudgedContainer[]): ReadonlySet<string> {
  return new Set(containers.map(({ provider }) => provider));
}
