import type { Topology } from "ha-registry-core";
import type { FoundContainer, FoundHost } from "./observe";
import { containersOn } from "./parts";

/** A container of a registry: what is wanted of it, and what it does. */
export interface ContainerStatus extends Omit<FoundContainer, "command" | "logLimitBytes"> {
  /** Name of its host; empty where there is but one. */
  host: string;
  /** Whether the configuration wants it. */
  expected: boolean;
  /** What is wrong with it; absent when nothing is. */
  problem?: string;
}

/** The containers that the configuration wants on the hosts that answer, and those that are there besides. */
export function containerStatus(topology: Topology, hosts: readonly FoundHost[]): ContainerStatus[] {
  return hosts.filter(({ failure }) => failure === undefined).flatMap((host) => statusOn(topology, host));
}

function statusOn(topology: Topology, { name: host, containers }: FoundHost): ContainerStatus[] {
  const wanted = containersOn(topology, host);
  const missing = wanted.filter((name) => containers.every((container) => container.name !== name));
  const there = containers.map(({ command: _command, logLimitBytes: _limit, ...container }): ContainerStatus => {
    const problem = problemOf(container);
    const expected = wanted.includes(container.name);
    return { ...container, host, expected, ...(problem === undefined ? {} : { problem }) };
  });
  return [...there, ...missing.map((name) => absent(name, host))].sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
}

function absent(name: string, host: string): ContainerStatus {
  const nothing = { part: "", state: "missing", health: "", exitCode: 0, restarts: 0, outOfMemory: false, image: "", since: "" };
  return { name, host, ...nothing, expected: true, problem: "is not there" };
}

function problemOf({ state, health, exitCode }: Pick<FoundContainer, "state" | "health" | "exitCode">): string | undefined {
  if (state === "exited") return `does not run (it ended with code ${exitCode})`;
  if (state !== "running") return `does not run (${state})`;
  if (health === "unhealthy") return "is unhealthy";
  return health === "starting" ? "is starting" : undefined;
}
