import { randomBytes } from "node:crypto";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { ensureEngine, pulumiCommand, type OptionalProvider } from "ha-registry-tools";

/** What a stack needs beside its name. */
export interface LocalStackOptions {
  /** Directory of its workspace and its state. */
  directory: string;
  /** Name of its project, which its configuration begins with. @default "ha-registry-test" */
  project?: string;
  /** Its configuration, by full name. @default - none */
  config?: Record<string, string>;
  /** Variables of the engine beside its own. @default - none */
  environment?: Record<string, string>;
  /** Providers beside those that every engine has. @default - none */
  optional?: readonly OptionalProvider[];
}

/** A stack on the real engine whose state lies in a directory, with a passphrase that nobody knows; every command brings its program. */
export async function createLocalStack(name: string, options: LocalStackOptions): Promise<Stack> {
  const { directory, project = "ha-registry-test", config, environment, optional } = options;
  const engine = await ensureEngine(() => undefined, optional);
  return LocalWorkspace.createStack(
    { stackName: name, projectName: project, program: async () => undefined },
    {
      workDir: directory,
      pulumiCommand: await pulumiCommand(engine),
      projectSettings: { name: project, runtime: "nodejs", backend: { url: `file://${directory}` } },
      ...(config === undefined ? {} : { stackSettings: { [name]: { config } } }),
      envVars: { ...engine.environment, PULUMI_CONFIG_PASSPHRASE: randomBytes(24).toString("base64"), ...environment },
    },
  );
}
