import { ExitCode } from "./exit";
import type { Progress } from "./progress";

/** How long the engine has to notice a Ctrl-C of the terminal's, before it is told; in milliseconds. */
const grace = 1000;

/** Two signals within this time are one: a terminal signals this process, and so does the wrapper that started it. In milliseconds. */
const burst = 300;

/**
 * Does an operation such that Ctrl-C stops it in order: the engine ends what is under way, saves the state and gives the lock back. A second
 * Ctrl-C ends this process and the engine at once.
 *
 * @param progress Tells whether the engine has noticed by itself: a terminal signals every process of its group.
 * @param operation Gets the signal for the Automation API.
 */
export async function interruptible<T>(progress: Progress, operation: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return stoppable((controller) => {
    progress.report(
      "stopping: waiting for what is under way (Ctrl-C again ends it at once, and may leave objects that the state does not know)",
    );
    setTimeout(() => progress.cancelling || controller.abort(), grace).unref();
  }, operation);
}

/**
 * Does an operation, and on Ctrl-C what stops it. A second Ctrl-C ends this process at once, and its children with it.
 *
 * @param stop Gets what aborts the operation's signal.
 */
export async function stoppable<T>(
  stop: (controller: AbortController) => void,
  operation: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let first: number | undefined;
  const onSignal = (): void => {
    if (first === undefined) {
      first = Date.now();
      stop(controller);
    } else if (Date.now() - first > burst) {
      process.exit(ExitCode.Interrupted); // the Automation API's child is ended with this process
    }
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await operation(controller.signal);
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}
