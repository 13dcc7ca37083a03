import { ports } from "../layout";
import { announcedEndpoint, hostPort, metricsServerName } from "../placement";
import type { BalancerTopology, Endpoint, Placed, Topology } from "../topology";
import type { MonitoringTopology } from "../topology-monitoring";
import { scrapedParts, scrapedPath } from "./scraped-parts";
import type { PartJob, ScrapedPart } from "./scraped-parts";
import { stringifyYaml } from "./yaml";
import type { LooseMap } from "./yaml";

/** Absolute paths of the files that Prometheus' configuration names. */
export interface PrometheusFiles {
  /** Rules of alerts. */
  rules: string;
  /** What lets into Garage's metrics, where the registry has a Garage. */
  garageToken?: string;
  /** By which it knows other hosts, and they know it. Absent where there is but one. */
  otherHosts?: OtherHostsFiles;
}

/** Absolute paths of what Prometheus and other hosts know each other by. */
export interface OtherHostsFiles {
  /** CA of their certificates. */
  internalCa: string;
  /** Prometheus' own certificate. */
  certificate: string;
  /** Private key for it. */
  privateKey: string;
}

/** Something that Prometheus asks. */
interface Target extends Endpoint {
  /** What it is called in metrics: the name of the container or of the host. */
  instance: string;
  /** Name of its host; empty where there is but one. */
  host: string;
  /** What an exporter is to ask in its turn, as `rediss://10.1.2.3:6379`. */
  asked?: string;
  /** Where it is asked by way of its host's metrics proxy. */
  proxiedPath?: string;
}

/**
 * `prometheus.yml`, for Prometheus 3.
 *
 * @throws {TypeError} when there are other hosts, and what they know Prometheus by is missing.
 */
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
    scrape_configs: [...partJobs(topology, monitoring, files), ...ownJobs(topology, monitoring)],
  });
}

/** What tells of itself: on Prometheus' own host asked at once, on others by way of the host's metrics proxy. */
function partJobs(topology: Topology, monitoring: MonitoringTopology, files: PrometheusFiles): LooseMap[] {
  const parts = scrapedParts(topology, monitoring);
  const target = (part: ScrapedPart): Target => {
    const { instance, host } = part;
    const proxy = monitoring.metricsProxies.find((each) => each.host === host);
    return proxy === undefined ? part : { ...announcedEndpoint(proxy), instance, host, proxiedPath: scrapedPath(part) };
  };
  const of = (name: PartJob, more: LooseMap = {}): LooseMap[] => {
    const targets = parts.filter((part) => part.job === name).map(target);
    const isProxied = targets.some(({ proxiedPath }) => proxiedPath !== undefined);
    return job(name, targets, { ...more, ...(isProxied ? { tls_config: tlsOf(topology, files) } : {}) });
  };
  return [
    ...of("registry"),
    ...of("haproxy"),
    ...of("garage", { authorization: { type: "Bearer", credentials_file: files.garageToken } }),
    ...of("garbage-collection"),
    ...of("backup"),
    ...of("node"),
  ];
}

function tlsOf({ name }: Topology, { otherHosts }: PrometheusFiles): LooseMap {
  if (otherHosts === undefined) throw new TypeError("Prometheus asks other hosts by TLS, and its certificate is missing");
  const { internalCa, certificate, privateKey } = otherHosts;
  return { ca_file: internalCa, cert_file: certificate, key_file: privateKey, server_name: metricsServerName(name), min_version: "TLS12" };
}

/** What monitoring tells, of itself and of those who say nothing themselves. */
function ownJobs({ redis, loadBalancer, hosts }: Topology, monitoring: MonitoringTopology): LooseMap[] {
  const { prometheus, alertmanager, redisExporter, blackboxExporter, probe } = monitoring;
  const self = ({ address, port, name, host }: Placed): Target => ({ address, port, instance: name, host });
  const redisInstances = [...redis.servers, ...redis.sentinels];
  const clientsReach = ({ host, address }: BalancerTopology): Endpoint => {
    const published = host === prometheus.host ? undefined : hosts.find(({ name }) => name === host)?.address;
    return published === undefined ? { address, port: ports.balancer } : { address: published, port: loadBalancer.port };
  };
  return [
    ...job(
      "redis",
      redisExporter === undefined
        ? []
        : redisInstances.map((each) => ({ ...self(redisExporter), instance: each.name, host: each.host, asked: redisUrl(each) })),
      { metrics_path: "/scrape" },
    ),
    ...job(
      "certificate",
      [
        ...loadBalancer.balancers.map((each) => ({ name: each.name, host: each.host, endpoint: clientsReach(each) })),
        ...(redisExporter === undefined
          ? []
          : redisInstances.map((each) => ({ name: each.name, host: each.host, endpoint: announcedEndpoint(each) }))),
      ].map(({ name, host, endpoint }) => ({ ...self(blackboxExporter), instance: name, host, asked: hostPort(endpoint) })),
      { metrics_path: "/probe", params: { module: ["certificate"] } },
    ),
    ...job("probe", probe === undefined ? [] : [self(probe)]),
    ...job("prometheus", [self(prometheus)]),
    ...job("alertmanager", [self(alertmanager)]),
  ];
}

/** URL of a Redis server or sentinel, as redis_exporter takes it. */
export function redisUrl(instance: Placed): string {
  return `rediss://${hostPort(announcedEndpoint(instance))}`;
}

/** A job, where there is anything to ask. */
function job(name: string, targets: readonly Target[], more: LooseMap = {}): LooseMap[] {
  if (targets.length === 0) return [];
  return [
    {
      job_name: name,
      ...more,
      static_configs: targets.map(({ instance, host, asked, proxiedPath, address, port }) => ({
        targets: [hostPort({ address, port })],
        labels: {
          instance,
          host: host === "" ? undefined : host,
          __param_target: asked,
          __metrics_path__: proxiedPath,
          __scheme__: proxiedPath === undefined ? undefined : "https",
        },
      })),
    },
  ];
}
