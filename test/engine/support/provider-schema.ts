import { readFileSync } from "node:fs";
import { runChecked, type Engine } from "ha-registry-tools";
import type { Properties, Property, Shape } from "./sdk-types";

/** The parts of a Pulumi package schema that matter here. */
export interface PackageSchema {
  resources: Record<string, ResourceSchema>;
  /** The provider itself, which a program makes to reach another Docker Engine. */
  provider?: ResourceSchema;
  types?: Record<string, ObjectSchema>;
}

/** One resource of a schema. */
export interface ResourceSchema {
  properties?: Record<string, PropertySchema>;
  required?: string[];
  inputProperties?: Record<string, PropertySchema>;
  requiredInputs?: string[];
}

interface ObjectSchema {
  /** What it is at runtime: `object`, unless it is an enumeration. */
  type?: string;
  properties?: Record<string, PropertySchema>;
  required?: string[];
  /** Where it is an output, more is always there than a user has to give. */
  language?: { nodejs?: { requiredOutputs?: string[] } };
}

interface PropertySchema {
  type?: string;
  items?: PropertySchema;
  additionalProperties?: PropertySchema;
  $ref?: string;
  oneOf?: PropertySchema[];
}

/** The schema of a provider as the plugin itself gives it, whatever engine and plugins came from. */
export async function installedSchema({ command, environment }: Engine, provider: string): Promise<PackageSchema> {
  const manifest = readFileSync(require.resolve(`@pulumi/${provider}/package.json`), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  const { stdout } = await runChecked(command.binary, ["package", "get-schema", `${provider}@${version}`], { environment });
  return JSON.parse(stdout) as PackageSchema;
}

/** Properties that a provider's schema gives a resource. */
export function schemaProperties(schema: PackageSchema, resource: ResourceSchema, side: "inputs" | "outputs"): Properties {
  return side === "inputs"
    ? read(schema, resource.inputProperties, resource.requiredInputs, side)
    : read(schema, resource.properties, resource.required, side);
}

function read(
  schema: PackageSchema,
  properties: Record<string, PropertySchema> = {},
  required: readonly string[] = [],
  side: "inputs" | "outputs",
): Properties {
  const entries = Object.entries(properties).map(([name, property]): [string, Property] => [
    name,
    { required: required.includes(name), shape: shapeOf(schema, property, side) },
  ]);
  return new Map(entries);
}

function shapeOf(schema: PackageSchema, property: PropertySchema, side: "inputs" | "outputs"): Shape {
  const { type, items, additionalProperties, $ref, oneOf } = property;
  if (oneOf?.[0] !== undefined) return shapeOf(schema, oneOf[0], side);
  if ($ref?.startsWith("#/types/")) return objectShape(schema, $ref.slice("#/types/".length), side);
  if ($ref !== undefined) return { kind: "any" };
  if (type === "array" && items !== undefined) return { kind: "array", element: shapeOf(schema, items, side) };
  if (type === "object")
    return { kind: "map", element: additionalProperties ? shapeOf(schema, additionalProperties, side) : { kind: "string" } };
  if (type === "integer" || type === "number") return { kind: "number" };
  if (type === "string" || type === "boolean") return { kind: type };
  throw new Error(`no rule for the schema ${JSON.stringify(property)}`);
}

function objectShape(schema: PackageSchema, token: string, side: "inputs" | "outputs"): Shape {
  const type = schema.types?.[token];
  if (type === undefined) throw new Error(`the schema has no type ${token}`);
  // An enumeration has no properties, but there are objects without any, too.
  if (type.type !== "object") return { kind: "string" };
  const { properties, required, language } = type;
  const always = side === "outputs" ? (language?.nodejs?.requiredOutputs ?? required) : required;
  return { kind: "object", name: token, properties: () => read(schema, properties, always, side) };
}

/**
 * Tells, property by property, where a provider's schema is not what the npm SDK declares. A property that only the schema has does
 * no harm unless it is a required input.
 *
 * @param path What the properties belong to, as `Container inputs`.
 * @param within Types that the properties are within: what is within itself has been compared. @default - none
 */
export function differences(
  path: string,
  declared: Properties,
  offered: Properties,
  side: "inputs" | "outputs",
  within: readonly string[] = [],
): string[] {
  const found: string[] = [];
  for (const [name, property] of declared) {
    const counterpart = offered.get(name);
    const where = `${path}.${name}`;
    if (counterpart === undefined) {
      found.push(`${where}: in the SDK, not in the schema`);
      continue;
    }
    if (property.required !== counterpart.required) {
      found.push(`${where}: ${need(property)} in the SDK, ${need(counterpart)} in the schema`);
    }
    found.push(...shapeDifferences(where, property.shape, counterpart.shape, side, within));
  }
  for (const [name, property] of offered) {
    if (side === "inputs" && property.required && !declared.has(name))
      found.push(`${path}.${name}: required in the schema, not in the SDK`);
  }
  return found;
}

function shapeDifferences(where: string, declared: Shape, offered: Shape, side: "inputs" | "outputs", within: readonly string[]): string[] {
  if ((declared.kind === "array" && offered.kind === "array") || (declared.kind === "map" && offered.kind === "map")) {
    return shapeDifferences(`${where}[]`, declared.element, offered.element, side, within);
  }
  if (declared.kind === "object" && offered.kind === "object") {
    if (within.includes(declared.name)) return [];
    return differences(where, declared.properties(), offered.properties(), side, [...within, declared.name]);
  }
  return declared.kind === offered.kind ? [] : [`${where}: ${declared.kind} in the SDK, ${offered.kind} in the schema`];
}

function need({ required }: Property): string {
  return required ? "required" : "optional";
}
