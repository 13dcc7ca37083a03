import { PolicyGroup, type Finding } from "ha-registry-policy-common";
import { objectsPolicy } from "../object-policy";
import { ofType, shareNamespace, types, type JudgedObject } from "../objects";
import { podOf, replicasOf, workloadsOf, type Workload } from "../workloads";

interface ClaimSpec {
  accessModes?: string[];
}

/** Volumes that one host alone can mount: "Multi-Attach error", which distribution's charts end in with a second replica. */
export const sharedVolume = objectsPolicy(
  {
    name: "shared-volume",
    group: PolicyGroup.Availability,
    description: "A volume that several pods share can be mounted by several hosts.",
    reason:
      "Pods on a second host wait for a ReadWriteOnce volume for ever (Multi-Attach error): either all are on one host, or the rollout hangs, also that of a single pod which is replaced before it ends.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Keep blobs in a bucket, or on a volume with the access mode ReadWriteMany (NFS, CephFS).",
  },
  (objects) => {
    const claims = ofType<ClaimSpec>(objects, types.persistentVolumeClaim).filter(isForOneHost);
    return workloadsOf(objects)
      .filter((workload) => workload.type === types.deployment && (replicasOf(workload, objects) ?? 1) > 1)
      .filter((workload) => claims.some((claim) => mounts(workload, claim)))
      .map((about): Finding => ({
        message: "has several pods on a volume that one host alone can mount: use a bucket, or the access mode ReadWriteMany",
        about,
      }));
  },
);

function isForOneHost({ properties: { spec } }: JudgedObject<ClaimSpec>): boolean {
  const { accessModes = [] } = spec ?? {};
  return accessModes.length > 0 && !accessModes.includes("ReadWriteMany") && !accessModes.includes("ReadOnlyMany");
}

function mounts(workload: Workload, claim: JudgedObject): boolean {
  const name = claim.properties.metadata?.name;
  if (name === undefined || !shareNamespace(workload, claim)) return false;
  return (podOf(workload).spec?.volumes ?? []).some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === name);
}
