import { constants, copyFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { RegistryError } from "ha-registry-core";
import type { OptionalProvider } from "ha-registry-tools";
import { parse } from "yaml";
import { isOnAws, isOnDockerHosts, isOnKubernetes, type AnyStackConfig, type StackConfig } from "../schema/stack-config";
import { ExitCode, Failure } from "./exit";
import { readStackFile, type StackFile } from "./stack-file";
import { ensurePassphrase, ensurePrivateDirectory, passphrasePath, stateDirectory } from "./state-directory";

/** The environment that needs no file and no backend of the user's. */
export const LOCAL = "local";

/** An environment on Docker hosts: what it is to be, and where its state is. */
export type Environment = EnvironmentWith<StackConfig>;

/** An environment on any substrate. */
export type AnyEnvironment = EnvironmentWith<AnyStackConfig>;

/** An environment with a configuration of a kind. */
interface EnvironmentWith<Config extends AnyStackConfig> extends StackFile<Config> {
  /** Name, which is the name of the stack and of the registry. */
  name: string;
  /** Directory of `Pulumi.yaml`. */
  projectDirectory: string;
  /** Path of the stack file. */
  configFile: string;
  /** Directory for state (of `local`) and client files, closed to others. */
  stateDirectory: string;
  /** URL of Pulumi's backend. */
  backendUrl: string;
  /** File with the passphrase, of `local`. */
  passphraseFile?: string;
}

/** Directory of the project that this program came with. */
export const ownProject = resolve(__dirname, "..", "..", "..");

/**
 * Finds and checks an environment. `local` gets its stack file, its state directory and its passphrase when they are missing.
 *
 * @param name Name of the environment.
 * @param projectDirectory Directory of `Pulumi.yaml`.
 * @throws {RegistryError} when there is no such environment, when its file is wrong, or when backend or passphrase are not told.
 */
export function openEnvironment(name: string, projectDirectory: string = ownProject): AnyEnvironment {
  const configDirectory = join(projectDirectory, readConfigDirectory(projectDirectory));
  const configFile = join(configDirectory, `Pulumi.${name}.yaml`);
  if (name === LOCAL) copyTemplate(configDirectory, configFile);
  if (!isName(name) || !existsSync(configFile)) throw unknownEnvironment(name, configDirectory);
  const file = readStackFile(configFile, name);
  const directory = stateDirectory();
  const environment = { ...file, name, projectDirectory, configFile, stateDirectory: directory };
  if (name !== LOCAL) return { ...environment, backendUrl: chosenBackend(environment) };
  if (file.config.backend !== undefined) {
    throw new RegistryError(configFile, [
      { path: "backend", message: `is not for ${LOCAL}, which keeps its state in ${directory}: leave it out` },
    ]);
  }
  ensurePrivateDirectory(directory);
  if (!existsSync(passphrasePath(directory))) forgetOldPassphrase(configFile);
  return { ...environment, backendUrl: `file://${directory}`, passphraseFile: ensurePassphrase(directory) };
}

/**
 * What an environment's file says, for commands that only calculate: nothing is made, and neither state nor passphrase is asked for.
 *
 * @param name Name of the environment.
 * @param projectDirectory Directory of `Pulumi.yaml`.
 * @throws {RegistryError} when there is no such environment, or when its file is wrong.
 */
export function readConfiguration(name: string, projectDirectory: string = ownProject): AnyStackConfig {
  const configDirectory = join(projectDirectory, readConfigDirectory(projectDirectory));
  const configFile = join(configDirectory, `Pulumi.${name}.yaml`);
  if (isName(name) && existsSync(configFile)) return readStackFile(configFile, name).config;
  if (name !== LOCAL) throw unknownEnvironment(name, configDirectory);
  return {};
}

/** Whether an environment is on Docker hosts. */
export function isOnDocker(environment: AnyEnvironment): environment is Environment {
  return isOnDockerHosts(environment.config);
}

/** The providers that an environment needs beside those that every engine has. */
export function optionalProviders({ config }: AnyEnvironment): OptionalProvider[] {
  if (isOnAws(config)) return ["aws"];
  return isOnKubernetes(config) ? ["kubernetes"] : [];
}

/**
 * The same environment, for what only Docker hosts have.
 *
 * @param command What was asked for, as `gc`.
 * @throws {Failure} when it is on anything else.
 */
export function onDockerAlone(environment: AnyEnvironment, command: string): Environment {
  if (isOnDocker(environment)) return environment;
  const [place, keeper] = isOnAws(environment.config) ? ["AWS", "AWS's console and `aws ecs`"] : ["Kubernetes", "`kubectl`"];
  const message = `\`${command}\` is for registries on Docker hosts, and ${environment.name} is on ${place}: ${keeper} looks after what runs there.`;
  throw new Failure(message, ExitCode.WrongUse);
}

function readConfigDirectory(projectDirectory: string): string {
  const file = join(projectDirectory, "Pulumi.yaml");
  if (!existsSync(file)) {
    throw new RegistryError(file, [{ path: "Pulumi.yaml", message: "is missing: name the project's directory with --directory" }]);
  }
  const { stackConfigDir = "." } = parse(readFileSync(file, "utf8")) as { stackConfigDir?: string };
  return stackConfigDir;
}

/** Pulumi writes into the stack file, so that of `local` is a copy that git does not see. It is the user's from then on. */
function copyTemplate(configDirectory: string, configFile: string): void {
  if (existsSync(configFile)) return;
  try {
    copyFileSync(join(configDirectory, `${LOCAL}.template.yaml`), configFile, constants.COPYFILE_EXCL);
  } catch (error) {
    if (!existsSync(configFile)) throw error; // another process may have been first
  }
}

/**
 * The salt in the stack file belongs to one passphrase. Before a new one is generated (the state directory is another one, or was removed)
 * the old salt has to go; Pulumi makes another.
 *
 * @throws {RegistryError} when there are secrets in the file that only the old passphrase opens.
 */
function forgetOldPassphrase(configFile: string): void {
  const text = readFileSync(configFile, "utf8");
  const without = text.replace(/^encryptionsalt:.*\n?/m, "");
  if (without === text) return;
  if (/\bsecure:/.test(text)) {
    const message =
      "the secrets in it were encrypted with a passphrase that is not here: remove them and encryptionsalt, and set them again";
    throw new RegistryError(configFile, [{ path: "secrets", message }]);
  }
  writeFileSync(configFile, without);
}

function isName(name: string): boolean {
  return /^[a-z][a-z0-9-]*$/.test(name) && name !== "passphrase";
}

function unknownEnvironment(name: string, configDirectory: string): RegistryError {
  const files = existsSync(configDirectory) ? readdirSync(configDirectory) : [];
  const found = files.flatMap((file) => /^Pulumi\.([a-z0-9-]+)\.yaml$/.exec(file)?.[1] ?? []);
  const names = [...new Set([LOCAL, ...found])].sort();
  const fix = isName(name)
    ? `write ${join(configDirectory, `Pulumi.${name}.yaml`)}, or take one of ${names.join(", ")}`
    : `a name is lower-case letters, digits and hyphens, with a letter first; there are ${names.join(", ")}`;
  return new RegistryError("ha-registry", [{ path: "environment", message: `there is no environment "${name}": ${fix}` }]);
}

function chosenBackend({ name, configFile, config, secretsProvider }: Omit<AnyEnvironment, "backendUrl">): string {
  const url = process.env["PULUMI_BACKEND_URL"] || config.backend;
  if (url === undefined) {
    throw new RegistryError(configFile, [
      {
        path: "backend",
        message: `${name} names no place for its state: set ha-registry:backend (as s3://bucket/path, file:///srv/state or https://api.pulumi.com) or PULUMI_BACKEND_URL`,
      },
    ]);
  }
  const withPassphrase = (secretsProvider ?? "passphrase") === "passphrase" && !url.startsWith("https://");
  const told = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"].some((variable) => process.env[variable] !== undefined);
  if (withPassphrase && !told) {
    throw new RegistryError(configFile, [
      {
        path: "passphrase",
        message: `secrets of ${name} are encrypted with a passphrase: set PULUMI_CONFIG_PASSPHRASE_FILE to a file that holds it`,
      },
    ]);
  }
  return url;
}
