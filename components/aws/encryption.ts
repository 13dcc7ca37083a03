import { Alias } from "@pulumi/aws/kms/alias";
import { Key } from "@pulumi/aws/kms/key";
import * as pulumi from "@pulumi/pulumi";
import { renderKeyPolicy } from "ha-registry-core";
import type { AwsTopology } from "ha-registry-core";
import { regional } from "./resources";

/** Arguments of `Encryption`. */
export interface EncryptionArgs {
  /** The resolved registry. */
  topology: AwsTopology;
  /** Account of the registry. */
  accountId: pulumi.Input<string>;
}

/** The key that everything at rest is encrypted with: bucket, secrets, cache and logs. AWS makes a new one every year, and keeps the old ones to read with. */
export class Encryption extends pulumi.ComponentResource {
  /** ARN of the key. */
  readonly keyArn: pulumi.Output<string>;

  constructor(name: string, args: EncryptionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-aws:index:Encryption", name, {}, opts);
    const { topology } = args;
    const { partition, region, existingKeyArn, dataProtection } = topology;
    if (existingKeyArn === undefined) {
      const key = new Key(
        name,
        {
          ...regional(topology, "encryption"),
          description: `What the registry ${topology.name} keeps`,
          enableKeyRotation: true,
          deletionWindowInDays: 30, // the longest: without the key all data is lost
          policy: pulumi.output(args.accountId).apply((account) => renderKeyPolicy(topology.name, { partition, region, account })),
        },
        { parent: this, protect: dataProtection },
      );
      new Alias(name, { region, name: `alias/ha-registry/${topology.name}`, targetKeyId: key.keyId }, { parent: this });
      this.keyArn = key.arn;
    } else this.keyArn = pulumi.output(existingKeyArn);
    this.registerOutputs({ keyArn: this.keyArn });
  }
}
