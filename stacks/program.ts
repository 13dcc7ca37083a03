import * as pulumi from "@pulumi/pulumi";
import { RegistryError } from "ha-registry-core";
import { findProblems, inStackConfig } from "./schema/validate";
import { isOnDockerHosts, type AnyStackConfig, type Decrypted, type StackConfig } from "./schema/stack-config";
import { deployer } from "./substrates/index";
import type { RegistryOutputs } from "./substrates/substrate";

/** How one run of the program differs from what the configuration says. */
export interface ProgramOptions {
  /** Whether Grafana is left out, since its image is not to be had. @default false */
  withoutGrafana?: boolean;
}

/**
 * The Pulumi program: one registry, named after the stack, on the substrate that the configuration names. Its result becomes the stack's
 * outputs.
 *
 * @throws {RegistryError} with every problem of the configuration, before any resource is registered.
 */
export async function program({ withoutGrafana = false }: ProgramOptions = {}): Promise<RegistryOutputs> {
  const name = pulumi.getStack();
  const file = `Pulumi.${name}.yaml`;
  const whole = readConfig();
  const config = withoutGrafana && isOnDockerHosts(whole) ? leaveOutGrafana(whole) : whole;
  const problems = findProblems(name, config, "plain");
  if (problems.length > 0) throw new RegistryError(file, problems);
  const deploy = await deployer(name, config);
  try {
    return deploy();
  } catch (error) {
    if (error instanceof RegistryError) throw new RegistryError(file, error.problems.map(inStackConfig));
    throw error;
  }
}

/** The same registry without Grafana. */
export function leaveOutGrafana(config: Decrypted<StackConfig>): Decrypted<StackConfig> {
  const { registry } = config;
  if (registry?.monitoring === undefined) return config;
  return { ...config, registry: { ...registry, monitoring: { ...registry.monitoring, grafana: undefined } } };
}

/** Every key of the project, also those that do not exist: a mistyped one must not go unnoticed. */
function readConfig(): Decrypted<AnyStackConfig> {
  const prefix = `${pulumi.getProject()}:`;
  const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, text]) => [key.slice(prefix.length), parseValue(text)]));
}

/** Pulumi hands structured values over as JSON and texts as they are. */
function parseValue(text: string): unknown {
  if (!/^[[{]/.test(text)) return text;
  const value: unknown = JSON.parse(text);
  return value;
}
