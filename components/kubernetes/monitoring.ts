import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import type * as inputs from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { renderKubernetesAlertRules, renderKubernetesDashboards } from "ha-registry-core";
import type { DashboardsTopology, KubernetesTopology, PrometheusOperatorTopology } from "ha-registry-core";
import { labelsOf, metadataOf, selectorOf } from "./objects";

/** Arguments of `Monitoring`. */
export interface MonitoringArgs {
  /** The resolved registry; it has monitoring. */
  topology: KubernetesTopology;
  /** Namespace of the registry. */
  namespaceName: pulumi.Input<string>;
}

const part = "monitoring";

/** Which pods tell of themselves: their part, the port's name, and what the job is called in alert rules and dashboards. */
const watched = [
  { pods: "node", port: "debug", job: "registry" },
  { pods: "balancer", port: "statistics", job: "haproxy" },
] as const;

/**
 * What a Prometheus of the cluster's, and a Grafana, are told: PodMonitors, a PrometheusRule and dashboards. Its series have the label `registry` besides that of the namespace, so that those of
 * several registries keep apart.
 */
export class Monitoring extends pulumi.ComponentResource {
  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-kubernetes:index:Monitoring", name, {}, opts);
    const { monitoring } = args.topology;
    if (monitoring === undefined) throw new Error("the registry has no monitoring");
    const { prometheusOperator, alerting, dashboards } = monitoring;
    const child = { parent: this };
    if (prometheusOperator !== undefined) {
      makePodMonitors(name, args, prometheusOperator, child);
      if (alerting.alerts.length > 0)
        new CustomResource(
          `${name}-alerts`,
          {
            apiVersion: "monitoring.coreos.com/v1",
            kind: "PrometheusRule",
            metadata: chosenMetadata(args, `${args.topology.name}-alerts`, prometheusOperator.labels),
            spec: renderKubernetesAlertRules(args.topology, monitoring),
          },
          child,
        );
    }
    if (dashboards !== undefined) makeDashboards(name, args, dashboards, child);
    this.registerOutputs({});
  }
}

/** Custom resources: the API server refuses them where prometheus-operator's are not installed. */
function makePodMonitors(
  name: string,
  args: MonitoringArgs,
  { labels, scrapeIntervalSeconds }: PrometheusOperatorTopology,
  opts: pulumi.CustomResourceOptions,
): void {
  const { topology } = args;
  for (const { pods, port, job } of watched)
    new CustomResource(
      `${name}-${job}`,
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PodMonitor",
        metadata: chosenMetadata(args, `${topology.name}-${job}`, labels),
        spec: {
          selector: { matchLabels: selectorOf(topology, pods) },
          podMetricsEndpoints: [
            {
              port,
              path: "/metrics",
              interval: `${scrapeIntervalSeconds}s`,
              relabelings: [
                { targetLabel: "job", replacement: job },
                { targetLabel: "registry", replacement: topology.name },
                { targetLabel: "instance", sourceLabels: ["__meta_kubernetes_pod_name"] },
              ],
            },
          ],
        },
      },
      opts,
    );
}

/** What an object says of itself, with the labels by which others choose it. */
function chosenMetadata(
  { topology, namespaceName }: MonitoringArgs,
  objectName: string,
  labels: Record<string, string>,
  namespace = namespaceName,
): inputs.meta.v1.ObjectMeta {
  return { ...metadataOf(topology, part, objectName, namespace), labels: { ...labelsOf(topology, part), ...labels } };
}

function makeDashboards(
  name: string,
  args: MonitoringArgs,
  { namespaces, labels }: DashboardsTopology,
  opts: pulumi.CustomResourceOptions,
): void {
  const { topology, namespaceName } = args;
  for (const namespace of namespaces)
    for (const [file, text] of Object.entries(renderKubernetesDashboards(topology))) {
      const dashboard = file.replace(/\.json$/, "");
      // In the registry's namespace it waits for that to be there.
      const where = namespace === topology.namespace.name ? namespaceName : namespace;
      new ConfigMap(
        `${name}-${namespace}-${dashboard}`,
        { metadata: chosenMetadata(args, `${topology.name}-${dashboard}`, labels, where), data: { [file]: text } },
        opts,
      );
    }
}
