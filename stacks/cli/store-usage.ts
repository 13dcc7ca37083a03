import { ObjectStoreKind, storeDirectory } from "ha-registry-core";
import type { Topology } from "ha-registry-core";
import type { FoundHost } from "./observe";
import { garageUsage, type GarageNodeUsage } from "./garage-usage";

/** How much a store holds, and how much more it can hold. What cannot be known is absent. */
export interface StoreUsage {
  /** Kind of store. */
  kind: ObjectStoreKind;
  /** What the registry keeps in it, bytes. */
  storedBytes?: number;
  /** What is taken where it lies, by others too, bytes. */
  usedBytes?: number;
  /** What is left there, bytes. */
  freeBytes?: number;
  /** Nodes of Garage. */
  nodes?: GarageNodeUsage[];
  /** Why not all is known, or what is wrong. */
  problem?: string;
}

/** How a bucket of the user's own is measured: by a list of all that is in it. */
export type MeasureBucket = () => Promise<number>;

/**
 * Measures the store from inside the containers that have it.
 *
 * @param thorough Whether what the registry itself keeps is counted, too: file by file, or object by object.
 */
export async function storeUsage(
  topology: Topology,
  hosts: readonly FoundHost[],
  thorough: boolean,
  measureBucket: MeasureBucket,
): Promise<StoreUsage> {
  const { kind } = topology.objectStore;
  if (kind === ObjectStoreKind.Garage) return garageUsage(topology, hosts);
  if (kind === ObjectStoreKind.S3) return { kind, ...(thorough ? { storedBytes: await measureBucket() } : {}) };
  return { kind, ...(await volumeUsage(topology, hosts, thorough)) };
}

/** Volumes and NFS: every node has it. */
async function volumeUsage({ nodes }: Topology, hosts: readonly FoundHost[], thorough: boolean): Promise<Omit<StoreUsage, "kind">> {
  const names = nodes.map(({ name }) => name);
  const [node] = hosts.flatMap(({ docker, containers }) =>
    containers.filter(({ name, state }) => names.includes(name) && state === "running").map(({ name }) => ({ name, docker })),
  );
  if (node === undefined) return { problem: "no node runs that could be asked" };
  const disk = await node.docker.attempt("exec", node.name, "df", "-P", "-k", storeDirectory);
  const space = parseDf(disk.stdout);
  if (space === undefined) return { problem: `df says nothing: ${disk.stderr.trim()}` };
  if (!thorough) return space;
  // It may take minutes. A file that goes meanwhile is complained of, and the sum comes all the same.
  const { stdout } = await node.docker.finish("exec", node.name, "du", "-s", "-k", storeDirectory);
  const kibibytes = Number(/^(\d+)\s/.exec(stdout)?.[1]);
  return { ...space, ...(Number.isNaN(kibibytes) ? {} : { storedBytes: kibibytes * 1024 }) };
}

/** What `df -P -k` prints of one file system. */
export function parseDf(text: string): { usedBytes: number; freeBytes: number } | undefined {
  const [, used, free] = /\s\d+\s+(\d+)\s+(\d+)\s+\d+%\s+\//.exec(text) ?? [];
  return used === undefined || free === undefined ? undefined : { usedBytes: Number(used) * 1024, freeBytes: Number(free) * 1024 };
}
