import { readFileSync } from "node:fs";
import * as ts from "typescript";

/** One property of an interface, as its source tells it. */
export interface PropertyDocs {
  /** Name. */
  name: string;
  /** Type as it is written, as `pulumi.Input<string>`. */
  type: string;
  /** Whether it may be left out. */
  optional: boolean;
  /** What it is for, on one line. */
  text: string;
  /** What holds when it is left out: the text of `@default`. */
  default?: string;
}

/** An interface or an enumeration, as its source tells it. */
export interface TypeDocs {
  /** What it is, on one line. */
  text: string;
  /** Properties, those of extended interfaces first; empty for an enumeration. */
  properties: PropertyDocs[];
  /** Values of an enumeration, as they are written; empty for an interface. */
  values: string[];
}

/**
 * Reads every exported interface and enumeration of some source files.
 *
 * @param files Paths of TypeScript sources; an interface comes after those that it extends.
 * @throws {Error} when a property has no comment: what users read must not have holes.
 */
export function readTypes(files: readonly string[]): Map<string, TypeDocs> {
  const types = new Map<string, TypeDocs>();
  for (const file of files) {
    const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
    source.forEachChild((node) => {
      if (ts.isImportDeclaration(node)) noteOtherNames(node, types);
      if (ts.isInterfaceDeclaration(node)) types.set(node.name.text, readInterface(node, types));
      if (ts.isEnumDeclaration(node)) types.set(node.name.text, readEnum(node));
    });
  }
  return types;
}

/** A type that is imported under another name is known by that, too. */
function noteOtherNames({ importClause }: ts.ImportDeclaration, types: Map<string, TypeDocs>): void {
  const bindings = importClause?.namedBindings;
  if (bindings === undefined || !ts.isNamedImports(bindings)) return;
  for (const { name, propertyName } of bindings.elements) {
    const imported = propertyName && types.get(propertyName.text);
    if (imported !== undefined) types.set(name.text, imported);
  }
}

function readInterface(node: ts.InterfaceDeclaration, known: ReadonlyMap<string, TypeDocs>): TypeDocs {
  const parents = (node.heritageClauses ?? []).flatMap((clause) => clause.types.map((type) => type.expression.getText()));
  const inherited = parents.flatMap((parent) => known.get(parent)?.properties ?? []);
  const own = node.members.filter(ts.isPropertySignature).map((member) => readProperty(node.name.text, member));
  return { text: comment(node), properties: [...inherited, ...own], values: [] };
}

function readProperty(owner: string, member: ts.PropertySignature): PropertyDocs {
  const name = member.name.getText();
  const text = comment(member);
  if (text === "") throw new Error(`${owner}.${name} has no comment`);
  const tag = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === "default");
  const fallback = oneLine(ts.getTextOfJSDocComment(tag?.comment) ?? "").replace(/^- /, "");
  return {
    name,
    type: member.type?.getText() ?? "unknown",
    optional: member.questionToken !== undefined,
    text,
    ...(fallback !== "" && { default: fallback }),
  };
}

function readEnum(node: ts.EnumDeclaration): TypeDocs {
  return { text: comment(node), properties: [], values: node.members.map((member) => member.initializer?.getText() ?? "") };
}

function comment(node: ts.Node): string {
  const blocks = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return oneLine(blocks.map((block) => ts.getTextOfJSDocComment(block.comment) ?? "").join(" "));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
