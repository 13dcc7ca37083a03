import * as pulumi from "@pulumi/pulumi";
import {
  contentPath,
  deadMansSwitchName,
  ports,
  renderAlertRules,
  renderAlertmanager,
  renderAlertmanagerTemplates,
  renderDashboards,
  renderGrafanaDataSource,
  renderGrafanaEnvironment,
  renderGrafanaProvider,
  renderGrafanaScript,
  renderPrometheus,
  users,
} from "ha-registry-core";
import type { AlertingTopology, MonitoringTopology } from "ha-registry-core";
import type { KeyPair } from "ha-registry-core/pulumi";
import { pathsOf } from "./files";
import type { MonitoringArgs, MonitoringPart } from "./monitoring";

/** Memory of Alertmanager, MiB. */
const alertmanagerMemoryMiB = 128;

/** Prometheus. A change of its rules replaces it; it goes on with what it kept. */
export function prometheusPart(
  { topology, garageToken, internalCa }: MonitoringArgs,
  monitoring: MonitoringTopology,
  certificate: KeyPair | undefined,
): MonitoringPart {
  const { prometheus, prometheusPort, bindAddress, retentionDays, retentionGiB, memoryMiB, alerting } = monitoring;
  const hasGarage = topology.objectStore.garage !== undefined;
  const plain = {
    "rules.yml": renderAlertRules(alerting.alerts),
    ...(certificate === undefined ? {} : { "ca.crt": internalCa.certificatePem, "client.crt": certificate.certificatePem }),
  };
  const secret = {
    ...(hasGarage ? { "garage-token": garageToken ?? "" } : {}),
    ...(certificate === undefined ? {} : { "client.key": certificate.privateKeyPem }),
  };
  const configuration = pathsOf({ ...plain, ...secret }).apply((paths) =>
    renderPrometheus(topology, monitoring, {
      rules: paths["rules.yml"] ?? "",
      garageToken: paths["garage-token"],
      otherHosts: otherHostsFiles(paths),
    }),
  );
  return {
    placed: prometheus,
    memoryMiB,
    plain: { ...plain, "prometheus.yml": configuration },
    secret,
    dataDirectory: "/prometheus",
    healthy: `wget -q -T 3 -O /dev/null http://127.0.0.1:${prometheus.port}/-/ready`,
    ports: [{ internal: prometheus.port, external: prometheusPort, ip: bindAddress }],
    container: (path) => ({
      image: topology.images.prometheus,
      entrypoints: ["prometheus"],
      command: [
        pulumi.interpolate`--config.file=${path("prometheus.yml")}`,
        "--storage.tsdb.path=/prometheus",
        `--storage.tsdb.retention.time=${retentionDays}d`,
        `--storage.tsdb.retention.size=${retentionGiB}GiB`,
        `--web.listen-address=:${prometheus.port}`,
        `--web.external-url=http://${bindAddress}:${prometheusPort}/`,
      ],
    }),
  };
}

function otherHostsFiles({ "ca.crt": internalCa, "client.crt": certificate, "client.key": privateKey }: Record<string, string>) {
  return internalCa && certificate && privateKey ? { internalCa, certificate, privateKey } : undefined;
}

/** Alertmanager, alone: one per host would have to agree, and whoever it cannot tell hears of it from the dead man's switch. */
export function alertmanagerPart(
  { topology, receiverSecrets = {} }: MonitoringArgs,
  monitoring: MonitoringTopology,
  salt: pulumi.Output<string>,
): MonitoringPart {
  const { alertmanager, alertmanagerPort, bindAddress, alerting } = monitoring;
  const templates = renderAlertmanagerTemplates(topology.name);
  const authorities = authoritiesOf(alerting);
  const named = Object.entries(receiverSecrets).map(([name, secret]) => ({ name, file: `secret-of-${name}`, secret }));
  const secrets = Object.fromEntries(named.map(({ file, secret }) => [file, secret]));
  const configuration = pulumi.all([secrets, salt]).apply(([contents, random]) =>
    renderAlertmanager(alerting, {
      templates: contentPath("messages.tmpl", templates),
      secrets: Object.fromEntries(named.map(({ name, file }) => [name, contentPath(file, `${random}${contents[file]}`)])),
      authorities: Object.fromEntries(authorities.map(({ name, file, pem }) => [name, contentPath(file, pem)])),
    }),
  );
  return {
    placed: alertmanager,
    memoryMiB: alertmanagerMemoryMiB,
    plain: {
      "alertmanager.yml": pulumi.unsecret(configuration), // it has paths of secrets, which tell nothing of them
      "messages.tmpl": templates,
      ...Object.fromEntries(authorities.map(({ file, pem }) => [file, pem])),
    },
    secret: secrets,
    salt,
    dataDirectory: "/alertmanager",
    healthy: `wget -q -T 3 -O /dev/null http://127.0.0.1:${alertmanager.port}/-/ready`,
    ports: [{ internal: alertmanager.port, external: alertmanagerPort, ip: bindAddress }],
    container: (path) => ({
      image: topology.images.alertmanager,
      entrypoints: ["alertmanager"],
      command: [
        pulumi.interpolate`--config.file=${path("alertmanager.yml")}`,
        "--storage.path=/alertmanager",
        "--cluster.listen-address=",
        `--web.listen-address=:${alertmanager.port}`,
        `--web.external-url=http://${bindAddress}:${alertmanagerPort}/`,
      ],
    }),
  };
}

/** Certificates by which receivers are trusted. */
function authoritiesOf({ receivers, deadMansSwitch }: AlertingTopology): { name: string; file: string; pem: string }[] {
  const all = [...receivers, ...(deadMansSwitch === undefined ? [] : [{ ...deadMansSwitch, name: deadMansSwitchName }])];
  return all.flatMap(({ name, caPem }) => (caPem === undefined ? [] : [{ name, file: `ca-of-${name}.crt`, pem: caPem }]));
}

/** Grafana, where it is wanted. It keeps nothing: dashboards are files. */
export function grafanaPart({ topology }: MonitoringArgs, monitoring: MonitoringTopology): MonitoringPart[] {
  const { grafana, bindAddress } = monitoring;
  if (grafana === undefined) return [];
  const dashboards = renderDashboards();
  return [
    {
      placed: grafana,
      memoryMiB: grafana.memoryMiB,
      plain: {
        "grafana.sh": renderGrafanaScript(),
        "prometheus.yaml": renderGrafanaDataSource(monitoring),
        "ha-registry.yaml": renderGrafanaProvider(),
        ...dashboards,
      },
      healthy: `wget -q -T 3 -O /dev/null http://127.0.0.1:${ports.grafana}/api/health`,
      ports: [{ internal: ports.grafana, external: grafana.hostPort, ip: bindAddress }],
      container: (path) => ({
        image: topology.images.grafana,
        entrypoints: ["sh"],
        command: ["grafana.sh", "prometheus.yaml", "ha-registry.yaml", ...Object.keys(dashboards)].map(path),
        envs: Object.entries(renderGrafanaEnvironment()).map(([variable, value]) => `${variable}=${value}`),
        waitTimeout: 180, // it makes its database first
        tmpfs: Object.fromEntries(
          ["/tmp", "/var/lib/grafana"].map((directory) => [directory, `rw,noexec,nosuid,size=128m,uid=${users.monitoring},mode=0700`]),
        ),
      }),
    },
  ];
}
