import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { CommandError, LocalWorkspace, type LocalWorkspaceOptions, type Stack } from "@pulumi/pulumi/automation/index.js";
import { RegistryError } from "ha-registry-core";
import { ensureEngine, pulumiCommand, runChecked, type Report } from "ha-registry-tools";
import { program, type ProgramOptions } from "../program";
import { optionalProviders, type AnyEnvironment } from "./environment";
import { ExitCode, Failure } from "./exit";

/** Name of the project in Pulumi.yaml, and of its stacks' directory in a backend. */
export const PROJECT = "ha-registry";

/** A stack, with what the Automation API lacks. */
export interface OpenStack {
  /** The Automation API's stack. */
  stack: Stack;
  /** What the program threw during the last operation, for people; the engine's own text of it is a stack trace. */
  programError: () => RegistryError | undefined;
  /**
   * Runs the Pulumi CLI as the Automation API does, and gives its standard output. Its export and import of a state go through a file that
   * anybody can read, with all secrets in plain text: nothing here uses them.
   */
  pulumi: (...args: string[]) => Promise<string>;
  /** The same for a command that reads `input` from standard input: neither a file nor the list of processes shows it. */
  feed: (input: string, ...args: string[]) => Promise<void>;
}

/**
 * Opens the stack of an environment, with the program of this package.
 *
 * @param mode Whether a stack that does not exist yet is made.
 * @param run How this run of the program differs from what the configuration says.
 * @throws {StackNotFoundError} when it does not exist and is not to be made.
 */
export async function openStack(
  environment: AnyEnvironment,
  mode: "create" | "existing",
  report: Report,
  run: ProgramOptions = {},
): Promise<OpenStack> {
  const { name, projectDirectory, passphraseFile, secretsProvider } = environment;
  if (passphraseFile !== undefined) delete process.env["PULUMI_CONFIG_PASSPHRASE"]; // it would win over the file
  const engine = await ensureEngine(report, optionalProviders(environment));
  const command = await pulumiCommand(engine);
  const envVars = { ...engine.environment, ...pulumiVariables(environment) };
  const { watched, programError } = watch(() => program(run));
  const named = { stackName: name, projectName: PROJECT, program: watched };
  const options: LocalWorkspaceOptions = { workDir: projectDirectory, pulumiCommand: command, envVars };
  if (secretsProvider !== undefined) options.secretsProvider = secretsProvider;
  const stack = await (
    mode === "create" ? LocalWorkspace.createOrSelectStack(named, options) : LocalWorkspace.selectStack(named, options)
  ).catch((error: unknown) => {
    throw wrongPassphrase(error, name) ?? error;
  });
  const pulumi = async (...args: string[]): Promise<string> => {
    const where = { cwd: projectDirectory, environment: envVars };
    return (await runChecked(command.command, [...args, "--stack", name, "--non-interactive"], where)).stdout;
  };
  const feed = async (input: string, ...args: string[]): Promise<void> => {
    const child = spawn(command.command, [...args, "--stack", name, "--non-interactive"], {
      cwd: projectDirectory,
      env: { ...process.env, ...envVars },
      stdio: ["pipe", "ignore", "pipe"],
    });
    child.stdin.on("error", () => undefined); // it may refuse before it has read everything, and says why
    child.stdin.end(input);
    const complaint = text(child.stderr);
    const [code] = (await once(child, "close")) as [number | null];
    if (code !== 0) throw new Failure((await complaint).trim());
  };
  return { stack, programError, pulumi, feed };
}

/** The explanation of Pulumi's "incorrect passphrase"; undefined for any other error. */
export function wrongPassphrase(error: unknown, name: string): Failure | undefined {
  if (!(error instanceof CommandError) || !error.message.includes("incorrect passphrase")) return undefined;
  return new Failure(
    `The passphrase is not the one that Pulumi.${name}.yaml was encrypted with: give that one, or, where the file has no secrets, remove its line encryptionsalt.`,
    ExitCode.WrongUse,
  );
}

function pulumiVariables({ backendUrl, passphraseFile }: AnyEnvironment): Record<string, string> {
  return {
    PULUMI_BACKEND_URL: backendUrl,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...(passphraseFile === undefined ? {} : { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile }),
  };
}

/** The same program, which remembers what its last run threw. */
function watch<T>(run: () => Promise<T>): { watched: () => Promise<T>; programError: () => RegistryError | undefined } {
  let thrown: RegistryError | undefined;
  const watched = async (): Promise<T> => {
    thrown = undefined;
    try {
      return await run();
    } catch (error) {
      if (error instanceof RegistryError) thrown = error;
      throw error;
    }
  };
  return { watched, programError: () => thrown };
}

/** The outputs of a stack, as `up` left them. */
export interface Outputs {
  endpoint: string;
  hostname: string;
  authority: string;
  caCertificatePem: string;
  credentials: { username: string; password: string };
  metricsEndpoint: string;
  clientConfig: Record<string, string>;
}

/**
 * Outputs in the form in which they are used.
 *
 * @param values Values by name, secrets in plain text.
 * @throws {RegistryError} when no `up` has come to its end yet.
 */
export function readOutputs(name: string, values: object): Outputs {
  if (isOutputs(values)) return values;
  throw new RegistryError(name, [{ path: "outputs", message: `are not there yet: run \`npx ha-registry up ${name}\`` }]);
}

function isOutputs(value: object): value is Outputs {
  return "endpoint" in value && "credentials" in value && "clientConfig" in value;
}
