import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { Report } from "ha-registry-tools";
import { Substrate } from "../schema/stack-config";
import { asHtml, asJunit, asTable } from "./compliance/formats";
import { loadPack, type Pack } from "./compliance/packs";
import { isStopped, levelOf, makeReport, type Findings, type PolicySettings, type Violation } from "./compliance/report";
import type { AnyEnvironment } from "./environment";
import { ExitCode, Failure } from "./exit";
import { ensureHosts, hostsOf } from "./hosts";
import { operate } from "./operate";
import { print, printJson } from "./print";
import { openStack } from "./workspace";

/** Options of `compliance`: one of the forms, or none for a table. */
export interface ComplianceOptions {
  json?: boolean;
  html?: boolean;
  junit?: boolean;
}

/** An event as the engine sends it; the SDK declares none of the summaries. */
type Event = EngineEvent & {
  policyAnalyzeSummaryEvent?: { passed?: string[] };
  policyAnalyzeStackSummaryEvent?: { passed?: string[] };
};

/** Runs the policy pack of an environment's substrate on a preview, and tells what each framework's demands come to. Nothing is changed. */
export async function compliance(environment: AnyEnvironment, options: ComplianceOptions, report: Report): Promise<ExitCode> {
  const forms = Object.entries(options).filter(([, wanted]) => wanted === true);
  if (forms.length > 1) throw new Failure(`One form at a time: --${forms.map(([form]) => form).join(" or --")}.`, ExitCode.WrongUse);
  const substrate = environment.config.substrate ?? Substrate.Docker;
  const pack = await loadPack(substrate);
  const settings = await readSettings(environment);
  const findings = await judge(environment, pack, settings, report);
  const result = makeReport({ environment: environment.name, substrate, policies: pack.policies, settings, findings });
  if (options.json === true) printJson(result);
  else if (options.html === true) process.stdout.write(asHtml(result));
  else if (options.junit === true) process.stdout.write(`${asJunit(result).trimEnd()}\n`);
  else print(...asTable(result));
  return isStopped(result) ? ExitCode.NotWell : ExitCode.Success;
}

/** What the environment tells the pack: the file of its name in the directory `policy` beside the environments, where there is one. */
async function readSettings({ name, configFile }: AnyEnvironment): Promise<PolicySettings> {
  const file = join(dirname(configFile), "policy", `${name}.json`);
  return existsSync(file) ? (JSON.parse(await readFile(file, "utf8")) as PolicySettings) : {};
}

async function judge(environment: AnyEnvironment, pack: Pack, settings: PolicySettings, report: Report): Promise<Findings> {
  const { name, config } = environment;
  await ensureHosts(name, hostsOf(name, config), report);
  const open = await openStack(environment, "create", report);
  const directory = await mkdtemp(join(tmpdir(), "compliance-"));
  try {
    const file = join(directory, "policies.json");
    await writeFile(file, JSON.stringify(advisory(pack, settings)));
    const collector = new Collector();
    await operate(
      environment,
      open,
      report,
      ({ onEvent, ...common }) => {
        const both = (event: EngineEvent): void => {
          onEvent(event);
          collector.onEvent(event);
        };
        return open.stack.preview({ ...common, onEvent: both, policyPacks: [pack.directory], policyPackConfigs: [file] });
      },
      true,
    );
    return collector;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The same settings, with which nothing stops the preview: a report that ends at what is wrong would not tell of it. */
function advisory({ policies }: Pack, settings: PolicySettings): PolicySettings {
  return Object.fromEntries(
    policies.map((policy) => [
      policy.name,
      { ...settings[policy.name], enforcementLevel: levelOf(policy, settings) === "disabled" ? "disabled" : "advisory" },
    ]),
  );
}

/** What the engine tells of policies. */
class Collector implements Findings {
  readonly passed = new Set<string>();
  readonly violations = new Map<string, Violation[]>();

  readonly onEvent = ({ policyEvent, policyAnalyzeSummaryEvent, policyAnalyzeStackSummaryEvent }: Event): void => {
    for (const name of [...(policyAnalyzeSummaryEvent?.passed ?? []), ...(policyAnalyzeStackSummaryEvent?.passed ?? [])])
      this.passed.add(name);
    if (policyEvent === undefined) return;
    const { policyName, resourceUrn = "", message } = policyEvent;
    const found = this.violations.get(policyName) ?? [];
    this.violations.set(policyName, [...found, { resource: resourceUrn.split("::").at(-1) ?? "", message }]);
  };
}
