/** Takes one line of progress for the person who waits; nothing that a program would parse. */
export type Report = (line: string) => void;

/** How often long work says that it is still going on, in seconds. */
export const HEARTBEAT_SECONDS = 10;

/** Progress lines on standard error, so that standard output stays for results. */
export const reportToStderr: Report = (line) => {
  process.stderr.write(`${line}\n`);
};

/** A reporter that puts `name` before every line. */
export function prefixed(report: Report, name: string): Report {
  return (line) => report(`${name}: ${line}`);
}

/** Time since `start` (milliseconds, as of `Date.now()`) for people: `9 s`, `3 min 05 s`. */
export function elapsed(start: number): string {
  const seconds = Math.round((Date.now() - start) / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/**
 * Does `work` and says every {@link HEARTBEAT_SECONDS} seconds that it still goes on, and at the end how long it took
 * if that was long enough to have said anything.
 *
 * @param label What is being done, as `building the Pulumi CLI`.
 * @param detail Told with every beat, as `812 packages compiled`. @default nothing
 */
export async function withHeartbeat<T>(report: Report, label: string, work: () => Promise<T>, detail: () => string = () => ""): Promise<T> {
  const start = Date.now();
  let beats = 0;
  const timer = setInterval(() => {
    beats += 1;
    const more = detail();
    report(`${label} … ${elapsed(start)}${more === "" ? "" : ` (${more})`}`);
  }, HEARTBEAT_SECONDS * 1000);
  try {
    const result = await work();
    if (beats > 0) report(`${label}: done after ${elapsed(start)}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
