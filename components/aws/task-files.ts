import { Secret } from "@pulumi/aws/secretsmanager/secret";
import { SecretVersion } from "@pulumi/aws/secretsmanager/secretVersion";
import * as pulumi from "@pulumi/pulumi";
import { taskVariable } from "ha-registry-core";
import type { AwsTopology } from "ha-registry-core";
import { regional } from "./resources";

/** Arguments of `TaskFiles`. */
export interface TaskFilesArgs {
  /** The resolved registry. */
  topology: AwsTopology;
  /** What the files are for, as `config`. */
  part: string;
  /** ARN of the key that they are encrypted with. */
  keyArn: pulumi.Input<string>;
  /** What each file holds, by its name, secrets. */
  files: Record<string, pulumi.Input<string>>;
}

/** What a container gets from Secrets Manager as an environment variable. */
export interface SecretVariable {
  /** Name of the variable. */
  name: string;
  /** Where its value is. */
  valueFrom: string;
}

/** Most that a secret of Secrets Manager holds, bytes (Secrets Manager user guide, "quotas"). */
const mostBytes = 65_536;

/**
 * Secret files of tasks, in Secrets Manager. Tasks name the very version that they want, so that a change of a file replaces them one after the other, as any other
 * change does, and a rollback gets the old one.
 */
export class TaskFiles extends pulumi.ComponentResource {
  /** ARN of the secret. */
  readonly secretArn: pulumi.Output<string>;
  /** Names of the files. */
  readonly fileNames: pulumi.Output<string[]>;
  /** How containers get at the files. */
  readonly variables: pulumi.Output<SecretVariable[]>;

  constructor(name: string, args: TaskFilesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-aws:index:TaskFiles", name, {}, opts);
    const { topology, part, files } = args;
    const child = { parent: this };
    const secret = new Secret(
      name,
      {
        ...regional(topology, part),
        description: `What nodes of the registry ${topology.name} read at their start: ${part}`,
        kmsKeyId: args.keyArn,
        recoveryWindowInDays: 7, // all of it is in the state, and can be made again
      },
      child,
    );
    const version = new SecretVersion(
      name,
      {
        region: topology.region,
        secretId: secret.id,
        secretString: pulumi.secret(pulumi.all(files).apply((texts) => contentOf(part, texts))),
      },
      // Tasks that run go on with the old version until the last of them is replaced.
      { ...child, retainOnDelete: true },
    );
    const names = Object.keys(files).sort();
    this.secretArn = secret.arn;
    this.fileNames = pulumi.output(names);
    this.variables = pulumi
      .all([secret.arn, version.versionId])
      .apply(([arn, id]) => names.map(taskVariable).map((variable) => ({ name: variable, valueFrom: `${arn}:${variable}::${id}` })));
    this.registerOutputs({ secretArn: this.secretArn });
  }
}

function contentOf(part: string, texts: Record<string, string>): string {
  const content = JSON.stringify(
    Object.fromEntries(
      Object.keys(texts)
        .sort()
        .map((name) => [taskVariable(name), texts[name] ?? ""]),
    ),
  );
  const bytes = Buffer.byteLength(content);
  if (bytes > mostBytes)
    throw new Error(
      `the files of "${part}" take ${bytes} bytes, and a secret of Secrets Manager holds ${mostBytes}: give fewer users or less configuration`,
    );
  return content;
}
