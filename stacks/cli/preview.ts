import type { PreviewOptions as EngineOptions } from "@pulumi/pulumi/automation/index.js";
import type { Report } from "ha-registry-tools";
import type { AnyEnvironment } from "./environment";
import { ensureHosts, hostsOf } from "./hosts";
import { operate } from "./operate";
import { isPlanned, summary, type Change } from "./progress";
import { openStack } from "./workspace";

/** Options of `preview`. */
export interface PreviewOptions {
  /** Prints what changes as JSON, and nothing else, on standard output. */
  json?: boolean;
  /** Prints the engine's own listing with every property; secrets are not in it. */
  diff?: boolean;
}

/** Tells what `up` would do, and does nothing. */
export async function preview(environment: AnyEnvironment, options: PreviewOptions, report: Report): Promise<void> {
  await ensureHosts(environment.name, hostsOf(environment.name, environment.config), report);
  const open = await openStack(environment, "create", report);
  const diff = options.diff === true && options.json !== true;
  const color = process.stdout.isTTY ? "always" : "never";
  const listing: EngineOptions = diff ? { diff, color, onOutput: (text) => process.stdout.write(text) } : {};
  const { result, progress } = await operate(environment, open, report, (common) => open.stack.preview({ ...common, ...listing }), true);
  const changes = progress.changes.filter(isPlanned);
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ environment: environment.name, counts: result.changeSummary, changes }, null, 2)}\n`);
    return;
  }
  if (!diff) process.stdout.write(changes.map((change) => `${describe(change)}\n`).join(""));
  process.stdout.write(`${environment.name}: ${summary(result.changeSummary).replace("no changes", "nothing to change")}\n`);
}

function describe({ operation, kind, name, properties }: Change): string {
  const signs: Record<string, string> = { create: "+", update: "~", delete: "-", replace: "±" };
  const why = properties.length === 0 || operation === "create" || operation === "delete" ? "" : `: ${properties.join(", ")}`;
  return `  ${signs[operation] ?? " "} ${operation} ${kind} ${name}${why}`;
}
