import { Document, parseDocument, Scalar, visit } from "yaml";
import type { Tags } from "yaml";
import type { Problems } from "../errors";

/** What YAML holds once it is read; whole numbers of `extraConfig` stay bigints, so that none is rounded. */
export type Yaml = string | number | bigint | boolean | null | readonly Yaml[] | { readonly [key: string]: Yaml };

/** What a renderer writes down: as {@link Yaml}, and absent values may be undefined. */
export type Loose = string | number | bigint | boolean | null | undefined | readonly Loose[] | { readonly [key: string]: Loose };

/**
 * Keys that Go's YAML 1.1 reads as text without quotes. Everything else is quoted.
 */
const plainKey = /^(?!(?:y|n|yes|no|on|off|true|false|null)$)[a-z][a-z0-9-]*$/i;

/** Text of `value`: keys sorted, every string quoted and in ASCII, so that YAML 1.1 (Go's) and 1.2 read the same. */
export function stringifyYaml(value: Loose): string {
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

/** A copy with sorted keys and without undefined values. */
function sorted(value: Loose): Yaml | undefined {
  if (Array.isArray(value)) return value.map((item: Loose) => sorted(item) ?? null);
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, sorted(item)] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, Yaml] => entry[1] !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether `value` is a map. */
export function isMap<T>(value: T | readonly T[] | { readonly [key: string]: T }): value is { readonly [key: string]: T } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `over` merged into `base`: maps merge, null removes, anything else replaces. */
export function mergeYaml(base: Loose, over: Yaml): Loose {
  if (!isMap<Loose>(base) || !isMap<Yaml>(over)) return isMap<Yaml>(over) ? mergeYaml({}, over) : over;
  const keys = [...new Set([...Object.keys(base), ...Object.keys(over)])];
  const merged = keys.map((key) => [key, Object.hasOwn(over, key) ? mergeYaml(own(base, key), own(over, key)) : own(base, key)] as const);
  return Object.fromEntries(merged.filter(([, value]) => value !== null));
}

function own<T>(map: { readonly [key: string]: T }, key: string): T {
  return (Object.hasOwn(map, key) ? map[key] : undefined) as T;
}

/**
 * Reads a map as Go's YAML 1.1 does: `yes` is true, `0600` octal, but times stay text.
 *
 * @param text The user's YAML; empty text is an empty map.
 * @param path Where the text comes from, for problems.
 * @param problems Takes what is wrong, with line and column.
 * @returns the map, or an empty one when there were problems.
 */
export function parseYamlMap(text: string, path: string, problems: Problems): { readonly [key: string]: Yaml } {
  const document = parseDocument(text, { schema: "yaml-1.1", customTags: goTags, intAsBigInt: true, stringKeys: true, prettyErrors: true });
  const found = [...document.errors, ...document.warnings];
  for (const { message } of found) problems.add(path, `is no valid YAML: ${message.split("\n", 1)[0]?.replace(/:$/, "")}`);
  if (found.length > 0) return {};
  const value = readDocument(document, path, problems) ?? {};
  if (problems.require(isMap(value), path, `has to be a map of the registry's settings, as "log: { level: warn }"`) && isMap(value)) return value;
  return {};
}

function readDocument(document: ReturnType<typeof parseDocument>, path: string, problems: Problems): Yaml {
  try {
    return document.toJS({ maxAliasCount: 100 }) as Yaml;
  } catch (error) {
    problems.add(path, `is no valid YAML: ${error instanceof Error ? error.message : String(error)}`);
    return {};
  }
}

/** Go's parser knows neither base-60 numbers nor, for these settings, dates, sets and binary data. */
function goTags(tags: Tags): Tags {
  const kept = ["map", "seq", "str", "null", "bool", "int", "float", "merge"].map((name) => `tag:yaml.org,2002:${name}`);
  return tags.filter((tag) => typeof tag !== "string" && kept.includes(tag.tag) && !("format" in tag && tag.format === "TIME"));
}
