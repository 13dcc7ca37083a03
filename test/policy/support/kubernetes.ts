import { types } from "ha-registry-policy-kubernetes/dist/objects";
import type { Planned } from "./judge";

/** What is special about a workload. */
export interface Special {
  /** Type token. @default that of a Deployment */
  type?: string;
  /** Logical name. @default - as `judge` numbers them */
  name?: string;
  /** Its metadata, and that of its pods. @default - namespace and labels of a registry */
  metadata?: Record<string, unknown>;
  /** Of the workload's own part. @default - none */
  spec?: Record<string, unknown>;
  /** Of its pods. @default - none */
  pod?: Record<string, unknown>;
  /** Of its container. @default - that it runs a registry */
  container?: Record<string, unknown>;
  /** Property that something was computed from, by logical name. @default - none */
  computedFrom?: Record<string, string[]>;
}

const labels = { app: "registry" };
const metadata = { name: "registry", namespace: "images", labels };

/** A registry that is run as a Deployment, with what is special about it. */
export function workload(special: Special = {}): Planned {
  const { type = types.deployment, container, pod, spec, metadata: own, ...rest } = special;
  const containers = [{ name: "registry", image: "registry:3.1.2", ...container }];
  const template = { metadata: { labels }, spec: { containers, ...pod } };
  const properties = { metadata: { ...metadata, ...own }, spec: wrapped(type, template, spec) };
  return { ...rest, type, properties };
}

function wrapped(type: string, template: { spec: object }, spec: object = {}): object {
  if (type === types.pod) return { ...template.spec, ...spec };
  if (type === types.cronJob) return { jobTemplate: { spec: { template } }, ...spec };
  return { template, ...spec };
}

/** A container's own case of a policy: a plan with one Deployment. */
export function running(container: Record<string, unknown>, pod: Record<string, unknown> = {}): Planned[] {
  return [workload({ container, pod })];
}

/** Another object, in the registry's namespace unless it says otherwise. */
export function object(type: string, spec: unknown, further: Partial<Planned> & { metadata?: unknown } = {}): Planned {
  const { metadata: own, ...rest } = further;
  return { ...rest, type, properties: { metadata: own ?? { name: "registry", namespace: "images" }, spec, ...rest.properties } };
}

/** What finds the pods of `workload`. */
export const selector = { matchLabels: labels };
