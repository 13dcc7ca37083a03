import assert from "node:assert/strict";
import { RegistryError } from "ha-registry-core";

/** Paths of the problems that `act` refuses with, in the order in which they were found; none when it does not refuse. */
export function problemPaths(act: () => unknown): string[] {
  return problemsOf(act).map(({ path }) => path);
}

/** Message of the one problem that `act` refuses with at `path`. */
export function problemAt(path: string, act: () => unknown): string {
  const found = problemsOf(act).filter((problem) => problem.path === path);
  assert.equal(found.length, 1, `problems at ${path}`);
  return found[0]?.message ?? "";
}

/** The problems that `act` refuses with; none when it does not refuse. */
export function problemsOf(act: () => unknown): readonly { path: string; message: string }[] {
  try {
    act();
    return [];
  } catch (error) {
    if (error instanceof RegistryError) return error.problems;
    throw error;
  }
}
