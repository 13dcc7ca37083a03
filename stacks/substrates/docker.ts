import { Registry } from "ha-registry-docker";
import type { Decrypted, StackConfig } from "../schema/stack-config";
import { outputsOf, type RegistryOutputs } from "./substrate";

/** A registry on Docker hosts. */
export function deployOnDocker(name: string, { registry = {}, secrets = {} }: Decrypted<StackConfig>): RegistryOutputs {
  return outputsOf(new Registry(name, { ...registry, secrets }));
}
