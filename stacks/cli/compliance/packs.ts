import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { RegistryPolicy } from "ha-registry-policy-common";
import { Substrate } from "../../schema/stack-config";

/** A policy pack. */
export interface Pack {
  /** Directory of its PulumiPolicy.yaml. */
  directory: string;
  /** Its policies, as they describe themselves; the engine runs them in a process of their own. */
  policies: readonly RegistryPolicy[];
}

/** What there is a pack for: environments on AWS are programs of one's own so far. */
export type PackName = `${Substrate}` | "aws";

const loaders: Record<PackName, () => Promise<Pack>> = {
  [Substrate.Docker]: async () => ({
    directory: directoryOf("ha-registry-policy-docker"),
    policies: (await import("ha-registry-policy-docker/dist/policies.js")).policies,
  }),
  [Substrate.Kubernetes]: async () => ({
    directory: directoryOf("ha-registry-policy-kubernetes"),
    policies: (await import("ha-registry-policy-kubernetes/dist/policies.js")).policies,
  }),
  aws: async () => ({
    directory: directoryOf("ha-registry-policy-aws"),
    policies: (await import("ha-registry-policy-aws/dist/policies.js")).policies,
  }),
};

/** The pack of a name: that of a substrate is called like it. */
export function loadPack(name: PackName): Promise<Pack> {
  return loaders[name]();
}

function directoryOf(name: string): string {
  return dirname(createRequire(__filename).resolve(`${name}/package.json`));
}
