import type * as inputs from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import { ports, renderStoreClient, statisticsPortVariable, storeProxyMemoryMiB } from "ha-registry-core";
import type { KubernetesTopology } from "ha-registry-core";
import { Files } from "./files";
import type { ContainerArgs } from "./pod";

/** Where the files of a HAProxy before the registry's own object store are mounted. */
const directory = "/store-proxy";

/** The files by which a pod reaches the registry's own object store, none of them secret. */
export function makeStoreAccess(
  name: string,
  topology: KubernetesTopology,
  namespaceName: pulumi.Input<string>,
  caCertificatePem: pulumi.Input<string>,
  opts: pulumi.ComponentResourceOptions,
): Files {
  const plain = { "ca.crt": caCertificatePem, "haproxy.cfg": renderStoreClient(topology, `${directory}/ca.crt`) };
  return new Files(name, { topology, namespaceName, part: "object-store", plain }, opts);
}

/** What a pod needs in order to reach the registry's own object store at `127.0.0.1`: a HAProxy that starts before it, and ends after it. */
export function storeClient(
  topology: KubernetesTopology,
  configMapName: pulumi.Input<string>,
): { volumes: inputs.core.v1.Volume[]; sidecars: ContainerArgs[] } {
  return {
    volumes: [{ name: "store-proxy", configMap: { name: configMapName, defaultMode: 0o440 } }],
    sidecars: [storeProxy(topology, "store-proxy", {})],
  };
}

/** A HAProxy beside what uses the store, or beside a node of it; its files are in the volume `store-proxy`. */
export function storeProxy(topology: KubernetesTopology, part: string, open: Record<string, number>): ContainerArgs {
  const metrics = { httpGet: { path: "/metrics", port: "statistics" }, timeoutSeconds: 5 };
  return {
    part,
    image: topology.images.haproxy,
    command: ["haproxy", "-db", "-f", `${directory}/haproxy.cfg`],
    memoryMiB: storeProxyMemoryMiB,
    requests: { memoryMiB: storeProxyMemoryMiB, cpus: 0.1 },
    ports: { ...open, statistics: ports.statistics },
    environment: { [statisticsPortVariable]: String(ports.statistics) },
    probes: {
      startupProbe: { ...metrics, periodSeconds: 1, failureThreshold: 60 },
      readinessProbe: { ...metrics, periodSeconds: 5 },
      livenessProbe: { ...metrics, periodSeconds: 15, failureThreshold: 4 },
    },
    mounts: [{ name: "store-proxy", mountPath: directory, readOnly: true }],
  };
}

/** Path of a file of such a HAProxy. */
export function proxyPath(file: string): string {
  return `${directory}/${file}`;
}
