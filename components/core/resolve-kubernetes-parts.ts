import { checkNumber, isText } from "./checks";
import type { Problems } from "./errors";
import type { DisruptionBudgetShape, RequestsShape } from "./shape-kubernetes";
import type { Member } from "./topology-common";
import type { RequestsTopology } from "./topology-kubernetes";

/** Where objects have their names. */
export interface Cluster {
  /** Namespace of the registry. */
  namespace: string;
  /** DNS domain of the cluster. */
  domain: string;
}

/** DNS name of a Service of the registry. */
export function serviceHost({ namespace, domain }: Cluster, service: string): string {
  return `${service}.${namespace}.svc.${domain}`;
}

/** Number `number` of the pods of a StatefulSet, which counts from 0, by the name that it keeps. */
export function memberOf(set: string, host: string, number: number, port: number): Member {
  const name = `${set}-${number - 1}`;
  return { number, name, address: `${name}.${host}`, port };
}

/** Notes a problem unless `value` is absent or the name of an object. */
export function checkName(problems: Problems, path: string, value: string | undefined): void {
  if (value === undefined) return;
  problems.require(
    isText(value, /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/),
    path,
    `"${value}" is not the name of an object: lower-case letters, digits, dots and hyphens`,
  );
}

/** Fills in and checks what a pod is promised. */
export function resolveRequests(
  part: string,
  shape: RequestsShape,
  memoryLimitMiB: number,
  cpuLimit: number | undefined,
  problems: Problems,
): RequestsTopology {
  const cpus = shape.cpus ?? Math.min(0.1, cpuLimit ?? 0.1);
  const memoryMiB = shape.memoryMiB ?? memoryLimitMiB;
  checkNumber(problems, `${part}.requests.cpus`, cpus, { from: 0, to: cpuLimit ?? 1024 });
  checkNumber(problems, `${part}.requests.memoryMiB`, memoryMiB, { from: 1, to: memoryLimitMiB, whole: true });
  return { ...(cpus === 0 ? {} : { cpus }), memoryMiB };
}

/** Fills in and checks what planned work on hosts may take away. */
export function resolveDisruptionBudget(part: string, shape: DisruptionBudgetShape, count: number, problems: Problems): number {
  const { maxUnavailable = 1 } = shape;
  const path = `${part}.disruptionBudget.maxUnavailable`;
  if (maxUnavailable === 0) {
    problems.add(path, "0 blocks every eviction, and with it every drain and upgrade of a host: give 1 or more");
    return maxUnavailable;
  }
  // Where there are too few to begin with, that is what is told.
  problems.require(
    Number.isInteger(maxUnavailable) && maxUnavailable > 0 && (count < 2 || maxUnavailable < count),
    path,
    `${maxUnavailable} of ${count} may not be taken away at once, since nothing would serve: give a whole number from 1 to ${count - 1}`,
  );
  return maxUnavailable;
}

/** Notes what cannot be a label; returns them all. */
export function checkLabels(path: string, labels: Record<string, string>, problems: Problems): Record<string, string> {
  for (const [key, value] of Object.entries(labels)) {
    problems.require(
      isText(key, /^([a-z0-9]([a-z0-9.-]*[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/),
      `${path}.${key}`,
      "is not the name of a label, as team or corp.example/team",
    );
    problems.require(
      !key.startsWith("app.kubernetes.io/"),
      `${path}.${key}`,
      "labels of app.kubernetes.io are the library's own: choose another name",
    );
    problems.require(
      isText(value, /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/),
      `${path}.${key}`,
      `"${value}" is not the value of a label: up to 63 letters, digits and . _ -, with a letter or digit at both ends`,
    );
  }
  return labels;
}
