import { ObjectStoreKind } from "ha-registry-core";
import type { GarageNodeTopology, Topology } from "ha-registry-core";
import type { FoundHost } from "./observe";
import type { StoreUsage } from "./store-usage";

/** A node of Garage: what it was given, and what it has. */
export interface GarageNodeUsage {
  /** Name of its container. */
  name: string;
  /** Whether the others see it. */
  up: boolean;
  /** What the layout lets it take, bytes. */
  assignedBytes: number;
  /** What its share of the objects takes, bytes: an estimate by its share of the layout. */
  usedBytes: number;
  /** What it can still take, bytes: what is left of both its assignment and its disk. */
  freeBytes: number;
}

/** Parts that objects are shared out by, in Garage's layout; each has as many copies as the replication says. */
const partitions = 256;

/** What Garage's administration tells of the cluster, as far as it is needed here. */
export interface GarageFacts {
  /** GetClusterStatus. */
  status: { nodes: { id: string; isUp: boolean; dataPartition?: { available: number } | null }[] };
  /** GetClusterLayout. */
  layout: { partitionSize: number; roles: { id: string; tags: string[]; capacity: number | null; storedPartitions: number | null }[] };
  /** GetClusterHealth. */
  health: { status: string; partitions: number; partitionsAllOk: number };
  /** GetBucketInfo of the registry's bucket. */
  bucket: { bytes: number };
}

/** Asks any node that runs. */
export async function garageUsage({ objectStore: { garage } }: Topology, hosts: readonly FoundHost[]): Promise<StoreUsage> {
  const kind = ObjectStoreKind.Garage;
  const { nodes = [], bucket = "" } = garage ?? {};
  const [running] = hosts.flatMap(
    (host) =>
      host.containers
        .filter(({ name, state }) => state === "running" && nodes.some((node) => node.name === name))
        .map(({ name, command }) => ({ name, configuration: command[2] ?? "", docker: host.docker })), // render/garage-script.ts
  );
  if (running === undefined) return { kind, problem: "no node of Garage runs that could be asked" };
  const ask = async <T>(call: string, payload: unknown = null): Promise<T> => {
    const args = ["exec", running.name, "/garage", "-c", running.configuration, "json-api", call, JSON.stringify(payload)];
    return JSON.parse(await running.docker.ask(...args)) as T;
  };
  try {
    return summarize(nodes, {
      status: await ask("GetClusterStatus"),
      layout: await ask("GetClusterLayout"),
      health: await ask("GetClusterHealth"),
      bucket: await ask("GetBucketInfo", { globalAlias: bucket }),
    });
  } catch (error) {
    return { kind, problem: `Garage does not say: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/**
 * What the cluster can hold, in bytes of objects: each object has its copies, and the node that is full first ends it. Nodes of one host share
 * its disk.
 */
export function summarize(nodes: readonly GarageNodeTopology[], { status, layout, health, bucket }: GarageFacts): StoreUsage {
  const placed = layout.roles.flatMap(({ id, tags, capacity, storedPartitions }) => {
    if (capacity === null || storedPartitions === null || storedPartitions === 0) return [];
    const { isUp: up = false, dataPartition } = status.nodes.find((each) => each.id === id) ?? {};
    const { name, host } = nodes.find((each) => tags.includes(each.name)) ?? { name: id.slice(0, 16), host: id };
    const share = storedPartitions / partitions;
    const usedBytes = Math.round(bucket.bytes * share);
    const available = dataPartition?.available ?? Infinity;
    const freeBytes = Math.max(0, Math.min(capacity - usedBytes, available));
    return [{ host, share, available, usage: { name, up, assignedBytes: capacity, usedBytes, freeBytes } }];
  });
  const ends = [
    partitions * layout.partitionSize - bucket.bytes,
    ...placed.map(({ share, usage }) => usage.freeBytes / share),
    ...placed.map(({ host, available }) => available / sum(placed.filter((each) => each.host === host).map(({ share }) => share))),
  ];
  const freeBytes = Math.max(0, Math.floor(Math.min(...ends)));
  const lacking = health.partitions - health.partitionsAllOk;
  const problem =
    health.status === "healthy" && lacking === 0
      ? undefined
      : `Garage is ${health.status}: ${lacking} of ${health.partitions} parts lack a node that has them`;
  return {
    kind: ObjectStoreKind.Garage,
    storedBytes: bucket.bytes,
    usedBytes: bucket.bytes,
    freeBytes,
    nodes: placed.map(({ usage }) => usage).sort((a, b) => a.name.localeCompare(b.name)),
    ...(problem === undefined ? {} : { problem }),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}
