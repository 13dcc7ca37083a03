import type { Figure } from "../bench";
import type { ChildReport, StateResource } from "../programs/child";
import { ProgramStack } from "../programs/process";
import { absolute, ratio } from "../measure/result";
import { alternate } from "../measure/statistics";

/** What the components cost beside the resources that they are made of. */
export const program: Figure = {
  name: "program",
  about: "time of preview and of an up that changes nothing, against a flat program with the same resources; state and memory",
  async run(bench) {
    const component = await ProgramStack.create("component", bench.cleanups);
    const flat = await ProgramStack.create("flat", bench.cleanups);
    const first = await component.run("up");
    checkSameResources(first.resources, (await flat.run("up")).resources);

    const operation = (stack: ProgramStack, name: "up" | "preview") => async () => unchanged(await stack.run(name));
    const previews = await alternate(bench.rounds, { ours: operation(component, "preview"), baseline: operation(flat, "preview") });
    const ups = await alternate(bench.rounds, { ours: operation(component, "up"), baseline: operation(flat, "up") });

    const seconds = ({ ours, baseline }: typeof ups) => ({ ours: ours.map(pickSeconds), baseline: baseline.map(pickSeconds) });
    const subject = { against: "flat program", unit: "s", goal: { atMost: 1.1 } };
    return [
      ratio({ ...subject, what: "preview" }, seconds(previews)),
      ratio({ ...subject, what: "up without a change" }, seconds(ups)),
      absolute(
        { what: "state per resource", unit: "kB", goal: { atMost: 5 } },
        ups.ours.map(({ stateBytes, resources }) => stateBytes / resources.length / 1e3),
      ),
      absolute(
        { what: "peak memory of the program, up without a change", unit: "MB", goal: { atMost: 200 } },
        ups.ours.map(({ peakBytes }) => peakBytes / 1e6),
      ),
      absolute({ what: "peak memory of the program, first up", unit: "MB", goal: { atMost: 200 } }, [first.peakBytes / 1e6]),
    ];
  },
};

const pickSeconds = ({ seconds }: ChildReport): number => seconds;

/** @throws {Error} when the operation was not the one that is measured. */
function unchanged(report: ChildReport): ChildReport {
  const { same, ...changes } = report.changes;
  if (Object.keys(changes).length > 0 || same === undefined)
    throw new Error(`changes where there should be none: ${JSON.stringify(report.changes)}`);
  return report;
}

/**
 * The flat program has to be kept up to what the components make.
 *
 * @throws {Error} when it has other resources.
 */
function checkSameResources(ours: readonly StateResource[], flat: readonly StateResource[]): void {
  const types = (resources: readonly StateResource[]): string =>
    resources
      .map(({ type }) => type)
      .filter((type) => !type.startsWith("ha-registry-docker:"))
      .sort()
      .join("\n");
  if (types(ours) !== types(flat))
    throw new Error(`programs/flat.ts makes other resources than the components:\n${types(flat)}\nand not\n${types(ours)}`);
}
