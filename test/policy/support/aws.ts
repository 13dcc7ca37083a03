import { types } from "ha-registry-policy-aws/dist/resources";
import type { Planned } from "./judge";

/** A resource of a kind. */
export function resource(kind: keyof typeof types, properties: Record<string, unknown> = {}, further: Partial<Planned> = {}): Planned {
  return { ...further, type: types[kind][0], properties };
}

/** A task definition whose container is a registry, with what is special about container and task. */
export function task(container: Record<string, unknown> = {}, properties: Record<string, unknown> = {}): Planned {
  return tasks([container], properties);
}

/** A task definition with several containers, each a registry unless it says otherwise. */
export function tasks(containers: readonly Record<string, unknown>[], properties: Record<string, unknown> = {}): Planned {
  const definitions = containers.map((container) => ({ name: "registry", image: "registry:3.1.2", ...container }));
  return resource(
    "taskDefinition",
    { family: "registry", containerDefinitions: JSON.stringify(definitions), ...properties },
    { name: "task" },
  );
}

/** A service that runs `task`. */
export function service(properties: Record<string, unknown> = {}, further: Partial<Planned> = {}): Planned {
  return resource(
    "service",
    { name: "registry", ...properties },
    { name: "service", computedFrom: { taskDefinition: ["task"] }, ...further },
  );
}

/** A bucket, and what sets something of it. */
export function bucket(properties: Record<string, unknown> = {}, ...settings: readonly Planned[]): Planned[] {
  return [resource("bucket", { bucket: "images", ...properties }, { name: "images" }), ...settings];
}

/** What sets something of `bucket`, and knows its name. */
export function setting(kind: keyof typeof types, properties: Record<string, unknown>, further: Partial<Planned> = {}): Planned {
  return resource(kind, { bucket: "images", ...properties }, { name: "setting", ...further });
}

/** A load balancer that writes its log into `bucket`, which then holds no images. */
export const logging: Planned = resource("loadBalancer", { accessLogs: { bucket: "images", enabled: true } }, { name: "balancer" });

/** A policy document as text. */
export function document(...statements: readonly Record<string, unknown>[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
