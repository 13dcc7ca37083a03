import type { EnforcementLevel, PolicyConfigSchema, ResourceValidationPolicy, Severity, StackValidationPolicy } from "@pulumi/policy";
import type { PolicyConfigJSONSchema } from "@pulumi/policy/schema";
import { tagOf, type Control } from "./frameworks";

/** What a policy is about. */
export enum PolicyGroup {
  /** The registry goes on when a part is lost. */
  Availability = "availability",
  /** Nobody gets in, or further, who should not. */
  Security = "security",
  /** What runs is what was meant. */
  SupplyChain = "supply chain",
  /** People notice, can look back, and can go back. */
  Operation = "operation",
}

/** What a policy says about itself. */
export interface Rule {
  /** Its name, unique in a pack. */
  name: string;
  /** What it is about. */
  group: PolicyGroup;
  /** What has to be, in a sentence. */
  description: string;
  /** Why: what happens otherwise, with the control, CVE, incident or guide that it goes back to. */
  reason: string;
  /** How bad it is. */
  severity: Severity;
  /** What a violation does, unless the pack's configuration says otherwise. */
  enforcementLevel: EnforcementLevel;
  /** What to do. */
  mend: string;
  /** Demands of frameworks that it checks. @default - none */
  controls?: readonly Control[];
  /** What can be configured besides `exceptions`, as JSON Schema; every property has a default. @default - nothing */
  configuration?: Readonly<Record<string, PolicyConfigJSONSchema>>;
}

/** A policy of a pack, with what it says about itself. */
export type RegistryPolicy = (ResourceValidationPolicy | StackValidationPolicy) & {
  /** What it says about itself. */
  rule: Rule;
};

/** What packs of several substrates decide alike: the rule, and what is wrong with a subject. Each pack adds the demands that are its substrate's own. */
export interface Decision<T, S extends CommonSettings> {
  /** What the policy says about itself. */
  rule: Rule;
  /** What is wrong with a subject. */
  problems: (subject: T, settings: S) => string[];
}

/** What every policy can be told. */
export interface CommonSettings {
  /** Logical names of resources that a policy leaves alone; `*` stands for any text. */
  exceptions: string[];
}

/** What the SDK wants to know of every policy. */
export function describeRule(rule: Rule): Omit<RegistryPolicy, "validateResource" | "validateStack"> {
  const { name, description, severity, enforcementLevel, mend, group, controls = [] } = rule;
  return {
    name,
    description,
    severity,
    enforcementLevel,
    remediationSteps: mend,
    tags: [group.replaceAll(" ", "-"), ...controls.map(tagOf)],
    configSchema: configSchema(rule),
    rule,
  };
}

function configSchema({ configuration = {} }: Rule): PolicyConfigSchema {
  const exceptions: PolicyConfigJSONSchema = {
    type: "array",
    items: { type: "string" },
    description: "Logical names of resources that this policy leaves alone; * stands for any text",
    default: [],
  };
  return { properties: { ...configuration, exceptions } };
}

/** The rule's configuration with its defaults: what the engine passes where a pack's configuration says nothing. */
export function defaultsOf({ configuration = {} }: Rule): Record<string, unknown> {
  return { exceptions: [], ...Object.fromEntries(Object.entries(configuration).map(([name, schema]) => [name, schema.default])) };
}

/** Whether a resource is left alone. */
export function isExcepted(name: string, { exceptions }: CommonSettings): boolean {
  return exceptions.some((pattern) => matches(name, pattern));
}

/** Whether a text fits a pattern in which `*` stands for any text. */
export function matches(text: string, pattern: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}

/** Name of the stack of a resource, which stands in its URN. */
export function stackOf(urn: string): string {
  return urn.split("::")[0]?.slice("urn:pulumi:".length) ?? "";
}

/** Labels that tell whose something is. */
export const ownerLabels: readonly string[] = ["project", "env", "owner"];

/** The setting that says which stacks are production, for policies that ask more of them. */
export const productionSetting: Readonly<Record<"production", PolicyConfigJSONSchema>> = {
  production: { type: "string", description: "Regular expression for names of production stacks", default: "^prod" },
};

/** Settings of policies that ask more of production. */
export interface ProductionSettings extends CommonSettings {
  /** Regular expression for names of production stacks. */
  production: string;
}

/** Whether a stack is production. */
export function isProduction(stack: string, { production }: ProductionSettings): boolean {
  return new RegExp(production).test(stack);
}
