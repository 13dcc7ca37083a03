import { resourcePolicy, stackPolicy, type CommonSettings, type Finding, type RegistryPolicy, type Rule } from "ha-registry-policy-common";
import { containerType, type Container, type JudgedContainer } from "./container";

/** A policy for every container. */
export function containerPolicy<S extends CommonSettings = CommonSettings>(
  rule: Rule,
  check: (container: JudgedContainer, settings: S) => string[],
  remedy?: (container: JudgedContainer, settings: S) => Partial<Container> | undefined,
): RegistryPolicy {
  return resourcePolicy<Container, S>(rule, containerType, check, remedy);
}

/** A policy for all containers of a stack together. */
export function containersPolicy<S extends CommonSettings = CommonSettings>(
  rule: Rule,
  check: (containers: readonly JudgedContainer[], settings: S) => Finding[],
): RegistryPolicy {
  return stackPolicy<Container, S>(rule, [containerType], check);
}

/** Whether a container is started at all; others only hold files. */
export function isStarted({ properties: { start = true } }: JudgedContainer): boolean {
  return start;
}

/**
 * Whether a container prepares something and ends: it runs once, has no network, drops every capability and cannot get further privileges. To hand a volume
 * over to another user takes root, and nothing else does it.
 */
export function isPreparation({ properties }: JudgedContainer): boolean {
  const { mustRun, networkMode, securityOpts = [], capabilities = {} } = properties;
  return mustRun === false && networkMode === "none" && securityOpts.some(isNoNewPrivileges) && dropsAll(capabilities.drops);
}

/** Whether a security option keeps processes from getting further privileges. */
export function isNoNewPrivileges(option: string): boolean {
  return /^no-new-privileges(?:[:=]true)?$/.test(option);
}

/** Whether every capability is dropped. */
export function dropsAll(drops: readonly string[] = []): boolean {
  return drops.some((capability) => capabilityName(capability) === "ALL");
}

/** Name of a capability without its prefix, as `NET_ADMIN`. */
export function capabilityName(capability: string): string {
  return capability.toUpperCase().replace(/^CAP_/, "");
}
