import { Substrate } from "../schema/stack-config";
import type { Deploy } from "./substrate";

/** Loads the one package that is needed: each brings a provider's SDK, and those are slow to load. */
const loaders: Record<Substrate, () => Promise<Deploy>> = {
  [Substrate.Docker]: async () => (await import("./docker.js")).deployOnDocker,
};

/** How registries are declared on a substrate. */
export function loadSubstrate(substrate: Substrate): Promise<Deploy> {
  return loaders[substrate]();
}
