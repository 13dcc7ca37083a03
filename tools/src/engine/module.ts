import { createHash } from "node:crypto";
import { cp, readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";

import { Problems } from "ha-registry-core";

/** A provider that stands behind one of Pulumi's npm SDKs. */
export interface Provider {
  /** Name of the plugin, as `docker`. */
  name: string;
  /** Version of the npm SDK, and so of the plugin. */
  version: string;
}

/** A provider that not every program needs: it is downloaded or built for those that ask for it. */
export type OptionalProvider = "aws" | "kubernetes";

/** Root of the checkout: compiled, this file lies in `tools/dist/engine`. */
const checkout = join(__dirname, "..", "..", "..");

/** The Go module that the engine is built from. */
export const moduleDirectory = join(checkout, "tools", "engine");

/** Directory of the program that starts policy packs, for an engine that has no language host. */
export const policyAnalyzerDirectory = join(checkout, "tools", "policy-analyzer");

/** Prefix of the names of the plugins' main packages. */
export const PLUGIN_PREFIX = "pulumi-resource-";

const CLI_MODULE = "github.com/pulumi/pulumi/pkg/v3";

/** Main package of the CLI. */
export const CLI_PACKAGE = `${CLI_MODULE}/cmd/pulumi`;

/** A hash over the sources of the module; files that a build makes do not count. */
export async function moduleHash(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of await goSources(moduleDirectory)) {
    hash
      .update(`${file}\0`)
      .update(await readFile(join(moduleDirectory, file)))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

/** Copies the sources of a Go module to where it is built. */
export async function copyModule(directory: string, target: string): Promise<void> {
  for (const file of await goSources(directory)) await cp(join(directory, file), join(target, file));
}

/** Sources of a Go module, by their paths in it; files that a build makes do not count. */
export async function goSources(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.go$|^go\.(mod|sum)$/.test(entry.name))
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}

/** Versions that go.mod asks for: of Go itself (`1.26`) and of the CLI's module (`3.256.0`). */
export async function moduleVersions(): Promise<{ go: string; cli: string }> {
  const text = await readFile(join(moduleDirectory, "go.mod"), "utf8");
  const go = /^go (\S+)$/m.exec(text)?.[1];
  const cli = new RegExp(`^\\s*${CLI_MODULE.replaceAll(".", "\\.")} v(\\S+)`, "m").exec(text)?.[1];
  if (go === undefined || cli === undefined) throw new Error(`${moduleDirectory}/go.mod names no version of Go or of ${CLI_MODULE}`);
  return { go, cli };
}

/**
 * The providers that the module bridges, each checked to be of the version of the npm SDK in use: the SDK asks the engine for
 * exactly that plugin.
 *
 * @throws {RegistryError} when they differ.
 */
export async function bridgedProviders(): Promise<Provider[]> {
  const source = await readFile(join(moduleDirectory, "providers", "providers.go"), "utf8");
  const providers = [...source.matchAll(/^\s*(\w+)Version\s*=\s*"([^"]+)"/gm)].map(([, name = "", version = ""]) => ({
    name: name.toLowerCase(),
    version,
  }));
  const problems = new Problems();
  for (const { name, version } of providers) {
    const sdk = await sdkVersion(name);
    problems.require(
      sdk === version,
      name,
      `the bridged provider stands for version ${version}, but @pulumi/${name} ${sdk} is installed; set the version in ` +
        `tools/engine/providers/providers.go to ${sdk} and run test/engine/schema.test.ts, or install @pulumi/${name}@${version}`,
    );
  }
  problems.throwIfAny("tools/engine");
  return providers;
}

/** All providers that an engine is to have: those that the module bridges, and `optional`. */
export async function wantedProviders(optional: readonly OptionalProvider[]): Promise<Provider[]> {
  const more = optional.map(async (name) => ({ name, version: await sdkVersion(name) }));
  return [...(await bridgedProviders()), ...(await Promise.all(more))];
}

/** Version of the npm SDK of a provider that the components use. */
export async function sdkVersion(name: string): Promise<string> {
  const manifest = require.resolve(`@pulumi/${name}/package.json`, { paths: [join(checkout, "components", "docker")] });
  const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
  return version;
}
