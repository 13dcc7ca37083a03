/**
 * The middle value; the mean of the two middle ones of an even number.
 *
 * @throws {RangeError} when there is none.
 */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined) throw new RangeError("there is no median of nothing");
  return (low + high) / 2;
}

/** `combine` of the values of each round. */
export function roundwise(a: readonly number[], b: readonly number[], combine: (a: number, b: number) => number): number[] {
  return a.map((value, round) => combine(value, b[round] ?? Number.NaN));
}

/**
 * Measures the subjects in turn, round after round, so that whatever else the machine does meets all of them alike. The order turns
 * round every second time. A first round, which warms caches, does not count.
 *
 * @param subjects Each takes the number of the round, 0 for the one that does not count, and returns what it measured.
 * @returns what each subject measured, by round.
 */
export async function alternate<K extends string, T>(
  rounds: number,
  subjects: Record<K, (round: number) => Promise<T>>,
): Promise<Record<K, T[]>> {
  const names = Object.keys(subjects) as K[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<K, T[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const figure = await subjects[name](round);
      if (round > 0) measured[name].push(figure);
    }
  }
  return measured;
}
