import { checkNumber } from "./checks";
import type { Problems } from "./errors";
import { s3OfGarage } from "./resolve-garage";
import { resolveKubernetesGarage } from "./resolve-kubernetes-garage";
import { checkName } from "./resolve-kubernetes-parts";
import type { Cluster } from "./resolve-kubernetes-parts";
import { resolveS3 } from "./resolve-state";
import { VolumeAccessMode } from "./shape-kubernetes";
import type { KubernetesObjectStoreShape, StoreVolumeShape } from "./shape-kubernetes";
import { sizeFor } from "./sizing";
import type { KubernetesStoreTopology, StoreVolumeTopology } from "./topology-kubernetes";

/** Fills in and checks where blobs and manifests are kept. There is no default: no kind of volume that several hosts mount is in every cluster. */
export function resolveKubernetesStore(
  name: string,
  cluster: Cluster,
  teamSize: number,
  nodes: number,
  shape: KubernetesObjectStoreShape,
  problems: Problems,
): KubernetesStoreTopology {
  const { s3, volume, garage } = shape;
  const given = (["s3", "volume", "garage"] as const).filter((kind) => shape[kind] !== undefined);
  problems.require(given.length <= 1, "objectStore", `${given.join(" and ")} are given, and a registry has one store: keep one of them`);
  problems.require(
    given.length > 0,
    "objectStore",
    "is missing: give objectStore.s3, a bucket, objectStore.garage, an object store of the registry's own, " +
      "or objectStore.volume, a volume that several hosts mount, as of NFS or CephFS",
  );
  if (garage !== undefined) {
    const own = resolveKubernetesGarage(name, cluster, teamSize, garage, problems);
    return { s3: s3OfGarage({ bucket: own.bucket, host: "127.0.0.1" }), garage: own };
  }
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
      `${accessMode} lets one host mount the volume, and ${nodes} nodes run on several: use a storage class with ReadWriteMany (NFS, CephFS), objectStore.garage or objectStore.s3`,
    );
  return {
    claimName: existingClaim ?? `${name}-store`,
    existing: existingClaim !== undefined,
    ...(storageClass === undefined ? {} : { storageClass }),
    sizeGiB,
    accessMode,
  };
}
