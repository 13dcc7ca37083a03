import { AwsCertificateSource, Problems } from "ha-registry-core";
import type { AwsTopology } from "ha-registry-core";
import { checkCommonArguments } from "ha-registry-core/pulumi";
import type { SecretsArgs, TrustArgs } from "ha-registry-core/pulumi";

/**
 * Checks what goes together, and every value that is plain already.
 *
 * @throws {RegistryError} with every problem found.
 */
export function checkArguments(topology: AwsTopology, trust: TrustArgs, secrets: SecretsArgs): void {
  const problems = new Problems();
  checkCommonArguments(topology, trust, secrets, problems);
  problems.require(
    trust.certificatePem === undefined || topology.certificateSource !== AwsCertificateSource.Existing,
    "trust.certificatePem",
    "and certificates.existingCertificateArn are given, and there is one certificate: keep one of them",
  );
  problems.require(
    trust.clientCaPem === undefined,
    "trust.clientCaPem",
    "has no effect, since it is the Network Load Balancer that ends TLS, and it asks for no client certificates: leave it out",
  );
  problems.require(
    trust.s3CaPem === undefined,
    "trust.s3CaPem",
    "has no effect on S3, whose certificates come from a public CA: leave it out",
  );
  for (const field of ["s3AccessKey", "s3SecretKey"] as const)
    problems.require(
      secrets[field] === undefined,
      `secrets.${field}`,
      "has no effect, since it is their role by which nodes may use the bucket: leave it out",
    );
  problems.throwIfAny(topology.name);
}
