import { isOnAws, isOnKubernetes, type AnyStackConfig, type Decrypted } from "../schema/stack-config";
import type { RegistryOutputs } from "./substrate";

/**
 * How a configuration's registry is declared. Loads the one package that is needed: each brings a provider's SDK, and those are slow to load.
 *
 * @returns what declares it, and throws `RegistryError` with every problem of the plain arguments, before anything is registered.
 */
export async function deployer(name: string, config: Decrypted<AnyStackConfig>): Promise<() => RegistryOutputs> {
  if (isOnKubernetes(config)) {
    const { deployOnKubernetes } = await import("./kubernetes.js");
    return () => deployOnKubernetes(name, config);
  }
  if (isOnAws(config)) {
    const { deployOnAws } = await import("./aws.js");
    return () => deployOnAws(name, config);
  }
  const { deployOnDocker } = await import("./docker.js");
  return () => deployOnDocker(name, config);
}
