import * as pulumi from "@pulumi/pulumi";
import { Registry } from "ha-registry-aws";
import type { AwsStackConfig, Decrypted } from "../schema/stack-config";
import { outputsOf, type RegistryOutputs } from "./substrate";

/** A registry on AWS, in the account whose keys the AWS SDK finds. Its metrics are in CloudWatch, so there is no address for them. */
export function deployOnAws(name: string, { registry, secrets = {} }: Decrypted<AwsStackConfig>): RegistryOutputs {
  const made = new Registry(name, { ...registry, secrets });
  const { endpoint, hostname, authority, caCertificatePem, credentials, clientConfig } = made;
  return outputsOf({ endpoint, hostname, authority, caCertificatePem, credentials, clientConfig, metricsEndpoint: pulumi.output("") });
}
