import { readFileSync } from "node:fs";
import { RegistryError } from "ha-registry-core";
import { LineCounter, isMap, parseDocument } from "yaml";
import { findProblems } from "../schema/validate";
import { isOnDockerHosts, type AnyStackConfig } from "../schema/stack-config";

/** What the command line needs of an environment's file. */
export interface StackFile<Config extends AnyStackConfig = AnyStackConfig> {
  /** The keys of this project. */
  config: Config;
  /** How Pulumi encrypts secrets, as `awskms://…`; with a passphrase when absent. */
  secretsProvider?: string;
  /** Docker Engine of the Docker provider's own key `docker:host`. */
  dockerHost?: string;
}

/** Namespace of this project's keys; Pulumi takes keys without any for them too. */
const NAMESPACE = "ha-registry:";

/**
 * Reads an environment's file and checks all of it.
 *
 * @param file Path of `Pulumi.<environment>.yaml`.
 * @param name Name of the environment.
 * @throws {RegistryError} with every problem found, the line of a syntax error among them.
 */
export function readStackFile(file: string, name: string): StackFile {
  const content = parseYaml(file);
  const keys = content["config"] ?? {};
  if (!isRecord(keys)) throw new RegistryError(file, [{ path: "config", message: "is not a group of keys, as ha-registry:registry" }]);
  const config: unknown = Object.fromEntries(Object.entries(keys).flatMap(([key, value]) => ownKey(key, value)));
  const problems = findProblems(name, config, "encrypted");
  if (problems.length > 0) throw new RegistryError(file, problems);
  return {
    config: withSortedHosts(config as AnyStackConfig), // as findProblems has shown
    ...text("secretsProvider", content["secretsprovider"]),
    ...text("dockerHost", keys["docker:host"]),
  };
}

/** Pulumi hands the program objects with their keys sorted, and parts are spread in the order of the hosts: both have to see the same. */
function withSortedHosts(config: AnyStackConfig): AnyStackConfig {
  if (!isOnDockerHosts(config)) return config;
  const { registry } = config;
  if (registry?.hosts === undefined) return config;
  const hosts = Object.fromEntries(Object.entries(registry.hosts).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...config, registry: { ...registry, hosts } };
}

function ownKey(key: string, value: unknown): [string, unknown][] {
  if (key.startsWith(NAMESPACE)) return [[key.slice(NAMESPACE.length), value]];
  return key.includes(":") ? [] : [[key, value]];
}

function parseYaml(file: string): Record<string, unknown> {
  const lineCounter = new LineCounter();
  const document = parseDocument(readFileSync(file, "utf8"), { lineCounter });
  const problems = document.errors.map(({ message, pos }) => ({
    path: `line ${lineCounter.linePos(pos[0]).line}`,
    message: message.split("\n")[0]?.replace(/ at line \d+.*$/, "") ?? message,
  }));
  if (problems.length > 0) throw new RegistryError(file, problems);
  if (document.contents === null) return {};
  const content: unknown = document.toJS();
  if (isMap(document.contents) && isRecord(content)) return content;
  throw new RegistryError(file, [{ path: "config", message: "is missing: a stack file has a group config" }]);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text<Key extends string>(key: Key, value: unknown): Partial<Record<Key, string>> {
  const result: Partial<Record<Key, string>> = {};
  if (typeof value === "string" && value !== "") result[key] = value;
  return result;
}
