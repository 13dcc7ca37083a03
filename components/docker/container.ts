import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Topology } from "ha-registry-core";

/** A label as the Docker provider takes it. */
interface Label {
  label: string;
  value: string;
}

/** The labels of everything that belongs to a part: the stack, the part, and the user's own. */
export function labels(topology: Topology, part: string): Label[] {
  const all = { ...topology.labels, "ha-registry": pulumi.getStack(), "ha-registry.part": part };
  return Object.entries(all)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => ({ label, value }));
}

/** What every long-running container has in common. */
export interface ServiceArgs {
  topology: Topology;
  part: string;
  /** Number of the user and group of the process. */
  user: number;
  /** Memory limit, MiB. */
  memoryMiB: number;
  /** CPU limit, cores. */
  cpus?: number;
  /** How long a stop waits before it kills, seconds. */
  graceSeconds: number;
}

/**
 * The settings that every service shares: no root, no capabilities, no writable root file system, bounded memory and logs, back after a
 * crash or a reboot, and never called done before its health check says so.
 */
export function serviceDefaults({ topology, part, user, memoryMiB, cpus, graceSeconds }: ServiceArgs) {
  return {
    user: `${user}:${user}`,
    readOnly: true,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges"],
    memory: memoryMiB,
    memorySwap: memoryMiB, // no swap: a registry that swaps is slower than one that restarts
    ...(cpus === undefined ? {} : { cpus: String(cpus) }),
    restart: "unless-stopped",
    wait: true,
    waitTimeout: 60,
    destroyGraceSeconds: graceSeconds,
    logDriver: "json-file",
    logOpts: { "max-size": `${topology.logs.maxSizeMiB}m`, "max-file": String(topology.logs.maxFiles) },
    labels: labels(topology, part),
  } satisfies Partial<docker.ContainerArgs>;
}

/**
 * The settings of a container that runs a shell script once, in the registry's image, to hand volumes over: root without any right but to
 * change owners.
 */
export function volumePreparation(topology: Topology, script: string, part = "object-store") {
  return {
    image: topology.images.registry,
    entrypoints: ["sh", "-c"],
    command: [script],
    user: "0:0",
    capabilities: { drops: ["ALL"], adds: ["CAP_CHOWN", "CAP_DAC_OVERRIDE"] },
    securityOpts: ["no-new-privileges"],
    readOnly: true,
    networkMode: "none",
    attach: true,
    mustRun: false,
    labels: labels(topology, part),
  } satisfies Partial<docker.ContainerArgs>;
}

/** How long a healthy container is left alone before it is looked at again, seconds. */
export const restSeconds = 8;

/** How long one check looks again and again before it fails, seconds. */
const insistSeconds = 2;

/** Exists while the last look found the container healthy. Docker gives every container this memory of its own, and a new one at each start. */
const healthyMarker = "/dev/shm/healthy";

/**
 * A health check that notices a start within a second and a sick container within 15 seconds, and is patient with a slow start.
 *
 * Docker has one interval for all states, and each check costs it a new process in the container's namespaces: checks every two seconds
 * took more CPU than the registry. So the check itself rests where all was well, and looks several times where it was not. Pulumi's
 * provider looks once a second whether a container is healthy: whoever is in time for its first look saves one.
 *
 * @param probe Shell command that succeeds in a healthy container, within seconds.
 * @param rest Shell command that rests.
 * @param shell Path of the shell, where it is not where Docker looks for it.
 */
export function healthcheck(probe: string, rest = `sleep ${restSeconds}`, shell?: string) {
  const script = [
    `[ ! -e ${healthyMarker} ] || ${rest}`,
    `end=$(($(date +%s) + ${insistSeconds}))`,
    `until ${probe}; do [ $(date +%s) -lt $end ] || { rm -f ${healthyMarker}; exit 1; }; sleep 0.2; done`,
    `: > ${healthyMarker}`,
  ].join("\n");
  const tests = shell === undefined ? ["CMD-SHELL", script] : ["CMD", shell, "-c", script];
  return { tests, interval: "300ms", timeout: "40s", retries: 3, startPeriod: "30s" };
}
