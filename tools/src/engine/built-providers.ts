import { existsSync } from "node:fs";
import { link, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { buildGoProgram, type GoProgram } from "../images/go";
import { withLock } from "../lock";
import { withHeartbeat, type Report } from "../progress";
import { PLUGIN_PREFIX, sdkVersion, type OptionalProvider, type Provider } from "./module";

const KUBERNETES = "github.com/pulumi/pulumi-kubernetes/provider/v4";

/** Sources of the providers that are built only where they are asked for, for the plugin of a version. */
const programs: Readonly<Record<OptionalProvider, (version: string) => GoProgram>> = {
  // The newest version of the module that the Go module proxy has; the plugin's own versions are none of the module's. It is of January 2026:
  // of its arguments, alwaysRender, enablePatchForce and upsertExistingObjects came later, as did the kinds of Kubernetes 1.34.
  kubernetes: (version) => ({
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
  }),
};

/** Whether the engine that was built in `root` has these providers, too. */
export async function hasBuiltProviders(root: string, names: readonly OptionalProvider[]): Promise<boolean> {
  for (const name of names) {
    if (!existsSync(pluginDirectory(root, { name, version: await sdkVersion(name) }))) return false;
  }
  return true;
}

/**
 * Builds providers from Go modules for the engine that was built in `root`.
 *
 * @throws {RegistryError} when one cannot be built.
 */
export async function installBuiltProviders(root: string, names: readonly OptionalProvider[], report: Report): Promise<void> {
  for (const name of names) {
    const provider: Provider = { name, version: await sdkVersion(name) };
    const install = async (): Promise<void> => {
      if (!existsSync(pluginDirectory(root, provider))) await installBuiltProvider(root, provider, programs[name], report);
    };
    await withLock(`${root}-${name}.lock`, `building the ${name} provider`, install, report);
  }
}

async function installBuiltProvider(
  root: string,
  provider: Provider,
  programOf: (version: string) => GoProgram,
  report: Report,
): Promise<void> {
  const label = `engine: building the ${provider.name} provider`;
  const { path } = await withHeartbeat(report, label, () => buildGoProgram(programOf(provider.version), report));
  const directory = pluginDirectory(root, provider);
  // Beside the others, and moved in whole: the CLI takes a plugin's directory for the plugin.
  const draft = join(root, `draft-${provider.name}`);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft);
  // Both lie in the cache: one file under two names.
  await link(path, join(draft, PLUGIN_PREFIX + provider.name));
  await mkdir(dirname(directory), { recursive: true });
  await rename(draft, directory);
}

function pluginDirectory(root: string, { name, version }: Provider): string {
  return join(root, "home", "plugins", `resource-${name}-v${version}`);
}
