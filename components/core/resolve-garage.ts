import { checkNumber } from "./checks";
import type { Problems } from "./errors";
import { hosts, ports, publishedPorts } from "./layout";
import { isSeveral, place } from "./placement";
import type { Ground } from "./placement";
import { garageRegion } from "./render/garage";
import type { GarageShape } from "./shape";
import { sizeFor } from "./sizing";
import type { GarageNodeTopology, GarageTopology, ResolvedS3 } from "./topology";

/** Copies of everything. Two of three are enough to read and to write. */
export const garageReplication = 3;

/** Name under which the registry nodes reach Garage. */
const garageHost = "store";

/** Its bucket. */
export const garageBucket = "registry";

/** Fills in and checks the object store of the registry's own. */
export function resolveGarage(name: string, ground: Ground, teamSize: number, shape: GarageShape, problems: Problems): GarageTopology {
  const count = shape.nodes ?? Math.max(garageReplication, ground.hosts.length);
  const { counted, capacityGiB, memoryMiB } = resolveGarageNodes(teamSize, count, shape, problems);
  problems.require(
    !counted || count >= ground.hosts.length,
    "objectStore.garage.nodes",
    `${count} nodes for ${ground.hosts.length} hosts: each host needs one, which its registry nodes ask first`,
  );
  problems.require(
    !isSeveral(ground.hosts) || ground.hosts.length >= garageReplication,
    "hosts",
    "two hosts cannot lose one and keep two of Garage's three copies: give a third one, or use objectStore.s3",
  );
  const plan = {
    prefix: `${name}-garage-`,
    beforeFirst: hosts.beforeFirstGarage,
    port: ports.garageRpc,
    published: publishedPorts.garageRpc,
  };
  return {
    nodes: Array.from({ length: counted ? count : 0 }, (_, index): GarageNodeTopology => {
      const placed = place(ground, index + 1, plan);
      // On one host, every node is as far from every other.
      return { ...placed, zone: placed.host === "" ? placed.name : placed.host, capacityBytes: capacityGiB * 2 ** 30 };
    }),
    host: garageHost,
    bucket: garageBucket,
    memoryMiB,
    cpus: shape.cpus,
  };
}

/** Fills in and checks how many nodes there are, and what one is given; `counted` is whether their number is right. */
export function resolveGarageNodes(
  teamSize: number,
  count: number,
  shape: { capacityGiB?: number; memoryMiB?: number; cpus?: number },
  problems: Problems,
): { counted: boolean; capacityGiB: number; memoryMiB: number } {
  const size = sizeFor(teamSize);
  const counted = problems.require(
    Number.isInteger(count) && count >= garageReplication && count <= hosts.mostGarages,
    "objectStore.garage.nodes",
    `${count} nodes: give a whole number from ${garageReplication} (every object lies on three) to ${hosts.mostGarages}`,
  );
  // Every object lies on three nodes, so that a node has three times its share.
  const capacityGiB = shape.capacityGiB ?? Math.ceil((size.storageGiB * garageReplication) / (counted ? count : garageReplication));
  checkNumber(problems, "objectStore.garage.capacityGiB", capacityGiB, { from: 1, to: 1_048_576, whole: true });
  const memoryMiB = shape.memoryMiB ?? size.garageMemoryMiB;
  checkNumber(problems, "objectStore.garage.memoryMiB", memoryMiB, { from: 256, to: 1_048_576, whole: true });
  checkNumber(problems, "objectStore.garage.cpus", shape.cpus, { from: 0.1, to: 1024 });
  return { counted, capacityGiB, memoryMiB };
}

/** The registry's own object store as the registry's S3 driver sees it. */
export function s3OfGarage({ bucket, host }: Pick<GarageTopology, "bucket" | "host">): ResolvedS3 {
  return {
    bucket,
    region: garageRegion,
    endpoint: `http://${host}:${ports.garageS3}`,
    forcePathStyle: true,
    encrypt: false,
    storageClass: "STANDARD",
    redirect: false,
    chunkSizeMiB: 10,
    verifyCertificate: true,
  };
}
