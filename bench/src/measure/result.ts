import { median, roundwise } from "./statistics";

/** What a result should be. */
export interface Goal {
  /** Smallest result that is good. @default - none */
  atLeast?: number;
  /** Largest result that is good. @default - none */
  atMost?: number;
}

/** One line of the bench's table. */
export interface Result {
  /** What was measured. */
  what: string;
  /** Median of ours, in `unit`. */
  ours: number;
  /** Median of the baseline, in `unit`; missing where the figure is held against the goal by itself. */
  baseline?: number;
  /** What the baseline is. */
  against?: string;
  /** Unit of `ours` and `baseline`, as `MB/s`. */
  unit: string;
  /** What is held against the goal: the median of the rounds' ratios or differences, or ours. */
  result: number;
  /** Unit of `result`: `×` for a ratio. */
  resultUnit: string;
  /** What `result` should be; a line without one is there to be looked at. */
  goal?: Goal;
  /** Whether `result` is as good as `goal`. */
  met?: boolean;
  /** Each round's figures. */
  rounds: { ours: readonly number[]; baseline?: readonly number[] };
}

/** Figures of two subjects, by round. */
export interface Pair {
  ours: readonly number[];
  baseline: readonly number[];
}

/** What a line is about. */
export interface Subject {
  what: string;
  unit: string;
  /** What the baseline is. */
  against: string;
  goal?: Goal;
}

/** Ours ÷ baseline: the median of the rounds' ratios, so that a slow minute of the machine, which meets both, does not count. */
export function ratio(subject: Subject, { ours, baseline }: Pair): Result {
  return compared(subject, { ours, baseline }, median(roundwise(ours, baseline, (a, b) => a / b)), "×");
}

/** Ours − baseline: the median of the rounds' differences. */
export function difference(subject: Subject, { ours, baseline }: Pair): Result {
  return compared(subject, { ours, baseline }, median(roundwise(ours, baseline, (a, b) => a - b)), subject.unit);
}

/** Ours by itself. */
export function absolute({ what, unit, goal }: Omit<Subject, "against">, ours: readonly number[]): Result {
  const result = median(ours);
  return { what, unit, ours: result, result, resultUnit: unit, ...judged(result, goal), rounds: { ours } };
}

function compared({ what, unit, against, goal }: Subject, rounds: Pair, result: number, resultUnit: string): Result {
  const medians = { ours: median(rounds.ours), baseline: median(rounds.baseline) };
  return { what, unit, against, ...medians, result, resultUnit, ...judged(result, goal), rounds };
}

function judged(result: number, goal: Goal | undefined): Pick<Result, "goal" | "met"> {
  if (goal === undefined) return {};
  const { atLeast = -Infinity, atMost = Infinity } = goal;
  return { goal, met: result >= atLeast && result <= atMost };
}
