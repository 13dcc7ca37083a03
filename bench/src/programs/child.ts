import { readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { LocalWorkspace, PulumiCommand, type OpMap } from "@pulumi/pulumi/automation";
import type { RegistryArgs } from "ha-registry-docker";
import type { FlatArgs } from "./flat";

/** What the process of a program is told. */
export interface ChildOrder {
  operation: "up" | "preview";
  /** Name of stack and registry. */
  name: string;
  /** Directory of project and state. */
  directory: string;
  /** Directory with `bin/pulumi`. @default - the CLI on PATH */
  engineRoot?: string;
  /** What the component takes. */
  args: RegistryArgs;
  /** What the flat program takes. */
  flat: FlatArgs;
}

/** What a program exports. */
export interface ProgramOutputs {
  endpoint: string;
  caCertificatePem: string;
  credentials: { username: string; password: string };
}

/** What the process of a program tells. */
export interface ChildReport {
  /** From the start of the process to the end of the operation, seconds. */
  seconds: number;
  /** Largest amount of memory that the process held until then (VmHWM), bytes. */
  peakBytes: number;
  /** How many resources are created, updated, replaced, deleted, or stay as they are. */
  changes: OpMap;
  outputs: ProgramOutputs;
  /** Size of the state as it lies on disk. */
  stateBytes: number;
  /** The state's resources, secrets in plain text. */
  resources: StateResource[];
}

/** A resource in the state. */
export interface StateResource {
  type: string;
  urn: string;
  id?: string;
  inputs?: Record<string, unknown>;
}

const project = "ha-registry-bench";

/** Reads an order, does the operation with `program`, and writes a report: a Pulumi program in a process of its own, as a user runs it. */
export function obey(program: (order: ChildOrder) => Record<string, unknown>): void {
  run(program).catch((error: unknown) => {
    process.stderr.write(String(error));
    process.exit(1);
  });
}

async function run(program: (order: ChildOrder) => Record<string, unknown>): Promise<void> {
  const order = JSON.parse(await text(process.stdin)) as ChildOrder;
  const { operation, name, directory, engineRoot } = order;
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: name, projectName: project, program: async () => program(order) },
    {
      workDir: directory,
      pulumiCommand: await PulumiCommand.get(engineRoot === undefined ? {} : { root: engineRoot }),
      projectSettings: { name: project, runtime: "nodejs", backend: { url: `file://${directory}` } },
    },
  );
  const changes = operation === "up" ? (await stack.up()).summary.resourceChanges : (await stack.preview()).changeSummary;
  const [seconds, peakBytes] = [performance.now() / 1000, peakMemory()];
  const outputs = Object.entries(await stack.outputs()).map(([name, output]): [string, unknown] => [name, output.value]);
  const report: Omit<ChildReport, "outputs"> & { outputs: Record<string, unknown> } = {
    seconds,
    peakBytes,
    changes: changes ?? {},
    outputs: Object.fromEntries(outputs),
    stateBytes: (await stat(path.join(directory, ".pulumi", "stacks", project, `${name}.json`))).size,
    resources: ((await stack.exportStack()).deployment as { resources?: StateResource[] }).resources ?? [],
  };
  process.stdout.write(JSON.stringify(report));
}

function peakMemory(): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  return Number(kibibytes) * 1024;
}
