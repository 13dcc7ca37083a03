import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CommandError, type EngineEvent, type PulumiFn } from "@pulumi/pulumi/automation";
import { createLocalStack } from "./local-stack";

/** Directory of the packs. */
const packs = resolve(__dirname, "../../../../policy");

/** What is previewed. */
export interface PolicyPreview {
  /** The program; nothing of it is ever created. */
  program: PulumiFn;
  /** Name of the stack. */
  stack: string;
  /** The stack's configuration, by full name. @default - none */
  config?: Record<string, string>;
  /** What the pack is told, by policy; or the path of a file that says it. @default - its defaults */
  policies?: Record<string, Record<string, unknown>> | string;
  /** The pack: its directory below `policy`. @default "docker" */
  pack?: "docker" | "kubernetes" | "aws";
  /** Variables of the engine, as where AWS is. @default - none */
  environment?: Record<string, string>;
}

/** What a preview with the pack found. */
export interface PolicyOutcome {
  /** Whether Pulumi went on: a mandatory violation ends the preview with an error. */
  passed: boolean;
  /** Violations, as `<policy>: <logical name>`, sorted; once each. */
  violations: string[];
  /** Messages of the violations, by the same text. */
  messages: Record<string, string>;
  /** Changes of remediations, as `<policy>: <logical name>`, sorted. */
  remediations: string[];
  /** What would be created: inputs by logical name. */
  planned: Record<string, Record<string, unknown>>;
  /** What the CLI printed on standard error. */
  stderr: string;
}

/** Runs `pulumi preview --policy-pack` on the real engine, with a state of its own that is thrown away. */
export async function previewWithPolicies({
  program,
  stack: stackName,
  config = {},
  policies,
  pack = "docker",
  environment,
}: PolicyPreview): Promise<PolicyOutcome> {
  const directory = await mkdtemp(join(tmpdir(), "policy-"));
  try {
    const stack = await createLocalStack(stackName, {
      directory,
      project: "ha-registry",
      config,
      ...(environment === undefined ? {} : { environment }),
      ...(pack === "docker" ? {} : { optional: [pack] }),
    });
    const policyPackConfigs =
      policies === undefined ? [] : [typeof policies === "string" ? policies : await policyFile(directory, policies)];
    const events: EngineEvent[] = [];
    const options = { program, policyPacks: [join(packs, pack)], policyPackConfigs };
    const { passed, stderr } = await stack.preview({ color: "never", onEvent: (event) => events.push(event), ...options }).then(
      (result) => ({ passed: true, stderr: result.stderr }),
      (error: unknown) => {
        if (!(error instanceof CommandError)) throw error;
        return { passed: false, stderr: error.message };
      },
    );
    return { passed, stderr, ...readEvents(events) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function policyFile(directory: string, policies: object): Promise<string> {
  const path = join(directory, "policies.json");
  await writeFile(path, JSON.stringify(policies));
  return path;
}

/** An event as the engine sends it; the SDK declares all but one. */
type Event = EngineEvent & { policyRemediationEvent?: { policyName: string; resourceUrn?: string } };

function readEvents(events: readonly Event[]): Omit<PolicyOutcome, "passed" | "stderr"> {
  const nameOf = (urn = ""): string => urn.split("::").at(-1) ?? "";
  const messages: Record<string, string> = {};
  const remediations = new Set<string>();
  const planned: Record<string, Record<string, unknown>> = {};
  for (const { policyEvent, policyRemediationEvent, resourcePreEvent } of events) {
    if (policyEvent !== undefined) messages[`${policyEvent.policyName}: ${nameOf(policyEvent.resourceUrn)}`] = policyEvent.message;
    if (policyRemediationEvent !== undefined)
      remediations.add(`${policyRemediationEvent.policyName}: ${nameOf(policyRemediationEvent.resourceUrn)}`);
    const inputs = resourcePreEvent?.metadata.new?.inputs;
    if (inputs !== undefined) planned[nameOf(resourcePreEvent?.metadata.urn)] = inputs as Record<string, unknown>;
  }
  return { messages, violations: Object.keys(messages).sort(), remediations: [...remediations].sort(), planned };
}
