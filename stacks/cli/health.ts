import type { Report } from "ha-registry-tools";
import type { Environment } from "./environment";
import { ExitCode } from "./exit";
import { checkHealth, type Check } from "./health-checks";
import { healthFacts } from "./health-facts";
import { Level } from "./level";
import { print, printJson, table } from "./print";
import { openStack } from "./workspace";

/** Options of `health`. */
export interface HealthOptions {
  /** Prints the report as JSON. */
  json?: boolean;
  /** Prints the report as Markdown. */
  markdown?: boolean;
  /** Ends with an error also where something only wants attention. */
  strict?: boolean;
}

/** The check that the guides want each quarter, as a report. Nothing is changed. */
export async function health(environment: Environment, options: HealthOptions, report: Report): Promise<ExitCode> {
  const { name } = environment;
  const checks = checkHealth(await healthFacts(environment, await openStack(environment, "existing", report), report));
  const [wrong, attention] = [count(checks, Level.Wrong), count(checks, Level.Attention)];
  const time = new Date().toISOString();
  if (options.json === true) printJson({ environment: name, time, wrong, attention, checks });
  else print(...(options.markdown === true ? markdown(name, time, checks) : listing(checks)), "", verdict(name, checks));
  return wrong > 0 || (options.strict === true && attention > 0) ? ExitCode.NotWell : ExitCode.Success;
}

function count(checks: readonly Check[], level: Level): number {
  return checks.filter((check) => check.level === level).length;
}

function verdict(name: string, checks: readonly Check[]): string {
  const [wrong, attention] = [count(checks, Level.Wrong), count(checks, Level.Attention)];
  return `${name}: ${wrong} wrong, ${attention} to be thought about, ${count(checks, Level.Ok)} well`;
}

function listing(checks: readonly Check[]): string[] {
  const rows = checks.map(({ check, level, finding, advice = "" }) => [level, check, `${finding}${advice === "" ? "" : `: ${advice}`}`]);
  return table(["LEVEL", "CHECK", "FINDING"], rows);
}

/** A page for the wiki. */
export function markdown(name: string, time: string, checks: readonly Check[]): string[] {
  const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  return [
    `# Health of ${name}, ${time.slice(0, 10)}`,
    "",
    "| level | check | finding | what to do |",
    "| --- | --- | --- | --- |",
    ...checks.map(({ check, level, finding, advice = "" }) => `| ${[level, check, finding, advice].map(cell).join(" | ")} |`),
  ];
}
