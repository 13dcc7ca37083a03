import type { Goal, Result } from "./result";

const heading = ["figure", "ours", "baseline", "unit", "result", "goal", "met"];

/** The results as a table for people, in Markdown, so that it can be pasted as it is. */
export function table(results: readonly Result[]): string {
  const rows = [heading, ...results.map(row)];
  const widths = heading.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? "").length)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return [line(heading), rule, ...rows.slice(1).map(line)].join("\n");
}

function row(result: Result): string[] {
  const { what, against, ours, baseline, unit, goal, met, resultUnit } = result;
  const isRatio = resultUnit === "×";
  return [
    against === undefined ? what : `${what} ${isRatio ? "÷" : "−"} ${against}`,
    number(ours),
    baseline === undefined ? "" : number(baseline),
    unit,
    isRatio ? number(result.result) : `${number(result.result)} ${resultUnit}`,
    goal === undefined ? "" : goalText(goal),
    met === undefined ? "" : met ? "yes" : shortfall(result.result, goal),
  ];
}

function goalText({ atLeast, atMost }: Goal): string {
  return [atLeast === undefined ? "" : `≥ ${atLeast}`, atMost === undefined ? "" : `≤ ${atMost}`].filter((part) => part !== "").join(", ");
}

/** `no`, and by how much. */
function shortfall(result: number, { atLeast, atMost }: Goal = {}): string {
  const bound = atLeast !== undefined && result < atLeast ? atLeast : (atMost ?? 0);
  return `no, by ${number((Math.abs(result - bound) / bound) * 100)} %`;
}

/** Three significant digits, without an exponent. */
function number(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toFixed(Math.min(digits, 3));
}
