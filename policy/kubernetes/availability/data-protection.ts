import { guides, mlps, PolicyGroup, stackPolicy, type Finding } from "ha-registry-policy-common";
import { ofType, shareNamespace, types, type JudgedObject, type KubernetesObject } from "../objects";
import { podOf, Role, withRole, workloadTypes, type Workload } from "../workloads";

/** Claims that Pulumi may delete with everything in them: MLPS 8.1.4.9. */
export const dataProtection = stackPolicy<KubernetesObject>(
  {
    name: "data-protection",
    group: PolicyGroup.Availability,
    description: "Claims of volumes that hold the registry's data are protected.",
    reason:
      "A changed name, class or access mode replaces a claim, and with the usual reclaim policy (Delete) its volume goes with it, and every image.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Set the option `protect: true` (or `retainOnDelete`) on the PersistentVolumeClaim.",
    controls: [mlps("8.1.4.9"), guides("backups")],
  },
  [types.persistentVolumeClaim, ...workloadTypes],
  (objects) => {
    const keepers = withRole(objects, Role.Registry, Role.ObjectStore);
    return ofType(objects, types.persistentVolumeClaim)
      .filter((claim) => claim.options.protect !== true && keepers.some((keeper) => holdsDataOf(keeper, claim)))
      .map((about): Finding => ({ message: "holds the registry's data and is not protected: set the option `protect: true`", about }));
  },
);

function holdsDataOf(keeper: Workload, claim: JudgedObject): boolean {
  const name = claim.properties.metadata?.name;
  const volumes = (podOf(keeper).spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim ?? []);
  if (!shareNamespace(keeper, claim)) return false;
  if (name !== undefined && volumes.some(({ claimName }) => claimName === name)) return true;
  // The name may not be known yet; the plan still tells where it comes from.
  const sources = keeper.computedFrom["spec"] ?? [];
  return volumes.some(({ claimName }) => claimName === undefined) && sources.includes(claim.urn);
}
