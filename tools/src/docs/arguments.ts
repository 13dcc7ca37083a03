import { join } from "node:path";
import { readTypes } from "./interfaces";
import type { PropertyDocs, TypeDocs } from "./interfaces";

/** The sources that say what a user may give. */
const sources = [
  "components/core/images.ts",
  "components/core/shape.ts",
  "components/core/shape-backup.ts",
  "components/core/shape-alerts.ts",
  "components/core/shape-garbage-collection.ts",
  "components/core/shape-load-balancer.ts",
  "components/core/shape-monitoring.ts",
  "components/core/shape-audit.ts",
  "components/core/shape-naming.ts",
  "components/core/settings.ts",
  "components/core/check-arguments.ts",
  "components/docker/registry.ts",
];

/** The same on Kubernetes. */
const kubernetesSources = [
  "components/core/images.ts",
  "components/core/shape.ts",
  "components/core/shape-kubernetes.ts",
  "components/core/shape-kubernetes-balancer.ts",
  "components/core/shape-load-balancer.ts",
  "components/core/shape-naming.ts",
  "components/core/settings.ts",
  "components/core/check-arguments.ts",
  "components/kubernetes/registry.ts",
];

/** The same on AWS. */
const awsSources = [
  "components/core/images.ts",
  "components/core/shape.ts",
  "components/core/shape-aws.ts",
  "components/core/shape-aws-network.ts",
  "components/core/shape-aws-monitoring.ts",
  "components/core/shape-alerts.ts",
  "components/core/shape-kubernetes.ts",
  "components/core/shape-load-balancer.ts",
  "components/core/shape-naming.ts",
  "components/core/settings.ts",
  "components/core/check-arguments.ts",
  "components/aws/registry.ts",
];

/** The same in several regions of AWS. */
const globalSources = [...awsSources.slice(0, -1), "components/core/shape-aws-global.ts", "components/aws/global-registry.ts"];

/** The arguments of Amazon ECR. */
const ecrSources = [
  "components/core/shape-garbage-collection.ts",
  "components/core/shape-ecr-ci.ts",
  "components/core/shape-ecr.ts",
  "components/aws/ecr-registry.ts",
];

const root = "RegistryArgs";

/** Path, below the repository, of the page that lists every argument. */
export const argumentsPage = "docs/arguments.md";

/** The same on Kubernetes. */
export const kubernetesArgumentsPage = "docs/arguments-kubernetes.md";

/** The same on AWS. */
export const awsArgumentsPage = "docs/arguments-aws.md";

/** The same in several regions of AWS. */
export const globalArgumentsPage = "docs/arguments-aws-global.md";

/** The same of Amazon ECR. */
export const ecrArgumentsPage = "docs/arguments-ecr.md";

/** Some arguments that belong together. */
interface Section {
  /** Path of the argument that holds them, as `loadBalancer.statistics`; empty for the outermost. */
  path: string;
  type: TypeDocs;
}

/**
 * The page that lists every argument of `Registry`, in Markdown.
 *
 * @param repository Directory of the repository.
 */
export function renderArgumentsPage(repository: string): string {
  return renderPage(repository, sources, "# Arguments of `Registry`");
}

/**
 * The same on Kubernetes.
 *
 * @param repository Directory of the repository.
 */
export function renderKubernetesArgumentsPage(repository: string): string {
  return renderPage(repository, kubernetesSources, "# Arguments of `Registry` on Kubernetes");
}

/**
 * The same on AWS.
 *
 * @param repository Directory of the repository.
 */
export function renderAwsArgumentsPage(repository: string): string {
  return renderPage(repository, awsSources, "# Arguments of `Registry` on AWS");
}

/**
 * The same of `GlobalRegistry`.
 *
 * @param repository Directory of the repository.
 */
export function renderGlobalArgumentsPage(repository: string): string {
  return renderPage(repository, globalSources, "# Arguments of `GlobalRegistry` on AWS", "GlobalRegistryArgs");
}

/**
 * The same of `EcrRegistry`.
 *
 * @param repository Directory of the repository.
 */
export function renderEcrArgumentsPage(repository: string): string {
  return renderPage(repository, ecrSources, "# Arguments of `EcrRegistry`", "EcrRegistryArgs");
}

function renderPage(repository: string, files: readonly string[], heading: string, outermost = root): string {
  const types = readTypes(files.map((source) => join(repository, source)));
  const sections = collect("", outermost, types);
  const parts = sections.map(({ path, type }) => {
    const above = path === "" ? [] : [`## ${code(path)}`, "", type.text, ""];
    return [...above, ...table(type.properties.map((property) => row(path, property, types)))].join("\n");
  });
  return `${[intro(heading), ...parts].join("\n\n")}\n`;
}

/**
 * The outermost arguments of `Registry`, as a table in Markdown whose rows lead to the page that lists every argument.
 *
 * @param repository Directory of the repository.
 */
export function renderArgumentsTable(repository: string): string {
  const types = readTypes(sources.map((source) => join(repository, source)));
  const properties = types.get(root)?.properties ?? [];
  return table(
    properties.map((property) => {
      const nested = inner(property.type, types);
      const heading = nested?.record === true ? `${property.name}.<name>` : property.name;
      const name = nested === undefined ? code(property.name) : `[${code(property.name)}](${argumentsPage}#${anchor(heading)})`;
      return [name, fallback(property), cell(property.text)];
    }),
    ["argument", "default", "what it is"],
  ).join("\n");
}

const intro = (heading: string): string => `<!-- Written by tools/src/docs from the comments of the sources: change those. -->

${heading}

Whatever is left out has the default. What decides which resources exist is plain: it cannot be a Pulumi output. What is marked
**input** may be one, a group only as a whole. What is marked **secret** may be one too, and is kept as a secret either way.`;

function collect(path: string, name: string, types: ReadonlyMap<string, TypeDocs>): Section[] {
  const type = types.get(name);
  if (type === undefined) throw new Error(`${name} is in none of the sources of this page`);
  const nested = type.properties.flatMap((property) => {
    const found = inner(property.type, types);
    const here = path === "" ? property.name : `${path}.${property.name}`;
    const below = found?.record === true ? `${here}.<name>` : here;
    return found === undefined ? [] : collect(below, found.name, types);
  });
  return [{ path, type }, ...nested];
}

/** The interface that a property holds, by itself or in a record. */
function inner(type: string, types: ReadonlyMap<string, TypeDocs>): { name: string; record: boolean } | undefined {
  const plain = withoutInput(type);
  const record = /^Record<string, (\w+)>$/.exec(plain)?.[1];
  const name = record ?? plain;
  return (types.get(name)?.properties.length ?? 0) > 0 ? { name, record: record !== undefined } : undefined;
}

function row(path: string, property: PropertyDocs, types: ReadonlyMap<string, TypeDocs>): string[] {
  const name = path === "" ? property.name : `${path}.${property.name}`;
  const nested = inner(property.type, types);
  const link = nested && `[${nested.record ? "by name" : "group"}](#${anchor(nested.record ? `${name}.<name>` : name)})`;
  const type = link ?? readable(property.type, types);
  const mark = path === "secrets" ? " **secret**" : property.type.includes("pulumi.Input<") ? " **input**" : "";
  return [code(property.name), `${type}${mark}`, fallback(property), cell(property.text)];
}

function readable(type: string, types: ReadonlyMap<string, TypeDocs>): string {
  const plain = withoutInput(type);
  const values = types.get(plain.replace(/\[\]$/, ""))?.values ?? [];
  return values.length > 0 ? `${code(plain)}: ${values.map(code).join(", ")}` : code(plain);
}

function withoutInput(type: string): string {
  return type.replace(/pulumi\.Input<(.*?)>(?=>*$)/, "$1");
}

function fallback({ optional, default: text }: PropertyDocs): string {
  if (!optional) return "**required**";
  if (text === undefined) return "see there";
  return /^(?:"[^"]*"|[\d_.]+|true|false|\w+\.\w+)$/.test(text) ? code(text) : cell(text);
}

function table(rows: readonly string[][], head: readonly string[] = ["argument", "type", "default", "what it is"]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}

/** Text for a cell; what stands in backquotes is code already. */
function cell(text: string): string {
  const escaped = text.split(/(`[^`]*`)/).map((part) => (part.startsWith("`") ? part : part.replaceAll("<", "&lt;")));
  return escaped.join("").replaceAll("|", "\\|");
}

/** The fragment under which a Markdown viewer finds a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
}
