import reportBuilder from "junit-report-builder";
import { table } from "../print";
import { Verdict, type ComplianceReport, type DemandResult, type FrameworkResult } from "./report";

const verdicts = Object.values(Verdict);

/** The report for a terminal: every policy that is not met, what each framework comes to, and which demands are not met. */
export function asTable({ environment, policies, frameworks }: ComplianceReport): string[] {
  const found = policies.flatMap(({ name, severity, level, violations }) =>
    violations.map(({ resource, message }) => [name, severity, level, resource, message]),
  );
  const asked = policies.filter(({ verdict }) => verdict !== Verdict.NotApplicable).length;
  const failed = policies.filter(({ verdict }) => verdict === Verdict.Fail).length;
  return [
    ...(found.length === 0 ? [] : [...table(["policy", "severity", "level", "resource", "what is wrong"], found), ""]),
    ...table(
      ["framework", ...verdicts, "not met"],
      frameworks.map((framework) => [framework.title, ...countsOf(framework), unmet(framework)]),
    ),
    "",
    `${environment}: ${failed} of ${asked} policies found something; ${policies.length - asked} had nothing to look at`,
  ];
}

function countsOf({ counts }: FrameworkResult): string[] {
  return verdicts.map((verdict) => String(counts[verdict]));
}

function unmet({ demands }: FrameworkResult): string {
  return demands
    .filter(({ verdict }) => verdict === Verdict.Fail)
    .map(({ id }) => id)
    .join(", ");
}

/** The report as JUnit's XML, which build servers show as tests: one suite of policies, and one per framework. */
export function asJunit({ environment, substrate, policies, frameworks }: ComplianceReport): string {
  const builder = reportBuilder.newBuilder();
  const all = builder.testSuite().name(`${environment} on ${substrate}: policies`);
  for (const { name, verdict, violations } of policies) {
    const test = all.testCase().className(`${environment}.policies`).name(name);
    if (verdict === Verdict.NotApplicable) test.skipped();
    if (verdict === Verdict.Fail) test.failure(violations.map(({ resource, message }) => `${resource}: ${message}`).join("\n"));
  }
  for (const { framework, title, demands } of frameworks) {
    const suite = builder.testSuite().name(`${environment} on ${substrate}: ${title}`);
    for (const demand of demands) {
      const test = suite.testCase().className(`${environment}.${framework}`).name(demand.id);
      if (demand.verdict === Verdict.Fail) test.failure(`not met: ${lookedAtBy(demand)}`);
      else if (demand.verdict !== Verdict.Pass) test.skipped();
    }
  }
  return builder.build();
}

function lookedAtBy({ policies, where = "" }: DemandResult): string {
  return policies.length === 0 ? where : policies.join(", ");
}

const style = `
  body { font-family: system-ui, sans-serif; margin: 2rem; }
  table { border-collapse: collapse; margin-bottom: 2rem; }
  td, th { border: 1px solid #ccc; padding: 0.3rem 0.6rem; text-align: left; vertical-align: top; }
  .pass { background: #e6f4ea; } .fail { background: #fce8e6; } .not-applicable, .not-checkable { background: #f1f3f4; }
`;

/** The report as a page that needs nothing else, for those who have to file it. */
export function asHtml({ environment, substrate, policies, frameworks }: ComplianceReport): string {
  const title = `Compliance of ${environment} on ${substrate}`;
  const overview = frameworks.map((framework) => cells([framework.title, ...countsOf(framework)]));
  const rows = policies.map(({ name, verdict, severity, level, description, violations }) =>
    cells(
      [name, verdict, severity, level, description, violations.map(({ resource, message }) => `${resource}: ${message}`).join("\n")],
      verdict,
    ),
  );
  return [
    `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>${escaped(title)}</title><style>${style}</style></head>\n<body>`,
    `<h1>${escaped(title)}</h1>`,
    htmlTable("Frameworks", ["framework", ...verdicts], overview),
    htmlTable("Policies", ["policy", "verdict", "severity", "level", "what has to be", "what was found"], rows),
    ...frameworks.map((framework) =>
      htmlTable(
        framework.title,
        ["demand", "verdict", "looked at by"],
        framework.demands.map((demand) => cells([demand.id, demand.verdict, lookedAtBy(demand)], demand.verdict)),
      ),
    ),
    "</body>\n</html>\n",
  ].join("\n");
}

function htmlTable(title: string, head: readonly string[], rows: readonly string[]): string {
  const titles = head.map((text) => `<th>${escaped(text)}</th>`).join("");
  return `<h2>${escaped(title)}</h2>\n<table>\n<tr>${titles}</tr>\n${rows.join("\n")}\n</table>`;
}

function cells(texts: readonly string[], verdict?: Verdict): string {
  const row = verdict === undefined ? "<tr>" : `<tr class="${verdict.replaceAll(" ", "-")}">`;
  return `${row}${texts.map((text) => `<td>${escaped(text).replaceAll("\n", "<br>")}</td>`).join("")}</tr>`;
}

function escaped(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
