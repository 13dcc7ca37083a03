import type { ControlPlane } from "./kubernetes";
import type { Pod } from "./kubernetes-node";

/** Path of a pod at the API. */
export function pathOf({ metadata }: Pod): string {
  return `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
}

/** Part of the registry that a pod belongs to. */
export function partOf({ metadata }: Pod): string {
  return metadata.labels?.["app.kubernetes.io/component"] ?? "";
}

/** Whether a pod serves, and is not about to go. */
export function isReady({ metadata, status }: Pod): boolean {
  return (
    metadata.deletionTimestamp === undefined &&
    (status.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") ?? false)
  );
}

/** What a pod says of itself, for the text of a failure. */
export function describePod({ metadata, status }: Pod): string {
  return `${metadata.name}: ${JSON.stringify(status.conditions)} ${JSON.stringify(status.containerStatuses)}`;
}

/** Asks for a pod to go as whoever drains a host does; returns the status of the answer. */
export async function evict(plane: ControlPlane, pod: Pod): Promise<number> {
  const { name, namespace } = pod.metadata;
  const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
  return (await plane.post(`${pathOf(pod)}/eviction`, eviction)).status;
}
