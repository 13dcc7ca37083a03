import { checkNumber } from "./checks";
import type { Problems } from "./errors";
import { checkName } from "./resolve-kubernetes-parts";
import { resolveS3 } from "./resolve-state";
import { VolumeAccessMode } from "./shape-kubernetes";
import type { KubernetesObjectStoreShape, StoreVolumeShape } from "./shape-kubernetes";
import { sizeFor } from "./sizing";
import type { KubernetesStoreTopology, StoreVolumeTopology } from "./topology-kubernetes";

/** Fills in and checks where blobs and manifests are kept. There is no default: no kind of volume that several hosts mount is in every cluster. */
export function resolveKubernetesStore(
  name: string,
  teamSize: number,
  nodes: number,
  { s3, volume }: KubernetesObjectStoreShape,
  problems: Problems,
): KubernetesStoreTopology {
  problems.require(
    s3 === undefined || volume === undefined,
    "objectStore",
    "s3 and volume are given, and a registry has one store: keep one of them",
  );
  problems.require(
    s3 !== undefined || volume !== undefined,
    "objectStore",
    "is missing: give objectStore.s3, a bucket, or objectStore.volume, a volume that several hosts mount, as of NFS or CephFS",
  );
  return {
    ...(s3 === undefined ? {} : { s3: resolveS3(s3, problems) }),
    ...(volume === undefined ? {} : { volume: resolveVolume(name, teamSize, nodes, volume, problems) }),
  };
}

function resolveVolume(name: string, teamSize: number, nodes: number, shape: StoreVolumeShape, problems: Problems): StoreVolumeTopology {
  const at = (field: string): string => `objectStore.volume.${field}`;
  const { existingClaim, storageClass, accessMode = VolumeAccessMode.ReadWriteMany } = shape;
  const sizeGiB = shape.sizeGiB ?? sizeFor(teamSize).storageGiB;
  checkName(problems, at("existingClaim"), existingClaim);
  checkName(problems, at("storageClass"), storageClass);
  checkNumber(problems, at("sizeGiB"), sizeGiB, { from: 1, to: 1_048_576, whole: true });
  for (const [field, value] of [
    ["storageClass", storageClass],
    ["sizeGiB", shape.sizeGiB],
  ] as const)
    problems.require(
      existingClaim === undefined || value === undefined,
      at(field),
      "has no effect on existingClaim, which has its own: leave one of them out",
    );
  const modes: string[] = Object.values(VolumeAccessMode);
  if (problems.require(modes.includes(accessMode), at("accessMode"), `"${accessMode}" is not one of ${modes.join(", ")}`))
    problems.require(
      accessMode === VolumeAccessMode.ReadWriteMany,
      at("accessMode"),
      `${accessMode} lets one host mount the volume, and ${nodes} nodes run on several: use a storage class with ReadWriteMany (NFS, CephFS), or objectStore.s3`,
    );
  return {
    claimName: existingClaim ?? `${name}-store`,
    existing: existingClaim !== undefined,
    ...(storageClass === undefined ? {} : { storageClass }),
    sizeGiB,
    accessMode,
  };
}
