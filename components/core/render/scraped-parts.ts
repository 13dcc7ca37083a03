import { ports } from "../layout";
import type { Endpoint, Placed, Topology } from "../topology";
import type { MonitoringTopology } from "../topology-monitoring";

/** Jobs of the parts that tell of themselves; alert rules and dashboards name them. */
export type PartJob = "registry" | "haproxy" | "garage" | "garbage-collection" | "backup" | "node";

/** A part that tells of itself, where it does so in the private network of its host. */
export interface ScrapedPart extends Endpoint {
  /** Kind of the part. */
  job: PartJob;
  /** What it is called in metrics: the name of the container, or that of the host for what tells of a host. */
  instance: string;
  /** Name of its host; empty where there is but one. */
  host: string;
}

/** Everything on any host that tells of itself, always at `/metrics`. */
export function scrapedParts(
  { nodes, loadBalancer, objectStore, garbageCollection, backup, hosts }: Topology,
  { nodeExporters }: MonitoringTopology,
): ScrapedPart[] {
  const at = (job: PartJob, port: number, placed: readonly Placed[]): ScrapedPart[] =>
    placed.map(({ name, host, address }) => ({ job, instance: name, host, address, port }));
  return [
    ...at("registry", ports.debug, nodes),
    ...loadBalancer.balancers.flatMap(({ host, address, replicas }) =>
      replicas.map((instance, index) => ({ job: "haproxy" as const, instance, host, address, port: ports.statistics + index })),
    ),
    ...at("garage", ports.garageAdmin, objectStore.garage?.nodes ?? []),
    ...at("garbage-collection", ports.fenceMetrics, garbageCollection === undefined ? [] : [garbageCollection.collector]),
    ...at("backup", ports.backup, backup === undefined ? [] : [backup]),
    ...at("node", ports.nodeExporter, nodeExporters).map((part) => (hosts.length > 1 ? { ...part, instance: part.host } : part)),
  ];
}

/** Path at which a part of another host is asked. */
export function scrapedPath({ job, instance }: Pick<ScrapedPart, "job" | "instance">): string {
  return `/${job}/${instance}`;
}
