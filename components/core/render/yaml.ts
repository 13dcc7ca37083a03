import { Document, parseDocument, Scalar, visit } from "yaml";
import type { Tags } from "yaml";
import type { Problems } from "../errors";

/** What YAML holds once it is read. Whole numbers of users stay bigints, so that none is rounded. */
export type Yaml = string | number | bigint | boolean | null | readonly Yaml[] | YamlMap;

/** A map of YAML. */
export interface YamlMap {
  readonly [key: string]: Yaml;
}

/** What a renderer writes down: as {@link Yaml}, but absent values may stand as undefined. */
export type Loose = string | number | bigint | boolean | null | undefined | readonly Loose[] | LooseMap;

/** A map with values that may be absent. */
export interface LooseMap {
  readonly [key: string]: Loose;
}

/** Keys that every reader of YAML 1.1 takes for text without quotes (some take e0 for a number); all others are quoted. */
const plainKey = /^(?!(?:y|n|yes|no|on|off|true|false|null|e-?\d+)$)[a-z][a-z0-9-]*$/i;

/** Text of `value`: keys sorted, every string quoted and in ASCII, so that YAML 1.1 (Go's) and 1.2 read the same. */
export function stringifyYaml(value: LooseMap): string {
  const document = new Document(sorted(value));
  visit(document, {
    Scalar: (key, node) => {
      if (typeof node.value !== "string") return;
      node.type = key === "key" && plainKey.test(node.value) ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE;
    },
  });
  const text = document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER });
  return text.replace(/[^\n\x20-\x7e]/gu, escaped);
}

/** What is not ASCII stands in double quotes; Go's parser wants one escape per character, not one per half of a surrogate pair. */
function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length <= 4 ? `\\u${code.padStart(4, "0")}` : `\\U${code.padStart(8, "0")}`;
}

/** A copy with sorted keys and without absent values; a copy, since the writer makes anchors of what it meets twice. */
function sorted(value: Loose): Yaml {
  if (value === undefined) return null;
  if (isList(value)) return value.map(sorted);
  if (!isMap(value)) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
}

/** `over` merged into `base`: maps merge, null removes, anything else replaces. */
export function mergeYaml(base: LooseMap, over: YamlMap): LooseMap {
  const merged = new Map<string, Loose>(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const below = merged.get(key);
    if (value === null) merged.delete(key);
    else merged.set(key, isMap(value) ? mergeYaml(isMap(below) ? below : {}, value) : value);
  }
  return Object.fromEntries(merged);
}

function isList(value: Loose): value is readonly Loose[] {
  return Array.isArray(value);
}

function isMap<T extends Loose>(value: T): value is Extract<T, LooseMap> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Reads a map as Go's YAML 1.1 does: `yes` is true, `0600` is octal, but times stay text.
 *
 * @param text The user's YAML; empty text is an empty map.
 * @param path Where the text comes from, for problems.
 * @param problems Takes what is wrong, with line and column.
 * @returns the map, or an empty one when there were problems.
 */
export function parseYamlMap(text: string, path: string, problems: Problems): YamlMap {
  const document = parseDocument(text, { schema: "yaml-1.1", customTags: goTags, intAsBigInt: true, stringKeys: true });
  const found = [...document.errors, ...document.warnings].map(({ message }) => (message.split("\n", 1)[0] ?? "").replace(/:$/, ""));
  for (const message of found) problems.add(path, `is not the YAML of one map: ${message}`);
  return found.length > 0 ? {} : readDocument(document, path, problems);
}

function readDocument(document: ReturnType<typeof parseDocument>, path: string, problems: Problems): YamlMap {
  try {
    const value = (document.toJS({ maxAliasCount: 100 }) ?? {}) as Yaml;
    refuseCycles(value, []);
    if (isMap(value)) return value;
    problems.add(path, "is not the YAML of one map at line 1: write settings of the registry, as log: { level: warn }");
  } catch (error) {
    problems.add(path, `is not the YAML of one map: ${error instanceof Error ? error.message : String(error)}`);
  }
  return {};
}

/** @throws {RangeError} when an alias makes `value` a part of itself. */
function refuseCycles(value: Yaml, above: readonly Yaml[]): void {
  if (typeof value !== "object" || value === null) return;
  if (above.includes(value)) throw new RangeError("an alias stands inside of what it names");
  for (const item of Object.values<Yaml>(value)) refuseCycles(item, [...above, value]);
}

/** Go's parser knows no base-60 numbers, and no setting is a date, a set or binary data. */
function goTags(tags: Tags): Tags {
  const kept = ["map", "seq", "str", "null", "bool", "int", "float", "merge"].map((name) => `tag:yaml.org,2002:${name}`);
  return tags.filter((tag) => typeof tag !== "string" && kept.includes(tag.tag) && !("format" in tag && tag.format === "TIME"));
}
