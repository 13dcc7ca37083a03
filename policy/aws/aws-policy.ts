import { resourcePolicy, stackPolicy, type CommonSettings, type Finding, type RegistryPolicy, type Rule } from "ha-registry-policy-common";
import type { Resource } from "./resources";

/** A policy for every resource of a kind. */
export function awsPolicy<P extends object, S extends CommonSettings = CommonSettings>(
  rule: Rule,
  kind: readonly string[],
  check: (resource: Resource<P>, settings: S) => string[],
  remedy?: (resource: Resource<P>, settings: S) => Partial<P> | undefined,
): RegistryPolicy {
  const [only, ...others] = kind;
  return resourcePolicy<P, S>(rule, only !== undefined && others.length === 0 ? only : kind, check, remedy);
}

/**
 * A policy for resources of some kinds together.
 *
 * @param kinds It is asked only where the stack has a resource of the first; further ones are what it looks at beside.
 */
export function awsStackPolicy<S extends CommonSettings = CommonSettings>(
  rule: Rule,
  [first, ...others]: readonly [readonly string[], ...(readonly string[])[]],
  check: (resources: readonly Resource[], settings: S) => Finding[],
): RegistryPolicy {
  return stackPolicy<object, S>(rule, [first, ...others.flat()], check);
}
