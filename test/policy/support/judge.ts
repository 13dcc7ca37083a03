import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import type { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";
import { defaultsOf, type RegistryPolicy } from "ha-registry-policy-common";

/** How the SDK hands out properties; it does not declare it. */
const { unknownCheckingProxy, unknownStringValue } = createRequire(__filename)("@pulumi/policy/proxy") as {
  unknownCheckingProxy: (properties: Record<string, unknown>) => Record<string, unknown>;
  unknownStringValue: string;
};

/** What stands for a value that is not known before `up`: the SDK's own. */
export const unknown: string = unknownStringValue;

/** A resource of a plan. */
export interface Planned {
  /** Type token. @default that of a container */
  type?: string;
  /** Logical name. @default "box", or with several "box-1", "box-2", … */
  name?: string;
  /** Properties, as the engine passes them. */
  properties: Record<string, unknown>;
  /** Whether it is protected. @default false */
  protect?: boolean;
  /** Logical names of resources that a property was computed from, by the property. @default - none */
  computedFrom?: Record<string, string[]>;
  /** Properties that the program does not set and the provider fills in, so that they are not known before `up`. @default - none */
  filledIn?: string[];
  /** Name of its provider. @default - none */
  provider?: string;
  /** Settings of its provider. @default - none */
  providerSettings?: Record<string, unknown>;
}

/** How a policy is asked. */
export interface Question {
  /** The pack's configuration of the policy. @default - nothing beside the defaults */
  configuration?: Record<string, unknown>;
  /** Name of the stack. @default "dev" */
  stack?: string;
}

/** A violation: of which resource (undefined for a whole stack), and what it says. */
export interface Violation {
  name?: string;
  message: string;
}

/** What a policy reports about resources, asked as the SDK asks it: with properties whose unknown parts throw. */
export async function judge(policy: RegistryPolicy, resources: readonly Planned[], question: Question = {}): Promise<Violation[]> {
  const configuration = { ...defaultsOf(policy.rule), ...question.configuration };
  const planned = resources.map((resource, index) =>
    policyResource(resource, question.stack ?? "dev", resources.length === 1 ? "box" : `box-${index + 1}`),
  );
  resources.forEach((resource, index) => {
    const target = planned[index];
    // Something that is not known was computed from something.
    for (const [property, value] of Object.entries(resource.properties)) {
      if (target !== undefined && JSON.stringify(value)?.includes(unknown)) target.propertyDependencies[property] = [target];
    }
    for (const [property, names] of Object.entries(resource.computedFrom ?? {})) {
      if (target !== undefined) target.propertyDependencies[property] = planned.filter(({ name }) => names.includes(name));
    }
  });
  const violations: Violation[] = [];
  if ("validateStack" in policy) {
    const report = (message: string, urn?: string): void => {
      const about = planned.find((resource) => resource.urn === urn);
      violations.push({ ...(about && { name: about.name }), message });
    };
    await run(() =>
      policy.validateStack({ resources: planned, getConfig: giving(configuration), notApplicable, stackTags: new Map() }, report),
    );
    return violations;
  }
  const validations = "validateResource" in policy ? [policy.validateResource ?? []].flat() : [];
  assert.equal(validations.length, 1);
  for (const resource of planned) {
    const report = (message: string): void => void violations.push({ name: resource.name, message });
    for (const validate of validations) await run(() => validate(resourceArguments(resource, configuration), report));
  }
  return violations;
}

/** As the SDK does, which leaves the type to the caller. */
function giving(configuration: object) {
  return <T extends object>(): T => configuration as T;
}

/** What a policy's remediation makes of a resource; undefined where it leaves it as it is. */
export async function remedy(
  policy: RegistryPolicy,
  resource: Planned,
  question: Question = {},
): Promise<Record<string, unknown> | undefined> {
  assert.ok("remediateResource" in policy && policy.remediateResource !== undefined, `${policy.name} has no remediation`);
  const configuration = { ...defaultsOf(policy.rule), ...question.configuration };
  const planned = policyResource(resource, question.stack ?? "dev", "box");
  const better = await policy.remediateResource(resourceArguments(planned, configuration));
  // What is handed out is the SDK's own view of the properties, of which nothing can be compared.
  return better ? (JSON.parse(JSON.stringify(better)) as Record<string, unknown>) : undefined;
}

function policyResource(planned: Planned, stack: string, defaultName: string): PolicyResource {
  const {
    type = "docker:index/container:Container",
    name = defaultName,
    protect = false,
    filledIn = [],
    provider,
    providerSettings = {},
  } = planned;
  const properties = { ...planned.properties, ...Object.fromEntries(filledIn.map((property) => [property, unknown])) };
  return {
    type,
    name,
    urn: `urn:pulumi:${stack}::project::${type}::${name}`,
    props: unknownCheckingProxy(properties),
    opts: {
      protect,
      ignoreChanges: [],
      aliases: [],
      additionalSecretOutputs: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
    },
    ...(provider !== undefined && {
      provider: { type: "pulumi:providers:docker", name: provider, urn: `urn:${provider}`, props: unknownCheckingProxy(providerSettings) },
    }),
    dependencies: [],
    propertyDependencies: {},
    isType: () => false,
    asType: () => undefined,
  };
}

function resourceArguments(resource: PolicyResource, configuration: object): ResourceValidationArgs {
  return { ...resource, asType: () => undefined, stackTags: new Map<string, string>(), getConfig: giving(configuration), notApplicable };
}

class NotApplicable extends Error {}

function notApplicable(): never {
  throw new NotApplicable();
}

async function run(ask: () => Promise<void> | void): Promise<void> {
  try {
    await ask();
  } catch (error) {
    if (!(error instanceof NotApplicable)) throw error;
  }
}

/** One case of a policy. */
export interface Case extends Question {
  /** What is special about it. */
  what: string;
  /** Properties of a single container, or whole resources. */
  plan: Record<string, unknown> | readonly Planned[];
  /** What has to be reported, in order: part of the message each, or with the resource's name before it. @default - nothing */
  reports?: readonly RegExp[];
}

/** The cases that every policy has to have. */
export interface Cases {
  /** Plans that are well. */
  compliant: readonly Case[];
  /** Plans that are not. */
  violating: readonly Case[];
  /** Plans in which the property is missing, or not known before `up`. */
  undefinedProperty: readonly Case[];
  /** What the pack's configuration changes; `exceptions` is tried for every policy without being asked for. */
  configured?: readonly Case[];
}

/** Tests of a policy. */
export function testPolicy(policy: RegistryPolicy, cases: Cases): void {
  for (const [kind, group] of Object.entries(cases) as [string, readonly Case[]][]) {
    for (const each of group) {
      test(`${policy.name}, ${kind}: ${each.what}`, async () => {
        const violations = await judge(policy, resourcesOf(each), each);
        const told = violations.map(({ name = "stack", message }) => `${name}: ${message}`);
        const expected = each.reports ?? [];
        assert.equal(told.length, expected.length, told.join("\n"));
        expected.forEach((pattern, index) => assert.match(told[index] ?? "", pattern));
      });
    }
  }
  test(`${policy.name}: what is excepted by name is left alone`, async () => {
    for (const each of cases.violating) {
      const resources = resourcesOf(each);
      const configuration = { ...each.configuration, exceptions: ["b*x*"] };
      const named = resources.map((resource, index) => ({ ...resource, name: `box-${index}` }));
      assert.deepEqual(await judge(policy, named, { ...each, configuration }), []);
    }
  });
}

function resourcesOf({ plan }: Case): readonly Planned[] {
  return Array.isArray(plan) ? (plan as readonly Planned[]) : [{ properties: plan as Record<string, unknown> }];
}

/** A registry node that breaks no rule, with changes. */
export function node(changes: Record<string, unknown> = {}): Planned {
  return { properties: { image: "registry:3.1.2", ...changes } };
}
