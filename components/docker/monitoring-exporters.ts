import * as pulumi from "@pulumi/pulumi";
import { redisUrl, renderBlackbox, renderProbeScript, renderRegctl, users } from "ha-registry-core";
import type { MonitoringTopology, Placed } from "ha-registry-core";
import type { MonitoringArgs, MonitoringPart } from "./monitoring";

/** Memory of an exporter, and of the probe, MiB. */
const exporterMemoryMiB = 64;

/** Where a node exporter finds the disk of the store. */
const storeMount = "/store";

/** What the node exporter looks at: what says something of the host also from inside a container that sees nothing else of it. */
const collectors = ["cpu", "diskstats", "filefd", "filesystem", "loadavg", "meminfo", "pressure", "stat", "time", "uname", "vmstat"];

/** What tells of a host. It sees the store's volume, to tell how full its disk is, and nothing else of the host's disks. */
export function nodeExporterPart({ topology, storeVolumeName }: MonitoringArgs, exporter: Placed): MonitoringPart {
  const { objectStore, images } = topology;
  const garage = objectStore.garage?.nodes.find(({ host }) => host === exporter.host);
  const volume = garage === undefined ? (objectStore.s3 === undefined ? storeVolumeName : undefined) : `${garage.name}-data`;
  return {
    placed: exporter,
    memoryMiB: exporterMemoryMiB,
    healthy: `wget -q -T 3 -O /dev/null http://127.0.0.1:${exporter.port}/`,
    mounts: volume === undefined ? [] : [{ type: "volume", source: volume, target: storeMount, readOnly: true }],
    container: () => ({
      image: images["node-exporter"],
      entrypoints: ["/bin/node_exporter"],
      command: [
        "--collector.disable-defaults",
        ...collectors.map((collector) => `--collector.${collector}`),
        // Whatever kind it is of: the volume may lie on what is left out by default.
        `--collector.filesystem.mount-points-include=^${storeMount}$`,
        "--collector.filesystem.fs-types-exclude=^$",
        `--web.listen-address=:${exporter.port}`,
      ],
    }),
  };
}

/** What tells of Redis servers and sentinels, where they are the registry's own. */
export function redisExporterPart(
  { topology, internalCa, redisPassword }: MonitoringArgs,
  { redisExporter }: MonitoringTopology,
): MonitoringPart[] {
  if (redisExporter === undefined) return [];
  const instances = [...topology.redis.servers, ...topology.redis.sentinels];
  const passwords = pulumi
    .output(redisPassword ?? "")
    .apply((password) =>
      JSON.stringify(Object.fromEntries(instances.map((each) => [redisUrl(each).replace("//", "//monitor@"), password]))),
    );
  return [
    {
      placed: redisExporter,
      memoryMiB: exporterMemoryMiB,
      plain: { "ca.crt": internalCa.certificatePem },
      secret: { "passwords.json": passwords },
      healthy: `wget -q -T 3 -O /dev/null http://127.0.0.1:${redisExporter.port}/health`,
      container: (path) => ({
        image: topology.images["redis-exporter"],
        entrypoints: ["/redis_exporter"],
        command: [
          // It asks whom Prometheus names, and nobody by itself.
          "--redis.addr=",
          "--redis.user=monitor",
          pulumi.interpolate`--redis.password-file=${path("passwords.json")}`,
          pulumi.interpolate`--tls-ca-cert-file=${path("ca.crt")}`,
          // Neither settings nor commands with their keys, which its user may not see.
          "--config-command=-",
          "--set-client-name=false",
          "--exclude-latency-histogram-metrics",
          `--web.listen-address=:${redisExporter.port}`,
        ],
      }),
    },
  ];
}

/** What looks at certificates. */
export function blackboxExporterPart({ topology }: MonitoringArgs, { blackboxExporter }: MonitoringTopology): MonitoringPart {
  return {
    placed: blackboxExporter,
    memoryMiB: exporterMemoryMiB,
    plain: { "blackbox.yml": renderBlackbox(topology) },
    healthy: `wget -q -T 3 -O /dev/null http://127.0.0.1:${blackboxExporter.port}/-/healthy`,
    container: (path) => ({
      image: topology.images["blackbox-exporter"],
      entrypoints: ["/bin/blackbox_exporter"],
      command: [pulumi.interpolate`--config.file=${path("blackbox.yml")}`, `--web.listen-address=:${blackboxExporter.port}`],
    }),
  };
}

/** The synthetic probe, where it is wanted. */
export function probePart({ topology, caCertificatePem, probePassword }: MonitoringArgs, { probe }: MonitoringTopology): MonitoringPart[] {
  if (probe === undefined) return [];
  const regctl = pulumi.all([caCertificatePem, probePassword]).apply(([ca, password]) => renderRegctl(probe, ca, password));
  const name = probe.registry.replace(/:\d+$/, "");
  return [
    {
      placed: probe,
      memoryMiB: exporterMemoryMiB,
      plain: { "probe.sh": renderProbeScript(probe) },
      secret: { "regctl.json": regctl },
      healthy: "[ -e /tmp/ready ]",
      container: (path) => ({
        image: topology.images.regctl,
        entrypoints: ["sh"],
        command: [path("probe.sh"), "serve", path("regctl.json")],
        init: true,
        tmpfs: { "/tmp": `rw,noexec,nosuid,size=8m,uid=${users.monitoring},mode=0700` },
        ...(probe.resolvesTo === undefined ? {} : { hosts: [{ host: name, ip: probe.resolvesTo }] }),
      }),
    },
  ];
}
