import { guides, isHidden, mlps, PolicyGroup, type Finding } from "ha-registry-policy-common";
import { objectsPolicy } from "../object-policy";
import { podOf, replicasOf, Role, withRole, type Workload } from "../workloads";

/** Where pods run: MLPS 8.1.4.9. */
export const podSpread = objectsPolicy(
  {
    name: "pod-spread",
    group: PolicyGroup.Availability,
    description: "Pods of a registry, of its balancer and of Redis are spread over hosts or zones.",
    reason:
      "The scheduler may well put all of them on one host, and they go down with it. What it spreads by itself it does softly, and not before the skew is three.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Set `topologySpreadConstraints` for `kubernetes.io/hostname` (and `topology.kubernetes.io/zone`), or `affinity.podAntiAffinity`.",
    controls: [mlps("8.1.4.9"), guides("nodes on different machines")],
  },
  (objects) =>
    withRole(objects, Role.Registry, Role.Balancer, Role.Redis, Role.Sentinel)
      .filter((workload) => (replicasOf(workload, objects) ?? 1) > 1 && !isSpread(workload))
      .map((about): Finding => ({
        message: "may have all its pods on one host: set `topologySpreadConstraints` for kubernetes.io/hostname",
        about,
      })),
);

function isSpread(workload: Workload): boolean {
  const { spec = {} } = podOf(workload);
  if (isHidden(spec, "topologySpreadConstraints") || isHidden(spec, "affinity")) return true;
  return (spec.topologySpreadConstraints ?? []).length > 0 || spec.affinity?.podAntiAffinity !== undefined;
}
