import type * as pulumi from "@pulumi/pulumi";

/** The outputs of a stack, the same on every substrate. */
export interface RegistryOutputs {
  /** `https://host:port`. */
  endpoint: pulumi.Output<string>;
  /** Name under which clients reach the registry. */
  hostname: pulumi.Output<string>;
  /** `host:port`, as it stands in image references. */
  authority: pulumi.Output<string>;
  /** CA that clients have to trust; empty when they are taken to trust it already. */
  caCertificatePem: pulumi.Output<string>;
  /** Login of the first user who may list the catalog, or else of the first one; secret. */
  credentials: pulumi.Output<{ username: string; password: string }>;
  /** Prometheus metrics of the balancer; empty where they are elsewhere. */
  metricsEndpoint: pulumi.Output<string>;
  /** Files that make clients trust and find the registry, by their path below `/`. */
  clientConfig: pulumi.Output<Record<string, string>>;
}

/** The outputs of a stack, out of those of the component that it is made of. */
export function outputsOf(registry: RegistryOutputs): RegistryOutputs {
  const { endpoint, hostname, authority, caCertificatePem, credentials, metricsEndpoint, clientConfig } = registry;
  return { endpoint, hostname, authority, caCertificatePem, credentials, metricsEndpoint, clientConfig };
}
