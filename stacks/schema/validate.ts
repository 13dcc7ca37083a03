import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { RegistryError, checkSettings, resolveAwsTopology, resolveKubernetesTopology, resolveTopology, wantsProbe } from "ha-registry-core";
import type { Problem } from "ha-registry-core";
import type { JsonSchema } from "./json-schema";
import { Substrate, isOnAws, isOnKubernetes, rootOf, type AnyStackConfig, type Decrypted } from "./stack-config";
import { nearest } from "./suggestion";

/** The schema that editors read too. */
const schemaFile = join(__dirname, "..", "..", "config", "schema.json");

/** A configuration as it stands in the file, or as Pulumi hands it to the program. */
export type Configured = AnyStackConfig | Decrypted<AnyStackConfig>;

/**
 * Checks a configuration before anything is touched: its form by the schema, then, where that holds, its meaning by the library.
 *
 * @param name Name of the environment, which is the name of the registry.
 * @param config The keys without their namespace.
 * @param secretsAre Whether secrets are still encrypted, as in the file, or plain, as in the program.
 * @returns every problem found; paths start at the key, as `registry.loadBalancer.port`.
 */
export function findProblems(name: string, config: unknown, secretsAre: "encrypted" | "plain"): Problem[] {
  const told = substrateIn(config);
  const substrate = Object.values(Substrate).find((each) => each === told);
  if (substrate === undefined) return [{ path: "substrate", message: notOneOf(told, Object.values(Substrate)) }];
  const validate = validator(substrate, secretsAre);
  if (!validate(config)) return describeErrors(validate.errors ?? []);
  return checksOf(name, config).flatMap(problemsOf).map(inStackConfig);
}

/** What a configuration says that it is for: Docker where it says nothing. */
function substrateIn(config: unknown): unknown {
  return typeof config === "object" && config !== null && "substrate" in config ? config.substrate : Substrate.Docker;
}

/** What the library has to say of a configuration that has the right form. */
function checksOf(name: string, config: Configured): (() => unknown)[] {
  if (isOnKubernetes(config)) {
    const { registry = {} } = config;
    return [() => resolveKubernetesTopology(name, registry), () => checkSettings(name, registry.settings ?? {})];
  }
  if (isOnAws(config)) {
    const { registry } = config;
    return [() => resolveAwsTopology(name, registry), () => checkSettings(name, registry.settings ?? {})];
  }
  const registry = config.registry ?? {};
  const what = { collectsGarbage: registry.garbageCollection !== undefined, probes: wantsProbe(registry) };
  return [() => resolveTopology(name, registry), () => checkSettings(name, registry.settings ?? {}, what)];
}

/** Moves a problem with the library's arguments to where the stack file has them. */
export function inStackConfig({ path, message }: Problem): Problem {
  if (path === "name") return { path: "environment", message };
  return { path: path === "secrets" || path.startsWith("secrets.") ? path : `registry.${path}`, message };
}

function problemsOf(check: () => unknown): readonly Problem[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof RegistryError) return error.problems;
    throw error;
  }
}

function validator(substrate: Substrate, secretsAre: "encrypted" | "plain"): ValidateFunction<Configured> {
  const { definitions } = JSON.parse(readFileSync(schemaFile, "utf8")) as JsonSchema;
  const secret: JsonSchema = { type: "string" };
  const schema: JsonSchema = {
    $ref: `#/definitions/${rootOf[substrate]}`,
    definitions: { ...definitions, ...(secretsAre === "plain" ? { Secret: secret } : {}) },
  };
  // Every error at once, each with the schema that refused, to say what would be right.
  return new Ajv({ allErrors: true, verbose: true }).compile<Configured>(schema);
}

/** One problem per field, although a wrong value may break several rules of the schema. */
function describeErrors(errors: readonly ErrorObject[]): Problem[] {
  const problems = new Map<string, Problem>();
  for (const error of errors) {
    const problem = describeError(error);
    if (!problems.has(problem.path)) problems.set(problem.path, problem);
  }
  return [...problems.values()];
}

function describeError({ keyword, instancePath, params, parentSchema, data, message }: ErrorObject): Problem {
  const path = fieldPath(instancePath);
  const below = (field: string): string => (path === "" ? field : `${path}.${field}`);
  const { properties = {}, description, enum: allowed = [] }: JsonSchema = parentSchema ?? {};
  const isSecret = path === "secrets" || path.startsWith("secrets.");
  if (keyword === "additionalProperties") {
    const field = String(params["additionalProperty"]);
    return {
      path: below(field),
      message: `is no field of ${path === "" ? "ha-registry" : path}; ${whatFits(field, Object.keys(properties))}`,
    };
  }
  if (keyword === "required") {
    const field = String(params["missingProperty"]);
    return { path: below(field), message: `is missing (${properties[field]?.description?.split("\n")[0] ?? "needed"})` };
  }
  if (isSecret) return { path, message: secretMessage(path, data) };
  if (data === null) return { path, message: "is empty: give it a value, or leave the line out" };
  if (keyword === "enum") {
    return { path, message: notOneOf(data, allowed) };
  }
  if (keyword === "type") return { path, message: `${quoted(data)} is not ${kinds[String(params["type"])] ?? String(params["type"])}` };
  return { path, message: `${message ?? "is wrong"}${description === undefined ? "" : ` (${description})`}` };
}

function notOneOf(data: unknown, allowed: readonly string[]): string {
  return `${quoted(data)} is not one of ${allowed.join(", ")}${typeof data === "string" ? suggestion(data, allowed) : ""}`;
}

const kinds: Record<string, string> = {
  object: "a group of fields",
  array: "a list",
  string: 'text: put it in quotes, as "1.0"',
  number: "a number",
  boolean: "true or false",
};

/** Values of secrets are never shown. */
function secretMessage(path: string, data: unknown): string {
  if (path === "secrets") return "is a group of secrets, each encrypted on its own";
  if (typeof data !== "string") return "is not a secret that Pulumi encrypted (a field named secure)";
  return `stands here in plain text: remove it, and write it with \`npx ha-registry secret <environment> ${path.slice("secrets.".length)}\``;
}

function whatFits(given: string, known: readonly string[]): string {
  const hint = suggestion(given, known);
  return hint === "" ? `its fields are ${known.join(", ")}` : hint.slice(2);
}

function suggestion(given: string, known: readonly string[]): string {
  const name = nearest(given, known);
  return name === undefined ? "" : `; did you mean ${name}?`;
}

function quoted(data: unknown): string {
  const text = JSON.stringify(data);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** A JSON pointer in the form in which the library names fields: `/registry/users/0` is `registry.users[0]`. */
function fieldPath(pointer: string): string {
  const parts = pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  return parts.map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}
