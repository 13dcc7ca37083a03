import { Framework, frameworkTitles, uncheckable, type Control, type RegistryPolicy } from "ha-registry-policy-common";

/** What came of a policy, or of a demand. */
export enum Verdict {
  /** It was asked, and found nothing. */
  Pass = "pass",
  /** It found something. */
  Fail = "fail",
  /** The environment has nothing that it is about, or it is switched off. */
  NotApplicable = "not applicable",
  /** No plan shows it: people look, or other tools do. */
  NotCheckable = "not checkable",
}

/** Something that a policy found. */
export interface Violation {
  /** Logical name of the resource; of the stack where it is about all of it. */
  resource: string;
  /** What is wrong and how to mend it. */
  message: string;
}

/** What a preview with a pack told. */
export interface Findings {
  /** Names of policies that were asked about something and found nothing there. */
  passed: ReadonlySet<string>;
  /** What policies found, by name. */
  violations: ReadonlyMap<string, readonly Violation[]>;
}

/** What came of a policy. */
export interface PolicyResult {
  name: string;
  verdict: Verdict;
  /** What has to be. */
  description: string;
  severity: string;
  /** Whether it stops an `up`: `mandatory`, `advisory`, `remediate` or `disabled`. */
  level: string;
  /** What it found. */
  violations: readonly Violation[];
}

/** What came of a demand of a framework. */
export interface DemandResult {
  /** Its number there; for the guides, what they say. */
  id: string;
  verdict: Verdict;
  /** Names of the policies that check it. */
  policies: readonly string[];
  /** Who or what looks, where no policy can. */
  where?: string;
}

/** What came of a framework. */
export interface FrameworkResult {
  framework: Framework;
  /** How it is called. */
  title: string;
  /** How many demands came to what. */
  counts: Readonly<Record<Verdict, number>>;
  demands: readonly DemandResult[];
}

/** What an environment comes to. */
export interface ComplianceReport {
  environment: string;
  substrate: string;
  policies: readonly PolicyResult[];
  frameworks: readonly FrameworkResult[];
}

/** The settings of a pack, by policy, as `--policy-pack-config` takes them. */
export type PolicySettings = Readonly<Record<string, { enforcementLevel?: string } & Readonly<Record<string, unknown>>>>;

/** What is reported on. */
export interface Judged {
  environment: string;
  substrate: string;
  /** All policies of the pack. */
  policies: readonly RegistryPolicy[];
  /** What the environment tells the pack. */
  settings: PolicySettings;
  findings: Findings;
}

/** The report: policies as the pack has them, and the demands of every framework that one of them is mapped to. */
export function makeReport({ environment, substrate, policies, settings, findings }: Judged): ComplianceReport {
  const results = policies.map((policy) => resultOf(policy, settings, findings));
  const verdicts = new Map(results.map(({ name, verdict }) => [name, verdict]));
  const frameworks = Object.values(Framework)
    .map((framework) => frameworkResult(framework, policies, verdicts))
    .filter(({ demands }) => demands.some(({ policies: checking }) => checking.length > 0));
  return { environment, substrate, policies: results, frameworks };
}

/** The level of a policy: its own, unless the settings say otherwise. */
export function levelOf({ name, rule }: RegistryPolicy, settings: PolicySettings): string {
  return settings[name]?.enforcementLevel ?? settings["all"]?.enforcementLevel ?? rule.enforcementLevel;
}

function resultOf(policy: RegistryPolicy, settings: PolicySettings, { passed, violations }: Findings): PolicyResult {
  const { name, rule } = policy;
  const found = violations.get(name) ?? [];
  const verdict = found.length > 0 ? Verdict.Fail : passed.has(name) ? Verdict.Pass : Verdict.NotApplicable;
  return { name, verdict, description: rule.description, severity: rule.severity, level: levelOf(policy, settings), violations: found };
}

function frameworkResult(
  framework: Framework,
  policies: readonly RegistryPolicy[],
  verdicts: ReadonlyMap<string, Verdict>,
): FrameworkResult {
  const checking = new Map<string, string[]>();
  for (const { name, rule } of policies)
    for (const { id } of (rule.controls ?? []).filter(isOf(framework))) checking.set(id, [...(checking.get(id) ?? []), name]);
  const checked = [...checking].map(([id, names]): DemandResult => ({
    id,
    verdict: together(names.map((name) => verdicts.get(name))),
    policies: names,
  }));
  const others = uncheckable
    .filter(({ control }) => isOf(framework)(control))
    .map(({ control, where }): DemandResult => ({ id: control.id, verdict: Verdict.NotCheckable, policies: [], where }));
  const demands = [...checked, ...others].sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }));
  const count = (verdict: Verdict): number => demands.filter((demand) => demand.verdict === verdict).length;
  return {
    framework,
    title: frameworkTitles[framework],
    counts: {
      [Verdict.Pass]: count(Verdict.Pass),
      [Verdict.Fail]: count(Verdict.Fail),
      [Verdict.NotApplicable]: count(Verdict.NotApplicable),
      [Verdict.NotCheckable]: count(Verdict.NotCheckable),
    },
    demands,
  };
}

function isOf(framework: Framework): (control: Control) => boolean {
  return (control) => control.framework === framework;
}

/** A demand is met where each policy that could be asked found nothing. */
function together(verdicts: readonly (Verdict | undefined)[]): Verdict {
  if (verdicts.includes(Verdict.Fail)) return Verdict.Fail;
  return verdicts.includes(Verdict.Pass) ? Verdict.Pass : Verdict.NotApplicable;
}

/** Whether something fails that would stop an `up`. */
export function isStopped({ policies }: ComplianceReport): boolean {
  return policies.some(({ verdict, level }) => verdict === Verdict.Fail && level !== "advisory" && level !== "disabled");
}
