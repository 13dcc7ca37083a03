import type {
  PolicyResource,
  PolicyResourceOptions,
  ResourceRemediation,
  ResourceValidation,
  ResourceValidationArgs,
  StackValidation,
} from "@pulumi/policy";
import { known } from "./known";
import { defaultsOf, describeRule, isExcepted, stackOf, type CommonSettings, type RegistryPolicy, type Rule } from "./rule";

/** A resource of a plan, as policies look at it. */
export interface Judged<P extends object> {
  /** Type token. */
  type: string;
  /** Logical name. */
  name: string;
  /** Its URN. */
  urn: string;
  /** Name of its stack. */
  stack: string;
  /** What is known of its properties. */
  properties: Partial<P>;
  /** Names of the properties in which something is not known before `up`: nothing can be said of these. */
  unknown: ReadonlySet<string>;
  /** Its options. */
  options: Partial<PolicyResourceOptions>;
  /** URNs of the resources that a property was computed from, by its name. Only in policies for whole stacks. */
  computedFrom: Readonly<Record<string, readonly string[]>>;
  /** URN of its provider, which tells hosts apart; empty where there is none. */
  provider: string;
  /** What is known of its provider's own settings. */
  providerSettings: Readonly<Record<string, unknown>>;
}

/** What a policy found in a stack. */
export interface Finding {
  /** What is wrong and how to mend it. */
  message: string;
  /** The resource that it is about. @default - the whole stack */
  about?: { urn: string };
}

/**
 * A policy for every resource of a type, or of one of several.
 *
 * @param type Type token, or several.
 * @param check Gives what is wrong with a resource.
 * @param remedy Gives its properties as they should be, or nothing where they are well. @default - none: people mend it
 */
export function resourcePolicy<P extends object, S extends CommonSettings = CommonSettings>(
  rule: Rule,
  type: string | readonly string[],
  check: (resource: Judged<P>, settings: S) => string[],
  remedy?: (resource: Judged<P>, settings: S) => Partial<P> | undefined,
): RegistryPolicy {
  const ask = (args: ResourceValidationArgs): { resource: Judged<P>; settings: S } | undefined => {
    if (![type].flat().includes(args.type)) args.notApplicable(`it is no ${[type].flat().join(", ")}`);
    const settings = settingsOf<S>(rule, args.getConfig<S>());
    return isExcepted(args.name, settings) ? undefined : { resource: judge<P>(args), settings };
  };
  const validateResource: ResourceValidation = (args, report) => {
    const asked = ask(args);
    if (asked !== undefined) for (const message of check(asked.resource, asked.settings)) report(message);
  };
  const policy = { ...describeRule(rule), validateResource: onlyFor(type, validateResource) };
  if (remedy === undefined) return policy;
  const remediateResource: ResourceRemediation = (args) => {
    const asked = ask(args);
    const better = asked && remedy(asked.resource, asked.settings);
    return better && Object.assign(args.props, better);
  };
  return { ...policy, remediateResource: onlyFor(type, remediateResource) };
}

/** Tells the SDK which type a function is about, as the SDK's own helpers do, which ask for the class: it would load the provider's whole SDK. */
function onlyFor<F extends object>(type: string | readonly string[], judging: F): F {
  return typeof type === "string" ? Object.assign(judging, { __pulumiType: type }) : judging;
}

/**
 * A policy for all resources of some types together.
 *
 * @param types Type tokens; it is asked only where the stack has a resource of the first, or of one of the first where that is a list.
 * @param check Gives what is wrong with a stack.
 */
export function stackPolicy<P extends object, S extends CommonSettings = CommonSettings>(
  rule: Rule,
  [first, ...others]: readonly [string | readonly string[], ...string[]],
  check: (resources: readonly Judged<P>[], settings: S) => Finding[],
): RegistryPolicy {
  const about = [first].flat();
  const validateStack: StackValidation = (args, report) => {
    const settings = settingsOf<S>(rule, args.getConfig<S>());
    const looked = args.resources.filter(
      ({ type, name }) => (about.includes(type) || others.includes(type)) && !isExcepted(name, settings),
    );
    if (!looked.some(({ type }) => about.includes(type))) args.notApplicable(`the stack has no ${about.join(", ")}`);
    const resources = looked.map((resource) => judgeOutputs<P>(resource));
    for (const { message, about } of check(resources, settings)) report(message, about?.urn);
  };
  return { ...describeRule(rule), validateStack };
}

function settingsOf<S extends CommonSettings>(rule: Rule, given: S): S {
  return { ...defaultsOf(rule), ...given };
}

function judge<P extends object>(
  resource: Pick<PolicyResource, "type" | "name" | "urn" | "props" | "opts"> &
    Partial<Pick<PolicyResource, "propertyDependencies" | "provider">>,
): Judged<P> {
  const { value, unknown } = known<Partial<P>>(resource.props);
  return {
    type: resource.type,
    name: resource.name,
    urn: resource.urn,
    stack: stackOf(resource.urn),
    properties: value,
    unknown,
    options: resource.opts,
    computedFrom: Object.fromEntries(
      Object.entries(resource.propertyDependencies ?? {}).map(([name, sources]) => [name, sources.map(({ urn }) => urn)]),
    ),
    provider: resource.provider?.urn ?? "",
    providerSettings: known<Record<string, unknown>>(resource.provider?.props ?? {}).value,
  };
}

/**
 * The same for a resource as a stack has it: with what its provider fills in. In a preview that is not known although nothing was asked for; what is not known
 * because it was computed from another resource tells so.
 */
function judgeOutputs<P extends object>(resource: PolicyResource): Judged<P> {
  const judged = judge<P>(resource);
  return { ...judged, unknown: new Set([...judged.unknown].filter((name) => (judged.computedFrom[name] ?? []).length > 0)) };
}
