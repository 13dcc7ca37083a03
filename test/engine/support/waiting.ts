import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks `condition` again and again until it holds.
 *
 * @param what What is waited for, for the error.
 * @param seconds How long at the most.
 * @throws {Error} when the time is over; what `condition` threw last is its cause.
 */
export async function until(what: string, seconds: number, condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + seconds * 1000;
  let cause: unknown;
  while (Date.now() < end) {
    try {
      if (await condition()) return;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await sleep(100);
  }
  throw new Error(`still not after ${seconds} s: ${what}`, { cause });
}

/** Time of the day (UTC, `HH:MM`) for what happens daily and may not happen by itself during a test: half a day from now. */
export const farOff = new Date(Date.now() + 12 * 3_600_000).toISOString().slice(11, 16);
