import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { link, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { buildGoProgram, goProgramPath, type GoProgram } from "../images/go";
import type { BuiltProgram } from "../images/program";
import { withLock } from "../lock";
import { withHeartbeat, type Report } from "../progress";
import { awsProviderPath, buildAwsProvider } from "./aws-provider";
import { bridgedProviders, PLUGIN_PREFIX, sdkVersion, type OptionalProvider, type Provider } from "./module";

/** How the plugin of a version is come by. */
interface ProviderSource {
  /** Where it is once it is built. */
  path(version: string): Promise<string>;
  build(version: string, report: Report): Promise<BuiltProgram>;
}

const KUBERNETES = "github.com/pulumi/pulumi-kubernetes/provider/v4";

/**
 * The newest version of the module that the Go module proxy has; the plugin's own versions are none of the module's. It is of January 2026:
 * of its arguments, alwaysRender, enablePatchForce and upsertExistingObjects came later, as did the kinds of Kubernetes 1.34.
 */
function kubernetesProvider(version: string): GoProgram {
  return {
    module: "kubernetes-provider",
    package: `${KUBERNETES}/cmd/pulumi-resource-kubernetes`,
    versionOf: KUBERNETES,
    versionVariable: `${KUBERNETES}/pkg/version.Version`,
    releaseOf: () => version,
    additions: { "pkg/provider/provider_construct.go": "kubernetes-provider/_additions/provider_construct.go" },
    copies: {
      "cmd/pulumi-resource-kubernetes/schema-embed.json": "cmd/pulumi-resource-kubernetes/schema.json",
      "cmd/pulumi-resource-kubernetes/terraform-mapping-embed.json": "cmd/pulumi-resource-kubernetes/terraform-mapping.json",
    },
  };
}

/** Sources of the providers that are built only where they are asked for. */
const sources: Readonly<Record<OptionalProvider, ProviderSource>> = {
  aws: { path: awsProviderPath, build: buildAwsProvider },
  kubernetes: {
    path: (version) => goProgramPath(kubernetesProvider(version)),
    build: (version, report) =>
      withHeartbeat(report, "engine: building the kubernetes provider", () => buildGoProgram(kubernetesProvider(version), report)),
  },
};

/**
 * The directory of plugins and settings for the engine that was built in `root`; it exists exactly when it has these providers, too. Each set of
 * them has one of its own, by what they are built from: other checkouts, which share the cache, may have other sources.
 */
export async function pulumiHome(root: string, names: readonly OptionalProvider[]): Promise<string> {
  if (names.length === 0) return join(root, "home");
  const paths = names.map(async (name) => sources[name].path(await sdkVersion(name)));
  const key = createHash("sha256").update(JSON.stringify((await Promise.all(paths)).sort()));
  return join(root, "homes", key.digest("hex").slice(0, 16));
}

/**
 * Builds providers from Go modules for the engine that was built in `root`, unless they are there.
 *
 * @throws {RegistryError} when one cannot be built.
 */
export async function installBuiltProviders(root: string, names: readonly OptionalProvider[], report: Report): Promise<void> {
  const home = await pulumiHome(root, names);
  if (existsSync(home)) return;
  const install = async (): Promise<void> => {
    if (existsSync(home)) return;
    // Beside it, and moved there whole: the CLI takes a plugin's directory for the plugin.
    const draft = `${home}.draft`;
    await rm(draft, { recursive: true, force: true });
    for (const provider of await bridgedProviders()) await linkPlugin(draft, provider, pluginPath(join(root, "home"), provider));
    for (const name of names) {
      const version = await sdkVersion(name);
      const { path } = await sources[name].build(version, report);
      await linkPlugin(draft, { name, version }, path);
    }
    await rename(draft, home);
  };
  await withLock(`${home}.lock`, `building the providers ${names.join(", ")}`, install, report);
}

/** Puts a plugin into a home, under a second name of the same file: both lie in the cache. */
async function linkPlugin(home: string, provider: Provider, program: string): Promise<void> {
  const plugin = pluginPath(home, provider);
  await mkdir(dirname(plugin), { recursive: true });
  await link(program, plugin);
}

function pluginPath(home: string, { name, version }: Provider): string {
  return join(home, "plugins", `resource-${name}-v${version}`, PLUGIN_PREFIX + name);
}
