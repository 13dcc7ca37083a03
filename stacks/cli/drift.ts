import type { Report } from "ha-registry-tools";
import { findStrays } from "./adopt";
import type { AnyEnvironment } from "./environment";
import { ExitCode } from "./exit";
import { ensureHosts, hostsOf } from "./hosts";
import { operate } from "./operate";
import { print, printJson } from "./print";
import { isPlanned, type Progress } from "./progress";
import { readState } from "./state";
import { openStack, type OpenStack } from "./workspace";

/** Something that is not as it should be. */
export interface Drift {
  /** Kind of object, as `container`. */
  kind: string;
  /** Name. */
  name: string;
  /**
   * `missing`, `stopped` or `changed`: it is not as the last run left it. `pending`: the file (or what it depends on) says differently by now.
   * `unknown`: the state does not know it.
   */
  found: "missing" | "stopped" | "changed" | "pending" | "unknown";
  /** What an `up` does: `create`, `update`, `replace`, `delete`, or nothing. */
  operation: string;
  /** Properties that differ. */
  properties: string[];
}

/** Tells what is there and what the file says against the state, and changes neither. */
export async function drift(environment: AnyEnvironment, options: { json?: boolean }, report: Report): Promise<ExitCode> {
  const { name, config } = environment;
  await ensureHosts(name, hostsOf(name, config), report);
  const drifts = await findDrift(environment, await openStack(environment, "existing", report), report);
  if (options.json === true) printJson({ environment: name, drift: drifts });
  else
    print(
      ...drifts.map(describe),
      drifts.length === 0 ? `${name}: nothing differs` : `${name}: ${drifts.length} differ; \`up\` mends what it knows`,
    );
  return drifts.length === 0 ? ExitCode.Success : ExitCode.Drift;
}

/** @throws {Failure} when it cannot be found out. */
export async function findDrift(environment: AnyEnvironment, open: OpenStack, report: Report): Promise<Drift[]> {
  const { name, config } = environment;
  const planned = await operate(environment, open, report, (common) => open.stack.preview({ ...common, refresh: true }), true);
  const known = new Set((await readState(open)).resources.map(({ id }) => id));
  const strays = await Promise.all(hostsOf(name, config).map((host) => findStrays(name, host, known)));
  const unknown = strays.flatMap(({ containers, networks, volumes }) => [
    ...containers.map((each) => stray("container", each)),
    ...networks.map((each) => stray("network", each)),
    ...volumes.map((each) => stray("volume", each)),
  ]);
  return [...fromPlan(planned.progress), ...unknown];
}

/** What an `up` would do, with what a look at the objects found. */
export function fromPlan({ changes, findings }: Pick<Progress, "changes" | "findings">): Drift[] {
  return changes.filter(isPlanned).map(({ operation, kind, name, urn, properties }) => {
    const finding = findings.find((each) => each.urn === urn);
    return { kind, name, operation, ...(finding === undefined ? { found: "pending", properties } : judge(finding)) };
  });
}

/** A container that does not run differs from one that does in this property. */
function judge({ gone, properties }: Progress["findings"][number]): Pick<Drift, "found" | "properties"> {
  if (gone) return { found: "missing", properties: [] };
  return { found: properties.includes("mustRun") ? "stopped" : "changed", properties };
}

function stray(kind: string, name: string): Drift {
  return { kind, name, found: "unknown", operation: "", properties: [] };
}

/** One line for people. */
export function describe({ kind, name, found, operation, properties }: Drift): string {
  const what = {
    missing: "is not there",
    stopped: "does not run",
    changed: `was changed (${properties.join(", ")})`,
    pending: `is to be changed (${[operation, ...properties].join(", ")})`,
    unknown: "is there, and the state does not know it",
  }[found];
  return `  ${kind} ${name} ${what}`;
}
