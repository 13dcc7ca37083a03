import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

import { cachePath } from "../cache";
import { withLock } from "../lock";
import { withHeartbeat, type Report } from "../progress";
import { runDownload } from "./download";
import { wantedProviders, type OptionalProvider, type Provider } from "./module";
import { EngineUnavailable } from "./source";

/** Whether the plugins of all providers in use are where a CLI with the caller's own Pulumi home finds them. */
export async function hasPlugins(optional: readonly OptionalProvider[]): Promise<boolean> {
  return (await missingPlugins(optional)).length === 0;
}

/**
 * Lets an official CLI install the plugins of the providers in use, with the versions of the npm SDKs.
 *
 * @throws {EngineUnavailable} when they cannot be downloaded, saying what else can be done.
 */
export async function installPlugins(binary: string, optional: readonly OptionalProvider[], report: Report): Promise<void> {
  await withLock(
    cachePath("engine", "plugins.lock"),
    "installing Pulumi plugins",
    async () => {
      for (const provider of await missingPlugins(optional)) await installPlugin(binary, provider, report);
    },
    report,
  );
}

async function installPlugin(binary: string, provider: Provider, report: Report): Promise<void> {
  const { name, version } = provider;
  const args = ["plugin", "install", "resource", name, version];
  const home = pulumiHome();
  await mkdir(home, { recursive: true });
  report(`engine: installing the plugin ${name} ${version}`);
  const failure = await withHeartbeat(report, `engine: installing the plugin ${name}`, () => runDownload(binary, args, home));
  if (failure === undefined) return;
  throw new EngineUnavailable(
    `plugin ${name} ${version}`,
    `\`${binary} ${args.join(" ")}\` failed: ${failure}`,
    `run it where the download works and copy ${pluginDirectory(provider)} here, or set HA_REGISTRY_ENGINE=built`,
  );
}

async function missingPlugins(optional: readonly OptionalProvider[]): Promise<Provider[]> {
  return (await wantedProviders(optional)).filter((provider) => !existsSync(pluginDirectory(provider)));
}

function pluginDirectory({ name, version }: Provider): string {
  return join(pulumiHome(), "plugins", `resource-${name}-v${version}`);
}

function pulumiHome(): string {
  return process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
}
