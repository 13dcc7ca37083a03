import type * as inputs from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import type { KubernetesTopology, RequestsTopology } from "ha-registry-core";
import { selectorOf } from "./objects";

/** What a container is made of. */
export interface ContainerArgs {
  /** Its name. */
  part: string;
  /** Its image. */
  image: string;
  /** What it runs. */
  command: string[];
  /** Memory limit, MiB. */
  memoryMiB: number;
  /** CPU limit, cores; none when absent. */
  cpus?: number;
  /** What it is promised. */
  requests: RequestsTopology;
  /** Ports, by name. @default - none */
  ports?: Record<string, number>;
  /** Environment, by name. @default - none */
  environment?: Record<string, pulumi.Input<string>>;
  /** Variables with what the pod is told of itself, by name, as `status.podIP`. @default - none */
  podFields?: Record<string, string>;
  /** When it has started, when it wants requests, and when it has to be started again. @default - always, always and never */
  probes?: Pick<inputs.core.v1.Container, "startupProbe" | "readinessProbe" | "livenessProbe">;
  /** What is done before it is told to stop. @default - nothing */
  beforeStop?: string[];
  /** Where volumes are mounted. */
  mounts: inputs.core.v1.VolumeMount[];
}

/** What a pod is made of: one container, which has the name of its part, and what runs beside it. */
export interface PodArgs extends ContainerArgs {
  /** The resolved registry. */
  topology: KubernetesTopology;
  /** Number of user and group of all processes; files belong to this group. */
  user: number;
  /** How long a stop may take before it is a kill, seconds. */
  graceSeconds: number;
  /** Volumes. */
  volumes: inputs.core.v1.Volume[];
  /** Containers that start before it and are stopped when it has ended. @default - none */
  sidecars?: ContainerArgs[];
  /** Whether it comes to an end by itself, as that of a Job does. @default false */
  ends?: boolean;
  /** Its ServiceAccount. @default - the namespace's */
  serviceAccountName?: pulumi.Input<string>;
}

/**
 * A pod as the Pod Security level *restricted* wants it, and some more: no root, no capabilities, no writable root file system, no access to the API server,
 * bounded memory.
 */
export function podSpec(args: PodArgs): inputs.core.v1.PodSpec {
  const { topology, part, user } = args;
  const { nodeSelector, tolerations, priorityClassName } = topology.scheduling;
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(args.serviceAccountName === undefined ? {} : { serviceAccountName: args.serviceAccountName }),
    ...(topology.imagePullSecrets.length === 0 ? {} : { imagePullSecrets: topology.imagePullSecrets.map((name) => ({ name })) }),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      fsGroupChangePolicy: "OnRootMismatch", // else each start would go through all blobs
      seccompProfile: { type: "RuntimeDefault" },
    },
    terminationGracePeriodSeconds: args.graceSeconds,
    // Names are given in full, and so are asked for once instead of with every suffix first.
    dnsConfig: { options: [{ name: "ndots", value: "1" }] },
    ...(args.ends ? { restartPolicy: "Never" } : { topologySpreadConstraints: spread(selectorOf(topology, part)) }),
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
    ...(tolerations.length === 0
      ? {}
      : { tolerations: tolerations.map((taint) => ({ ...taint, operator: taint.value === undefined ? "Exists" : "Equal" })) }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    // The API server takes a container that goes on beside the others for one that begins before them.
    ...(args.sidecars === undefined
      ? {}
      : { initContainers: args.sidecars.map((sidecar) => ({ ...container(sidecar), restartPolicy: "Always" })) }),
    containers: [container(args)],
    volumes: args.volumes,
  };
}

function container(args: ContainerArgs): inputs.core.v1.Container {
  const environment = [
    ...Object.entries(args.environment ?? {}).map(([name, value]) => ({ name, value })),
    ...Object.entries(args.podFields ?? {}).map(([name, fieldPath]) => ({
      name,
      valueFrom: { fieldRef: { apiVersion: "v1", fieldPath } },
    })),
  ];
  const ports = Object.entries(args.ports ?? {}).map(([name, containerPort]) => ({ name, containerPort, protocol: "TCP" }));
  return {
    name: args.part,
    image: args.image,
    command: args.command,
    ...(environment.length === 0 ? {} : { env: environment }),
    ...(ports.length === 0 ? {} : { ports }),
    resources: {
      limits: { memory: `${args.memoryMiB}Mi`, ...(args.cpus === undefined ? {} : { cpu: cores(args.cpus) }) },
      requests: { memory: `${args.requests.memoryMiB}Mi`, ...(args.requests.cpus === undefined ? {} : { cpu: cores(args.requests.cpus) }) },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    ...args.probes,
    ...(args.beforeStop === undefined ? {} : { lifecycle: { preStop: { exec: { command: args.beforeStop } } } }),
    volumeMounts: args.mounts,
  };
}

/** Cores in the unit that the API server keeps them in. */
function cores(count: number): string {
  return Number.isInteger(count) ? String(count) : `${Math.round(count * 1000)}m`;
}

/**
 * No two on a host while another one has none, as far as hosts take pods; over zones as well as can be. Pods of before a change count for themselves, or those that
 * go would push those that come to one side.
 */
function spread(selector: Record<string, string>): inputs.core.v1.TopologySpreadConstraint[] {
  const each = { maxSkew: 1, labelSelector: { matchLabels: selector } };
  return [
    { ...each, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "ScheduleAnyway" },
    { ...each, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "DoNotSchedule", nodeTaintsPolicy: "Honor" },
  ].map((constraint) => ({ ...constraint, matchLabelKeys: ["pod-template-hash"] }));
}

/** A directory in memory, for what a process has to write. */
export function memoryVolume(name: string, sizeMiB: number): inputs.core.v1.Volume {
  return { name, emptyDir: { medium: "Memory", sizeLimit: `${sizeMiB}Mi` } };
}

/** How pods of a Deployment are replaced: a new one serves before an old one goes. */
export const rollingUpdate: inputs.apps.v1.DeploymentStrategy = {
  type: "RollingUpdate",
  rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
};
