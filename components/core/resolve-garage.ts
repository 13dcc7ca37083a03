import { addressIn } from "./addresses";
import { checkNumber } from "./checks";
import type { Problems } from "./errors";
import { hosts, ports } from "./layout";
import { garageRegion } from "./render/garage";
import type { GarageShape } from "./shape";
import { sizeFor } from "./sizing";
import type { GarageNodeTopology, GarageTopology, NetworkTopology, ResolvedS3 } from "./topology";

/** Copies of everything. Two of three are enough to read and to write. */
export const garageReplication = 3;

/** Name under which the registry nodes reach Garage. */
const garageHost = "store";

/** Fills in and checks the object store of the registry's own. */
export function resolveGarage(
  name: string,
  network: NetworkTopology,
  teamSize: number,
  shape: GarageShape,
  problems: Problems,
): GarageTopology {
  const size = sizeFor(teamSize);
  const count = shape.nodes ?? garageReplication;
  checkNumber(problems, "objectStore.garage.nodes", count, { from: garageReplication, to: hosts.mostGarages, whole: true });
  // Every object lies on three nodes, so that a node has three times its share.
  const capacityGiB = shape.capacityGiB ?? Math.ceil((size.storageGiB * garageReplication) / (count > 0 ? count : 1));
  checkNumber(problems, "objectStore.garage.capacityGiB", capacityGiB, { from: 1, to: 1_048_576, whole: true });
  const memoryMiB = shape.memoryMiB ?? size.garageMemoryMiB;
  checkNumber(problems, "objectStore.garage.memoryMiB", memoryMiB, { from: 256, to: 1_048_576, whole: true });
  checkNumber(problems, "objectStore.garage.cpus", shape.cpus, { from: 0.1, to: 1024 });
  const numbers = Number.isInteger(count) && count <= hosts.mostGarages ? count : 0;
  return {
    nodes: Array.from({ length: Math.max(numbers, 0) }, (_, index): GarageNodeTopology => {
      const own = `${name}-garage-${index + 1}`;
      const address = addressIn(network.subnet, hosts.beforeFirstGarage + index + 1);
      return {
        number: index + 1,
        name: own,
        address,
        rpcAddress: `${address}:${ports.garageRpc}`,
        zone: own, // on one host, every node is as far from every other
        capacityBytes: capacityGiB * 2 ** 30,
      };
    }),
    host: garageHost,
    bucket: "registry",
    memoryMiB,
    cpus: shape.cpus,
  };
}

/** The registry's own object store as the registry's S3 driver sees it. */
export function s3OfGarage(garage: GarageTopology): ResolvedS3 {
  return {
    bucket: garage.bucket,
    region: garageRegion,
    endpoint: `http://${garage.host}:${ports.garageS3}`,
    forcePathStyle: true,
    encrypt: false,
    storageClass: "STANDARD",
    redirect: false,
    chunkSizeMiB: 10,
    verifyCertificate: true,
  };
}
