/** What has to be taken back when a test is broken off. */
const cleanups = new Set<() => Promise<void>>();

/**
 * Has `cleanup` done when this process is told to end, so that a test that is broken off leaves nothing behind.
 *
 * @returns what takes that back, for when there is nothing left to clean up.
 */
export function onInterrupt(cleanup: () => Promise<void>): () => void {
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    void Promise.allSettled([...cleanups].reverse().map((cleanup) => cleanup())).then(() => process.exit(130));
  });
}
