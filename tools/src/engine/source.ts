import { readFile, rename, writeFile } from "node:fs/promises";

import { RegistryError } from "ha-registry-core";

import type { Report } from "../progress";
import type { OptionalProvider } from "./module";

/** The oldest CLI that is used: older ones were not tried with the npm SDKs of this version. */
export const MINIMUM_VERSION = "3.250.0";

/** Where an engine came from. */
export type EngineSourceName = "path" | "official" | "built";

/** A Pulumi engine that is ready for use. */
export interface Engine {
  /** The Pulumi CLI. */
  command: {
    /** Path of the CLI's executable file. */
    binary: string;
    /** Directory that holds `bin/pulumi`, for `PulumiCommand.get({ root })`; missing if the CLI on PATH is not in a `bin` directory. */
    root?: string;
    /** Version, as `3.256.0`. */
    version: string;
    /** `path`: found on PATH; `official`: downloaded from Pulumi; `built`: built from Go modules. */
    source: EngineSourceName;
  };
  /** Variables that the CLI must be run with; empty unless the engine was built. */
  environment: Record<string, string>;
}

/** One way to come by an engine. */
export interface EngineSource {
  /** How it is forced: `HA_REGISTRY_ENGINE=<name>`. */
  name: EngineSourceName;
  /** Gives the engine if everything is there already, in a few milliseconds; `optional` are providers beside those of every engine. */
  find(optional: readonly OptionalProvider[]): Promise<Engine | undefined>;
  /**
   * Gets whatever is missing and gives the engine.
   *
   * @throws {EngineUnavailable} when this way is closed.
   */
  make(report: Report, optional: readonly OptionalProvider[]): Promise<Engine>;
}

/** What an engine's directory says about itself once it is complete. */
export interface EngineStamp {
  /** Version of the CLI, as `3.256.0`. */
  version: string;
}

/** Reads a stamp; undefined if there is none. */
export async function readStamp<T extends EngineStamp>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as T;
  } catch {
    return undefined;
  }
}

/** Writes a stamp such that a reader sees all of it or nothing. */
export async function writeStamp<T extends EngineStamp>(file: string, stamp: T): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(stamp)}\n`);
  await rename(draft, file);
}

/** One way to an engine is closed: why, and what would open it. */
export class EngineUnavailable extends RegistryError {
  /**
   * @param what Which part of it, as `official download`.
   * @param reason Why it is closed.
   * @param fix What to do about it.
   */
  constructor(
    readonly what: string,
    readonly reason: string,
    fix: string,
  ) {
    super("engine", [{ path: what, message: `${reason}; ${fix}` }]);
  }
}
