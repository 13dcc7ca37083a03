import { Problems } from "ha-registry-core";
import type { KubernetesTopology } from "ha-registry-core";
import { checkCommonArguments } from "ha-registry-core/pulumi";
import type { SecretsArgs, TrustArgs } from "ha-registry-core/pulumi";

/**
 * Checks what goes together, and every value that is plain already.
 *
 * @throws {RegistryError} with every problem found.
 */
export function checkArguments(topology: KubernetesTopology, trust: TrustArgs, secrets: SecretsArgs): void {
  const problems = new Problems();
  checkCommonArguments(topology, trust, secrets, problems);
  const { existing, certManager } = topology.certificateSource;
  const { endsTls, gateway, ingress } = topology.loadBalancer;
  problems.require(
    trust.certificatePem === undefined || (!existing && certManager === undefined),
    "trust.certificatePem",
    "and certificates.existingSecret or certManager are given, and there is one certificate: keep one of them",
  );
  problems.require(
    trust.certificatePem === undefined || endsTls || ingress !== undefined,
    "trust.certificatePem",
    "has no effect with an HTTPRoute, since it is the Gateway that has the certificate: leave it out",
  );
  problems.require(
    trust.clientCaPem === undefined || endsTls,
    "trust.clientCaPem",
    `has no effect, since it is the ${gateway === undefined ? "Ingress's controller" : "Gateway"} that ends TLS: ask for client certificates there`,
  );
  problems.throwIfAny(topology.name);
}
