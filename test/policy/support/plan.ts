import type { RegistryPolicy } from "ha-registry-policy-common";
import { record } from "../../components/support/mocks";
import { judge, type Planned } from "./judge";

/** What a program would create, with every value known, as mocks have it. */
export async function planOf(program: () => unknown): Promise<Planned[]> {
  const recording = await record(program);
  return recording.resources.map(({ type, name: logicalName, inputs, protect, provider, computedFrom }) => ({
    type,
    name: logicalName,
    properties: inputs,
    protect,
    computedFrom: Object.fromEntries(Object.entries(computedFrom).map(([input, sources]) => [input, sources.map(nameIn)])),
    ...(provider !== "" && { provider }),
  }));
}

/** Everything that a pack finds in a plan, as `<policy>: <logical name> <message>`. */
export async function violationsOf(
  policies: readonly RegistryPolicy[],
  stack: string,
  plan: readonly Planned[],
  configuration: Record<string, Record<string, unknown>> = {},
): Promise<string[]> {
  const found: string[] = [];
  for (const policy of policies) {
    const { enforcementLevel, ...own } = configuration[policy.name] ?? {};
    if (enforcementLevel === "disabled") continue;
    for (const { name = "stack", message } of await judge(policy, plan, { stack, configuration: own }))
      found.push(`${policy.name}: ${name} ${message}`);
  }
  return found;
}

/** The logical name that a URN ends in. */
function nameIn(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}
