import { PolicyGroup, type Finding } from "ha-registry-policy-common";
import { registryConfigurations } from "../configurations";
import { objectsPolicy } from "../object-policy";
import { podOf, replicasOf, Role, withRole, type Workload } from "../workloads";

/** Nodes that do not know each other's uploads: distribution/distribution#2519. */
export const sharedHttpSecret = objectsPolicy(
  {
    name: "shared-http-secret",
    group: PolicyGroup.Availability,
    description: "Several pods of a registry have one and the same HTTP secret.",
    reason:
      "Without one each pod makes its own, and pushes fail as soon as the Service sends a client to another pod (distribution/distribution#2519).",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Generate one secret (`random.RandomPassword`), and set it as `http.secret`, or as REGISTRY_HTTP_SECRET from a Secret.",
  },
  (objects) => {
    const registries = withRole(objects, Role.Registry).filter((workload) => (replicasOf(workload, objects) ?? 1) > 1);
    if (registries.length === 0 || registries.some(hasSecretVariable)) return [];
    return registryConfigurations(objects)
      .filter(({ configuration: { http, proxy } }) => proxy?.remoteurl === undefined && (http?.secret ?? "") === "")
      .map(({ file: { object, key } }): Finding => ({
        message: `configures several pods without \`http.secret\` (${key}): set one for all of them`,
        about: object,
      }));
  },
);

/** What a container takes from a whole Secret may well have it. */
function hasSecretVariable(workload: Workload): boolean {
  return (podOf(workload).spec?.containers ?? []).some(
    ({ env = [], envFrom = [] }) => envFrom.length > 0 || env.some(({ name }) => name === "REGISTRY_HTTP_SECRET"),
  );
}
