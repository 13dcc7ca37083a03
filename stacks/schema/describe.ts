import * as ts from "typescript";
import type { JsonSchema } from "./json-schema";

/**
 * Describes interfaces, and every interface that they use, as JSON Schema: doc comments become descriptions, `@default` becomes the
 * default where it names a value. Unknown fields are refused.
 *
 * @param file TypeScript file that declares the interfaces.
 * @param names Names of the interfaces.
 * @returns schemas by name of the interface.
 * @throws {Error} for a type that the configuration has no use for, with the field that has it.
 */
export function describeInterfaces(file: string, names: readonly string[]): Record<string, JsonSchema> {
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    strict: true,
    skipLibCheck: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  const describer = new Describer(checker);
  for (const name of names) {
    const root = module && checker.getExportsOfModule(module).find((symbol) => symbol.name === name);
    if (root === undefined) throw new Error(`${file} exports no ${name}`);
    describer.type(checker.getDeclaredTypeOfSymbol(root), name);
  }
  return describer.definitions;
}

class Describer {
  readonly #described = new Map<string, { symbol: ts.Symbol; schema: JsonSchema }>();

  constructor(readonly checker: ts.TypeChecker) {}

  get definitions(): Record<string, JsonSchema> {
    const entries = [...this.#described].map(([name, { schema }]) => [name, schema] as const);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** @param field Path of the field that has the type, for errors. */
  type(type: ts.Type, field: string): JsonSchema {
    if (type.flags & ts.TypeFlags.String) return { type: "string" };
    if (type.flags & ts.TypeFlags.Number) return { type: "number" };
    if (type.flags & ts.TypeFlags.Boolean) return { type: "boolean" };
    const members = type.isUnion() ? type.types : [type];
    if (members.every((member) => member.isStringLiteral())) {
      return { type: "string", enum: members.map((member) => member.value) };
    }
    if (this.checker.isArrayType(type)) {
      const [item] = this.checker.getTypeArguments(type as ts.TypeReference);
      if (item !== undefined) return { type: "array", items: this.type(item, `${field}[]`) };
    }
    const values = this.checker.getIndexInfoOfType(type, ts.IndexKind.String);
    if (values !== undefined) return { type: "object", additionalProperties: this.type(values.type, `${field}.*`) };
    if (type.isClassOrInterface()) return { $ref: `#/definitions/${this.interface(type, field)}` };
    throw new Error(`${field}: ${this.checker.typeToString(type)} cannot be described`);
  }

  interface(type: ts.InterfaceType, field: string): string {
    const { symbol } = type;
    const known = this.#described.get(symbol.name);
    if (known !== undefined) {
      if (known.symbol !== symbol) throw new Error(`${field}: there are two interfaces ${symbol.name}`);
      return symbol.name;
    }
    const schema: JsonSchema = { description: this.comment(symbol), type: "object", properties: {}, additionalProperties: false };
    this.#described.set(symbol.name, { symbol, schema });
    const required: string[] = [];
    for (const property of this.checker.getPropertiesOfType(type)) {
      schema.properties = { ...schema.properties, [property.name]: this.property(property, `${field}.${property.name}`) };
      if (!(property.flags & ts.SymbolFlags.Optional)) required.push(property.name);
    }
    if (required.length > 0) schema.required = required;
    return symbol.name;
  }

  property(property: ts.Symbol, field: string): JsonSchema {
    const type = this.checker.getNonNullableType(this.checker.getTypeOfSymbol(property));
    const schema = this.type(type, field);
    const description = this.comment(property);
    const tag = property.getJsDocTags(this.checker).find(({ name }) => name === "default");
    const text = ts.displayPartsToString(tag?.text).trim();
    if (text === "") return { description, ...schema };
    const value = defaultValue(text, type);
    if (value !== undefined) return { description, ...schema, default: value };
    return { description: `${description}\nDefault: ${text.replace(/^- /, "")}`, ...schema };
  }

  comment(symbol: ts.Symbol): string {
    return ts.displayPartsToString(symbol.getDocumentationComment(this.checker)).trim();
  }
}

/** The value that `@default` names: JSON, or a member of an enumeration. Anything else is prose. */
function defaultValue(text: string, type: ts.Type): unknown {
  const member = /^\w+\.(\w+)$/.exec(text)?.[1];
  const members = type.isUnion() ? type.types : [type];
  const named = members.find((candidate) => candidate.symbol?.name === member);
  if (member !== undefined && named?.isStringLiteral()) return named.value;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
