import { Registry } from "ha-registry-kubernetes";
import type { Decrypted, KubernetesStackConfig } from "../schema/stack-config";
import { outputsOf, type RegistryOutputs } from "./substrate";

/** A registry on the Kubernetes cluster that Pulumi's own configuration, KUBECONFIG or the default kubeconfig names. */
export function deployOnKubernetes(name: string, { registry = {}, secrets = {} }: Decrypted<KubernetesStackConfig>): RegistryOutputs {
  return outputsOf(new Registry(name, { ...registry, secrets }));
}
