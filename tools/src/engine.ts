import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { RegistryError, type Problem } from "ha-registry-core";

import { builtEngine } from "./engine/built";
import { officialEngine } from "./engine/official";
import { pathEngine } from "./engine/path";
import type { OptionalProvider } from "./engine/module";
import { EngineUnavailable, type Engine, type EngineSource } from "./engine/source";
import { reportToStderr, type Report } from "./progress";

export type { OptionalProvider } from "./engine/module";
export type { Engine, EngineSourceName } from "./engine/source";

/** Ways to come by an engine, the cheapest first. */
const sources: readonly EngineSource[] = [pathEngine, officialEngine, builtEngine];

/**
 * Gives a Pulumi engine with the providers that the library uses: the `pulumi` on PATH, else the official download, else one built
 * from Go modules. What it took is kept in the cache, so that the next call only looks. `HA_REGISTRY_ENGINE` (`path`, `official`
 * or `built`) forces one.
 *
 * @param report Told which engine is used, and the progress of anything long. @default standard error
 * @param optional Providers beside those that every engine has: random, tls and docker. @default - none
 * @throws {RegistryError} when no engine can be had; it names what was tried and what to do.
 */
export async function ensureEngine(report: Report = reportToStderr, optional: readonly OptionalProvider[] = []): Promise<Engine> {
  const forced = forcedSource();
  const engine = (await firstFound(forced, optional)) ?? (await firstMade(forced, optional, report));
  report(`engine: Pulumi ${engine.command.version}, ${description[engine.command.source]} (${engine.command.binary})`);
  return engine;
}

/** The Automation API's view of an engine, for the option `pulumiCommand` of a workspace. */
export async function pulumiCommand({ command }: Engine): Promise<PulumiCommand> {
  // Loading the Automation API takes longer than finding the engine, and not every caller needs it.
  const automation = await import("@pulumi/pulumi/automation/index.js");
  return automation.PulumiCommand.get(command.root === undefined ? {} : { root: command.root });
}

const description = { path: "from PATH", official: "the official download", built: "built from Go modules" } as const;

function forcedSource(): readonly EngineSource[] {
  const name = process.env["HA_REGISTRY_ENGINE"];
  if (name === undefined || name === "") return sources;
  const forced = sources.filter((source) => source.name === name);
  if (forced.length > 0) return forced;
  const names = sources.map((source) => source.name).join(", ");
  throw new RegistryError("engine", [{ path: "HA_REGISTRY_ENGINE", message: `"${name}" is none of ${names}` }]);
}

async function firstFound(allowed: readonly EngineSource[], optional: readonly OptionalProvider[]): Promise<Engine | undefined> {
  for (const source of allowed) {
    const engine = await source.find(optional);
    if (engine !== undefined) return engine;
  }
  return undefined;
}

async function firstMade(allowed: readonly EngineSource[], optional: readonly OptionalProvider[], report: Report): Promise<Engine> {
  const problems: Problem[] = [];
  for (const source of allowed) {
    try {
      return await source.make(report, optional);
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      problems.push(...error.problems);
      if (error instanceof EngineUnavailable && source !== allowed.at(-1)) report(`engine: ${error.what}: ${error.reason}`);
    }
  }
  throw new RegistryError("engine", problems);
}
