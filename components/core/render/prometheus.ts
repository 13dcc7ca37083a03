import { ports } from "../layout";
import { hostPort } from "../placement";
import type { Endpoint, Placed, Topology } from "../topology";
import type { MonitoringTopology } from "../topology-monitoring";
import { stringifyYaml } from "./yaml";
import type { LooseMap } from "./yaml";

/** Absolute paths of the files that Prometheus' configuration names. */
export interface PrometheusFiles {
  /** Rules of alerts. */
  rules: string;
  /** What lets into Garage's metrics, where the registry has a Garage. */
  garageToken?: string;
}

/** Something that Prometheus asks. */
interface Target extends Endpoint {
  /** What it is called in metrics: the name of the container or of the host. */
  instance: string;
  /** Name of its host; empty where there is but one. */
  host: string;
  /** What an exporter is to ask in its turn, as `rediss://10.1.2.3:6379`. */
  asked?: string;
}

/** `prometheus.yml`, for Prometheus 3. */
export function renderPrometheus(topology: Topology, monitoring: MonitoringTopology, files: PrometheusFiles): string {
  const { scrapeIntervalSeconds, alertmanager } = monitoring;
  return stringifyYaml({
    global: {
      scrape_interval: `${scrapeIntervalSeconds}s`,
      scrape_timeout: `${Math.min(scrapeIntervalSeconds, 10)}s`,
      evaluation_interval: `${scrapeIntervalSeconds}s`,
      external_labels: { registry: topology.name },
    },
    rule_files: [files.rules],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [hostPort(alertmanager)] }] }] },
    scrape_configs: [...partJobs(topology, files), ...ownJobs(topology, monitoring)],
  });
}

/** What tells of itself. */
function partJobs({ nodes, loadBalancer, objectStore, garbageCollection, backup }: Topology, files: PrometheusFiles): LooseMap[] {
  const at = (port: number, placed: readonly Placed[]): Target[] =>
    placed.map(({ name, host, address }) => ({ address, port, instance: name, host }));
  return [
    ...job("registry", at(ports.debug, nodes)),
    ...job(
      "haproxy",
      loadBalancer.balancers.flatMap(({ host, address, replicas }) =>
        replicas.map((instance, index) => ({ address, port: ports.statistics + index, instance, host })),
      ),
    ),
    ...job("garage", at(ports.garageAdmin, objectStore.garage?.nodes ?? []), {
      authorization: { type: "Bearer", credentials_file: files.garageToken },
    }),
    ...job("garbage-collection", at(ports.fenceMetrics, garbageCollection === undefined ? [] : [garbageCollection.collector])),
    ...job("backup", at(ports.backup, backup === undefined ? [] : [backup])),
  ];
}

/** What monitoring tells, of itself and of those who say nothing themselves. */
function ownJobs({ redis, loadBalancer, hosts }: Topology, monitoring: MonitoringTopology): LooseMap[] {
  const { prometheus, alertmanager, nodeExporters, redisExporter, blackboxExporter, probe } = monitoring;
  const self = ({ address, port, name, host }: Placed): Target => ({ address, port, instance: name, host });
  const redisInstances = [...redis.servers, ...redis.sentinels];
  return [
    ...job(
      "redis",
      redisExporter === undefined
        ? []
        : redisInstances.map((each) => ({ ...self(redisExporter), instance: each.name, host: each.host, asked: redisUrl(each) })),
      { metrics_path: "/scrape" },
    ),
    ...job(
      "node",
      nodeExporters.map((each) => ({ ...self(each), ...(hosts.length > 1 ? { instance: each.host } : {}) })),
    ),
    ...job(
      "certificate",
      [
        ...loadBalancer.balancers.map(({ name, host, address }) => ({ name, host, address, port: ports.balancer })),
        ...(redisExporter === undefined ? [] : redisInstances),
      ].map((each) => ({ ...self(blackboxExporter), instance: each.name, host: each.host, asked: hostPort(each) })),
      { metrics_path: "/probe", params: { module: ["certificate"] } },
    ),
    ...job("probe", probe === undefined ? [] : [self(probe)]),
    ...job("prometheus", [self(prometheus)]),
    ...job("alertmanager", [self(alertmanager)]),
  ];
}

/** URL of a Redis server or sentinel, as redis_exporter takes it. */
export function redisUrl(instance: Placed): string {
  return `rediss://${hostPort(instance)}`;
}

/** A job, where there is anything to ask. */
function job(name: string, targets: readonly Target[], more: LooseMap = {}): LooseMap[] {
  if (targets.length === 0) return [];
  return [
    {
      job_name: name,
      ...more,
      static_configs: targets.map(({ instance, host, asked, ...endpoint }) => ({
        targets: [hostPort(endpoint)],
        labels: { instance, host: host === "" ? undefined : host, __param_target: asked },
      })),
    },
  ];
}
