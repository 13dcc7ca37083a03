import { access } from "node:fs/promises";

/** A program that was built. */
export interface BuiltProgram {
  /** Path of the executable in the cache. */
  path: string;
  /** Version without the leading `v`. */
  version: string;
  /** What it was built from, as `example.com/module@v1.2.3`. */
  source: string;
}

/** Whether there is anything at `path`. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
