import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { users } from "ha-registry-core";
import type { MonitoringTopology, Placed, Topology } from "ha-registry-core";
import { healthcheck, labels, serviceDefaults, volumePreparation } from "./container";
import { Files, pathOf } from "./files";
import { childOptions } from "./hosts";
import type { PartOptions } from "./hosts";
import type { Issuer } from "ha-registry-core/pulumi";
import { metricsCertificates, metricsProxyParts } from "./monitoring-hosts";
import type { MetricsCertificates } from "./monitoring-hosts";
import { alertmanagerPart, grafanaPart, prometheusPart } from "./monitoring-core";
import { blackboxExporterPart, nodeExporterPart, probePart, redisExporterPart } from "./monitoring-exporters";

/** Arguments of `Monitoring`. */
export interface MonitoringArgs {
  /** The resolved registry; it has monitoring. */
  topology: Topology;
  /** Name of the private network. */
  networkName: pulumi.Input<string>;
  /** Name of the volume with blobs and manifests. @default - none, for a bucket */
  storeVolumeName?: pulumi.Input<string>;
  /** CA by which the probe trusts the balancer; empty for the system's. */
  caCertificatePem: pulumi.Input<string>;
  /** Password of the probe's user, a secret. @default - nobody logs in */
  probePassword?: pulumi.Input<string>;
  /** CA of the private network: that of Redis, and of those by whom Prometheus and other hosts know each other. */
  internalCa: Issuer;
  /** Password of Redis's user `monitor`, a secret. @default - there is no Redis of the registry's own */
  redisPassword?: pulumi.Input<string>;
  /** What lets into the metrics of Garage, a secret. @default - there is no Garage */
  garageToken?: pulumi.Input<string>;
  /** Secrets of receivers of alerts, by their name: the URL, or the password at the mail server. @default - none has any */
  receiverSecrets?: Record<string, pulumi.Input<string>>;
}

/** What one container of monitoring has of its own. */
export interface MonitoringPart {
  placed: Placed;
  memoryMiB: number;
  /** Files without secrets, by name. @default - none */
  plain?: Record<string, pulumi.Input<string>>;
  /** Files with secrets, by name. @default - none */
  secret?: Record<string, pulumi.Input<string>>;
  /** Random text for the paths of these, where a person may have chosen what is in one. @default - none */
  salt?: pulumi.Input<string>;
  /** Volumes beside that of its files and that of its data. @default - none */
  mounts?: docker.types.input.ContainerMount[];
  /** Image, program, arguments. `path` tells where a file is. */
  container: (path: (file: string) => pulumi.Output<string>) => Partial<docker.ContainerArgs> & Pick<docker.ContainerArgs, "image">;
  /** Shell command that succeeds in a healthy container. */
  healthy: string;
  /** Where it keeps data, in a volume of its own. @default - it keeps none */
  dataDirectory?: string;
  /** Ports of the host, by those of the container. @default - none */
  ports?: { internal: number; external: number; ip: string }[];
}

/**
 * Monitoring: Prometheus, Alertmanager, the exporters of what says nothing itself, the synthetic probe, and Grafana where it is wanted. Each is
 * a container of its own, without any right, and reads its own secrets alone. What Prometheus and Alertmanager keep outlives their containers.
 */
export class Monitoring extends pulumi.ComponentResource {
  constructor(name: string, args: MonitoringArgs, opts?: PartOptions) {
    const { dependsOn, ...options } = opts ?? {};
    super("ha-registry-docker:index:Monitoring", name, {}, options);
    const { topology, networkName } = args;
    const { monitoring } = topology;
    if (monitoring === undefined) throw new Error("the registry has no monitoring");
    const where = { parent: this, hostProviders: opts?.hostProviders };

    const salt = new random.RandomBytes(`${name}-salt`, { length: 32 }, { parent: this }).base64;
    const certificates = monitoring.metricsProxies.length === 0 ? undefined : metricsCertificates(name, args, { parent: this });
    for (const part of partsOf(args, monitoring, salt, certificates)) {
      const own = pulumi.mergeOptions({ dependsOn }, childOptions(where, part.placed.host));
      start(topology, networkName, part, where, own);
    }
    this.registerOutputs({});
  }
}

function partsOf(
  args: MonitoringArgs,
  monitoring: MonitoringTopology,
  salt: pulumi.Output<string>,
  certificates: MetricsCertificates | undefined,
): MonitoringPart[] {
  return [
    alertmanagerPart(args, monitoring, salt),
    ...monitoring.nodeExporters.map((exporter) => nodeExporterPart(args, exporter)),
    ...redisExporterPart(args, monitoring),
    blackboxExporterPart(args, monitoring),
    ...probePart(args, monitoring),
    ...metricsProxyParts(args, monitoring, certificates),
    prometheusPart(args, monitoring, certificates?.client),
    ...grafanaPart(args, monitoring),
  ];
}

/** A container of monitoring, with its files and its volume; names hold the host's where there are several. */
function start(
  topology: Topology,
  networkName: pulumi.Input<string>,
  part: MonitoringPart,
  where: Pick<PartOptions, "parent" | "hostProviders">,
  options: pulumi.CustomResourceOptions,
): void {
  const { placed, memoryMiB, dataDirectory, mounts = [] } = part;
  const files = filesOf(topology, part, where);
  const path = (file: string): pulumi.Output<string> => (files === undefined ? pulumi.output("") : pathOf(files, file));
  const data = dataDirectory === undefined ? undefined : dataVolume(topology, placed, dataDirectory, childOptions(where, placed.host));
  new docker.Container(
    placed.name,
    {
      ...serviceDefaults({ topology, part: "monitoring", user: users.monitoring, memoryMiB, graceSeconds: 10 }),
      name: placed.name,
      networksAdvanced: [{ name: networkName, ipv4Address: placed.address }],
      healthcheck: healthcheck(part.healthy),
      ...(part.ports === undefined ? {} : { ports: part.ports }),
      mounts: [
        ...(files === undefined ? [] : [{ type: "volume", source: files.volumeName, target: "/files", readOnly: true }]),
        ...(data === undefined ? [] : [{ type: "volume", source: data.name, target: data.directory }]),
        ...mounts,
      ],
      ...part.container(path),
    },
    pulumi.mergeOptions(options, {
      dependsOn: [...(files === undefined ? [] : [files]), ...(data === undefined ? [] : [data.prepared])],
      deleteBeforeReplace: true,
    }),
  );
}

function filesOf(
  topology: Topology,
  { placed: { name, host }, plain = {}, secret = {}, salt }: MonitoringPart,
  where: Pick<PartOptions, "parent" | "hostProviders">,
): Files | undefined {
  if (Object.keys({ ...plain, ...secret }).length === 0) return undefined;
  return new Files(`${name}-files`, { topology, part: "monitoring", host, owner: users.monitoring, plain, secret, salt }, { ...where });
}

/** A volume that belongs to the user of monitoring once `prepared` has run. It is not guarded: a registry is whole without it. */
function dataVolume(topology: Topology, { name }: Placed, directory: string, options: pulumi.CustomResourceOptions) {
  const volume = new docker.Volume(
    `${name}-data`,
    { name: `${name}-data`, labels: labels(topology, "monitoring") },
    { ...options, ignoreChanges: ["labels"] }, // labels of a volume cannot change without losing it
  );
  const owner = `${users.monitoring}:${users.monitoring}`;
  const prepared = new docker.Container(
    `${name}-owner`,
    {
      // The file keeps the volume from being empty: Docker gives an empty one the owner that the image's directory has.
      ...volumePreparation(topology, `: > /data/.owner; [ "$(stat -c %u:%g /data)" = ${owner} ] || chown -R ${owner} /data`, "monitoring"),
      name: `${name}-owner`,
      mounts: [{ type: "volume", source: volume.name, target: "/data" }],
    },
    { ...options, deleteBeforeReplace: true, ignoreChanges: ["image"] }, // any image will do
  );
  return { name: volume.name, directory, prepared };
}
