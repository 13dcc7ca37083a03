import { checkNumber } from "./checks";
import type { Problems } from "./errors";
import { ports } from "./layout";
import { garageBucket, garageReplication, resolveGarageNodes } from "./resolve-garage";
import { checkName, memberOf, serviceHost } from "./resolve-kubernetes-parts";
import type { Cluster } from "./resolve-kubernetes-parts";
import type { KubernetesGarageShape } from "./shape-kubernetes";
import type { GarageMember } from "./topology-common";
import type { KubernetesGarageTopology } from "./topology-kubernetes";

/** Fills in and checks the object store of the registry's own. */
export function resolveKubernetesGarage(
  name: string,
  cluster: Cluster,
  teamSize: number,
  shape: KubernetesGarageShape,
  problems: Problems,
): KubernetesGarageTopology {
  const count = shape.nodes ?? garageReplication;
  const { counted, capacityGiB, memoryMiB } = resolveGarageNodes(teamSize, count, shape, problems);
  const metadataGiB = shape.metadataGiB ?? Math.max(2, Math.ceil(capacityGiB / 50));
  checkNumber(problems, "objectStore.garage.metadataGiB", metadataGiB, { from: 1, to: 1_048_576, whole: true });
  checkName(problems, "objectStore.garage.storageClass", shape.storageClass);
  const own = `${name}-garage`;
  const host = serviceHost(cluster, own);
  return {
    name: own,
    nodes: Array.from({ length: counted ? count : 0 }, (_, index): GarageMember => {
      const member = memberOf(own, host, index + 1, ports.garageRpc);
      // A pod does not know its zone without asking the API server: every node is as far from every other.
      return { ...member, zone: member.name, capacityBytes: capacityGiB * 2 ** 30 };
    }),
    bucket: garageBucket,
    memoryMiB,
    ...(shape.cpus === undefined ? {} : { cpus: shape.cpus }),
    ...(shape.storageClass === undefined ? {} : { storageClass: shape.storageClass }),
    dataGiB: capacityGiB,
    metadataGiB,
  };
}
