import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import ts from "typescript";

/** A type as far as SDK and schema have to agree on it. */
export type Shape =
  | { kind: "string" | "number" | "boolean" | "any" }
  | { kind: "array" | "map"; element: Shape }
  | { kind: "object"; name: string; properties(): Properties };

/** The properties of a resource or of an object type by name. */
export type Properties = ReadonlyMap<string, Property>;

/** One property. */
export interface Property {
  /** Whether it is always there. */
  required: boolean;
  /** Its type. */
  shape: Shape;
}

/** What an SDK declares of a resource. */
export interface DeclaredResource {
  /** What the constructor takes: `<Name>Args`. */
  inputs: Properties;
  /** What the resource has afterwards: the fields of the class. */
  outputs: Properties;
}

/**
 * Reads the declaration of a resource from an installed npm SDK, with all types that it refers to.
 *
 * @param module Path in the SDK of what declares it. @default - the resource's name in lower camel case
 */
export function declaredResource(sdk: string, resource: string, module = lowerCamelCase(resource)): DeclaredResource {
  const types = declarationsOf(sdk);
  const file = types.file(`${module}.d.ts`);
  const resourceClass = find(file, ts.isClassDeclaration, resource);
  return {
    inputs: types.properties(find(file, ts.isInterfaceDeclaration, `${resource}Args`).members),
    outputs: types.properties(resourceClass.members.filter((member) => ts.isPropertyDeclaration(member) && !isStatic(member))),
  };
}

function lowerCamelCase(name: string): string {
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
}

const known = new Map<string, Declarations>();

/** Some SDKs have their types in files of many megabytes. */
function declarationsOf(sdk: string): Declarations {
  const found = known.get(sdk) ?? new Declarations(dirname(require.resolve(`${sdk}/package.json`)));
  known.set(sdk, found);
  return found;
}

/** The declaration files of one SDK. They are read as they are written: no type has to be inferred. */
class Declarations {
  readonly #files = new Map<string, ts.SourceFile>();

  constructor(readonly directory: string) {}

  file(name: string): ts.SourceFile {
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const text = readFileSync(join(this.directory, name), "utf8");
    const file = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
    this.#files.set(name, file);
    return file;
  }

  properties(members: Iterable<ts.ClassElement | ts.TypeElement>): Properties {
    const found = new Map<string, Property>();
    for (const member of members) {
      if (!ts.isPropertySignature(member) && !ts.isPropertyDeclaration(member)) continue;
      if (member.type === undefined) throw unknown(member);
      const { node, optional } = unwrap(member.type);
      found.set(member.name.getText(), { required: !optional && member.questionToken === undefined, shape: this.shape(node) });
    }
    return found;
  }

  shape(type: ts.TypeNode): Shape {
    const { node } = unwrap(type);
    if (node.kind === ts.SyntaxKind.StringKeyword) return { kind: "string" };
    if (node.kind === ts.SyntaxKind.NumberKeyword) return { kind: "number" };
    if (node.kind === ts.SyntaxKind.BooleanKeyword) return { kind: "boolean" };
    if (node.kind === ts.SyntaxKind.AnyKeyword) return { kind: "any" };
    if (ts.isArrayTypeNode(node)) return { kind: "array", element: this.shape(node.elementType) };
    if (ts.isTypeLiteralNode(node)) return this.mapShape(node);
    if (ts.isTypeReferenceNode(node)) return this.referenceShape(node);
    throw unknown(node);
  }

  mapShape(node: ts.TypeLiteralNode): Shape {
    const [member] = node.members;
    if (member === undefined || !ts.isIndexSignatureDeclaration(member)) throw unknown(node);
    return { kind: "map", element: this.shape(member.type) };
  }

  /**
   * `inputs.X` and `outputs.X` are interfaces in types/input.d.ts and types/output.d.ts, some of them in a namespace; `enums.X` and ARNs are
   * strings.
   */
  referenceShape(node: ts.TypeReferenceNode): Shape {
    const reference = node.typeName.getText();
    const [side, ...path] = reference.split(".");
    if (side === "enums" || reference === "ARN" || reference === "pulumi.ID") return { kind: "string" };
    if (side !== "inputs" && side !== "outputs") throw unknown(node);
    const name = path.pop() ?? "";
    const file = this.file(join("types", side === "inputs" ? "input.d.ts" : "output.d.ts"));
    const { members } = find(path.reduce<Scope>(namespaceIn, file), ts.isInterfaceDeclaration, name);
    return { kind: "object", name, properties: () => this.properties(members) };
  }
}

/** Takes `pulumi.Input<…>`, `pulumi.Output<…>` and `… | undefined` off; of `string | enums.X`, the first part stands for both. */
function unwrap(type: ts.TypeNode): { node: ts.TypeNode; optional: boolean } {
  if (ts.isParenthesizedTypeNode(type)) return unwrap(type.type);
  if (ts.isUnionTypeNode(type)) {
    const present = type.types.filter((each) => each.kind !== ts.SyntaxKind.UndefinedKeyword);
    const [first] = present;
    if (first === undefined) throw unknown(type);
    return { node: unwrap(first).node, optional: present.length < type.types.length };
  }
  if (ts.isTypeReferenceNode(type) && /^pulumi\.(Input|Output)$/.test(type.typeName.getText())) {
    const [argument] = type.typeArguments ?? [];
    if (argument === undefined) throw unknown(type);
    return unwrap(argument);
  }
  return { node: type, optional: false };
}

/** What holds declarations. */
type Scope = ts.SourceFile | ts.ModuleBlock;

function find<T extends ts.ClassDeclaration | ts.InterfaceDeclaration>(
  scope: Scope,
  isWanted: (node: ts.Node) => node is T,
  name: string,
): T {
  for (const statement of scope.statements) if (isWanted(statement) && statement.name?.text === name) return statement;
  throw new Error(`${scope.getSourceFile().fileName} does not declare ${name}`);
}

/** The body of a namespace. */
function namespaceIn(scope: Scope, name: string): Scope {
  for (const statement of scope.statements) {
    if (ts.isModuleDeclaration(statement) && statement.name.text === name && statement.body && ts.isModuleBlock(statement.body)) {
      return statement.body;
    }
  }
  throw new Error(`${scope.getSourceFile().fileName} has no namespace ${name}`);
}

function isStatic(member: ts.PropertyDeclaration): boolean {
  return member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) ?? false;
}

function unknown(node: ts.Node): Error {
  return new Error(`${node.getSourceFile().fileName}: no rule for \`${node.getText()}\``);
}
