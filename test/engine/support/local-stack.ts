import { randomBytes } from "node:crypto";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { ensureEngine, pulumiCommand, type OptionalProvider } from "ha-registry-tools";

/** What a stack needs beside its name. */
export interface LocalStackOptions {
  /** Directory of its workspace and its state. */
  directory: string;
  /** Variables of the engine beside its own. @default - none */
  environment?: Record<string, string>;
  /** Providers beside those that every engine has. @default - none */
  optional?: readonly OptionalProvider[];
}

/** A stack on the real engine whose state lies in a directory, with a passphrase that nobody knows; every command brings its program. */
export async function createLocalStack(name: string, { directory, environment, optional }: LocalStackOptions): Promise<Stack> {
  const engine = await ensureEngine(() => undefined, optional);
  return LocalWorkspace.createStack(
    { stackName: name, projectName: "ha-registry-test", program: async () => undefined },
    {
      workDir: directory,
      pulumiCommand: await pulumiCommand(engine),
      projectSettings: { name: "ha-registry-test", runtime: "nodejs", backend: { url: `file://${directory}` } },
      envVars: { ...engine.environment, PULUMI_CONFIG_PASSPHRASE: randomBytes(24).toString("base64"), ...environment },
    },
  );
}
