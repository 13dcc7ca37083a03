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

const loaders: Record<Substrate, () => Promise<Pack>> = {
  [Substrate.Docker]: async () => ({
    directory: directoryOf("ha-registry-policy-docker"),
    policies: (await import("ha-registry-policy-docker/dist/policies.js")).policies,
  }),
  [Substrate.Kubernetes]: async () => ({
    directory: directoryOf("ha-registry-policy-kubernetes"),
    policies: (await import("ha-registry-policy-kubernetes/dist/policies.js")).policies,
  }),
};

/** The pack for what is put on a substrate. */
export function loadPack(substrate: Substrate): Promise<Pack> {
  return loaders[substrate]();
}

function directoryOf(name: string): string {
  return dirname(createRequire(__filename).resolve(`${name}/package.json`));
}
