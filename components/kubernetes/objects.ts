import type * as inputs from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import type { KubernetesTopology } from "ha-registry-core";

/** The labels by which objects of a part are found; they never change, since selectors cannot. */
export function selectorOf({ name }: KubernetesTopology, part: string): Record<string, string> {
  return { "app.kubernetes.io/component": part, "app.kubernetes.io/instance": name, "app.kubernetes.io/name": "ha-registry" };
}

/** The labels of everything that belongs to a part: how it is found, by whom it is made, and the user's own. */
export function labelsOf(topology: KubernetesTopology, part: string): Record<string, string> {
  return { ...topology.labels, ...selectorOf(topology, part), "app.kubernetes.io/managed-by": "pulumi" };
}

/** The part that collects garbage. */
export const collectionPart = "garbage-collection";

/** The label of pods that take part in garbage collection: balancers, and what collects. There is none without it. */
export function participantLabels({ garbageCollection }: KubernetesTopology): Record<string, string> {
  return garbageCollection === undefined ? {} : { "ha-registry/collections": "participant" };
}

/** Annotations by which many a Prometheus finds pods, where no PodMonitor tells it of them. */
export function scrapeAnnotations({ monitoring }: KubernetesTopology, port: number): Record<string, string> {
  if (monitoring === undefined || monitoring.prometheusOperator !== undefined) return {};
  return { "prometheus.io/path": "/metrics", "prometheus.io/port": String(port), "prometheus.io/scrape": "true" };
}

/** What every object says of itself. */
export function metadataOf(
  topology: KubernetesTopology,
  part: string,
  name: pulumi.Input<string>,
  namespace: pulumi.Input<string>,
  annotations: Record<string, string> = {},
): inputs.meta.v1.ObjectMeta {
  return { name, namespace, labels: labelsOf(topology, part), ...annotated(annotations) };
}

/** Annotations, where there are any. */
export function annotated<Text extends pulumi.Input<string>>(annotations: Record<string, Text>): { annotations?: Record<string, Text> } {
  return Object.keys(annotations).length === 0 ? {} : { annotations };
}

/** Text as a Secret keeps it. */
export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
