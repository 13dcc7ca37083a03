import { PolicyGroup, type Finding } from "ha-registry-policy-common";
import { objectsPolicy } from "../object-policy";
import { types } from "../objects";
import { replicasOf, Role, withRole } from "../workloads";

/** Updates that take every pod at once: goharbor/harbor#17340. */
export const rollout = objectsPolicy(
  {
    name: "rollout",
    group: PolicyGroup.Availability,
    description: "An update of a registry or of its balancer leaves pods that serve.",
    reason:
      "`Recreate`, and a `maxUnavailable` of all pods, end every pod before the first new one starts: each update is an outage (goharbor/harbor#17340).",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: 'Set `strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }`.',
  },
  (objects) =>
    withRole(objects, Role.Registry, Role.Balancer)
      .filter(({ type }) => type === types.deployment)
      .filter((workload) => {
        const replicas = replicasOf(workload, objects) ?? 1;
        const { type, rollingUpdate: { maxUnavailable } = {} } = workload.properties.spec?.strategy ?? {};
        // A single pod on a volume of one host cannot be replaced otherwise; that it is single is another policy's business.
        return replicas > 1 && (type === "Recreate" || maxUnavailable === "100%" || Number(maxUnavailable ?? 0) >= replicas);
      })
      .map((about): Finding => ({
        message: "ends all its pods before a new one starts: set `maxSurge: 1` and `maxUnavailable: 0`, with the strategy RollingUpdate",
        about,
      })),
);
