import type { FoundContainer } from "ha-registry/dist/cli/observe";

/** A container as it should be. */
export function foundContainer(name: string, more: Partial<FoundContainer> = {}): FoundContainer {
  return {
    name,
    part: "",
    state: "running",
    health: "healthy",
    exitCode: 0,
    restarts: 0,
    outOfMemory: false,
    image: "registry:3.1.2",
    since: "2026-11-27T00:00:00Z",
    command: [],
    logLimitBytes: 250 * 2 ** 20,
    ...more,
  };
}
