import type { EngineEvent, OpMap, OpType, StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import type { Report } from "ha-registry-tools";

/** One thing that an operation does, or did, to one object. */
export interface Change {
  /** What is done. */
  operation: OpType;
  /** Kind of object, as `container`. */
  kind: string;
  /** Name, as `local-node-1`. */
  name: string;
  /** Pulumi's name for it. */
  urn: string;
  /** Properties that differ. */
  properties: string[];
}

/** What a look at an object found that is not as the state has it. */
export interface Finding {
  /** Pulumi's name for it. */
  urn: string;
  /** Whether it is not there any more. */
  gone: boolean;
  /** Properties that differ. */
  properties: string[];
}

/** A replacement comes as three steps; the middle one stands for it. */
export function isPlanned({ operation }: Change): boolean {
  return ["create", "update", "delete", "replace"].includes(operation);
}

/** Words for what was done; what has none is not told. */
const done: Partial<Record<OpType, string>> = {
  create: "created",
  update: "updated",
  delete: "removed",
  "create-replacement": "replaced",
  "delete-replaced": "removed the old",
};

/** Words for what a refresh found. */
const found: Partial<Record<OpType, string>> = { delete: "is gone", update: "was changed by somebody else" };

/** How long nothing may be told while something goes on, in milliseconds. */
const silence = 10_000;

/** Turns the engine's events into lines for people, and keeps what a summary or an explanation needs. No property's value is ever told. */
export class Progress {
  /** What is done, in order: of a preview what would be. */
  readonly changes: Change[] = [];
  /** What a refresh found. */
  readonly findings: Finding[] = [];
  /** What the engine and its providers complained of. */
  readonly errors: string[] = [];
  /** How many objects had what done to them. */
  counts: OpMap = {};
  /** Whether the engine has noticed that it is to stop. */
  cancelling = false;

  readonly #running = new Map<string, { operation: OpType; label: string; since: number }>();
  readonly #start = Date.now();
  #told = Date.now();
  readonly #timer: NodeJS.Timeout;

  /** @param planning Whether nothing is done, only planned, as in a preview. */
  constructor(
    readonly report: Report,
    readonly planning = false,
  ) {
    this.#timer = setInterval(() => this.#tellRunning(), 1000);
    this.#timer.unref();
  }

  /** For the option `onEvent` of an operation. */
  readonly onEvent = (event: EngineEvent): void => {
    if (event.resourcePreEvent !== undefined) this.#begun(event.resourcePreEvent.metadata);
    if (event.resOutputsEvent !== undefined) this.#ended(event.resOutputsEvent.metadata);
    if (event.resOpFailedEvent !== undefined) this.#failed(event.resOpFailedEvent.metadata);
    if (event.summaryEvent !== undefined) this.counts = event.summaryEvent.resourceChanges;
    if (event.stdoutEvent?.message.includes("received; cancelling")) this.cancelling = true;
    const { severity, message } = event.diagnosticEvent ?? {};
    if (severity === "error") this.errors.push(plainText(message ?? ""));
    if (severity === "warning") this.#tell(`warning: ${plainText(message ?? "")}`);
  };

  /** Ends the telling. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /** Whole seconds since the beginning. */
  get seconds(): number {
    return Math.round((Date.now() - this.#start) / 1000);
  }

  #begun(metadata: StepEventMetadata): void {
    const { op, urn } = metadata;
    if (!isObject(metadata)) return;
    this.#running.set(urn, { operation: op, label: label(metadata), since: Date.now() });
    if (op === "same" || op === "refresh" || op === "read") return;
    this.changes.push({ operation: op, ...nameOf(metadata), urn, properties: propertiesOf(metadata) });
  }

  #ended(metadata: StepEventMetadata): void {
    const { op, urn } = metadata;
    const begun = this.#running.get(urn);
    this.#running.delete(urn);
    if (begun === undefined) return;
    if (begun.operation === "refresh") this.#found(metadata, begun.label);
    const word = begun.operation === "refresh" || this.planning ? undefined : done[op];
    const seconds = Math.round((Date.now() - begun.since) / 1000);
    if (word !== undefined) this.#tell(`${word} ${begun.label}${seconds > 1 ? ` (${seconds} s)` : ""}`);
  }

  /** A refresh says with its operation what it found; as the beginning of a preview it does not. */
  #found(metadata: StepEventMetadata, label: string): void {
    const properties = propertiesOf(metadata);
    const seen = metadata.new === null ? "delete" : properties.length > 0 ? "update" : "same";
    const op = metadata.op === "refresh" ? seen : metadata.op;
    const [word, gone] = [found[op], op === "delete"];
    if (word === undefined) return;
    this.findings.push({ urn: metadata.urn, gone, properties });
    this.#tell(`${label} ${word}`);
  }

  #failed(metadata: StepEventMetadata): void {
    this.#running.delete(metadata.urn);
    if (isObject(metadata)) this.#tell(`failed: ${label(metadata)}`);
  }

  #tell(line: string): void {
    this.#told = Date.now();
    this.report(line);
  }

  #tellRunning(): void {
    if (Date.now() - this.#told < silence) return;
    const running = [...this.#running.values()].filter(({ operation }) => operation !== "same");
    const labels = running.map(({ label, since }) => `${label} (${Math.round((Date.now() - since) / 1000)} s)`);
    this.#tell(labels.length > 0 ? `waiting for ${labels.join(", ")}` : `still working (${this.seconds} s)`);
  }
}

/** How many objects were created, updated and so on, for people. */
export function summary(counts: OpMap): string {
  const { create = 0, update = 0, replace = 0, same = 0 } = counts;
  const changes = [`${create} created`, `${update} updated`, `${replace} replaced`, `${counts.delete ?? 0} removed`];
  const parts = changes.filter((part) => !part.startsWith("0 "));
  return [...(parts.length > 0 ? parts : ["no changes"]), ...(same > 0 ? [`${same} unchanged`] : [])].join(", ");
}

/** Real objects only, as `docker:index/container:Container` or `kubernetes:apps/v1:Deployment`: no components, no providers, not the stack. */
function isObject({ type }: StepEventMetadata): boolean {
  return /^[\w-]+:[\w.-]+\//.test(type);
}

function propertiesOf({ detailedDiff, diffs }: StepEventMetadata): string[] {
  const properties = Object.keys(detailedDiff ?? {});
  return properties.length > 0 ? properties : (diffs ?? []);
}

function label(metadata: StepEventMetadata): string {
  const { kind, name } = nameOf(metadata);
  return `${kind} ${name}`;
}

function nameOf({ type, urn }: StepEventMetadata): { kind: string; name: string } {
  const words =
    type
      .split(":")
      .at(-1)
      ?.replace(/([a-z])([A-Z])/g, "$1 $2") ?? type;
  return { kind: words.toLowerCase(), name: urn.split("::").at(-1) ?? urn };
}

/** The engine's text without its codes for colours. */
function plainText(text: string): string {
  return text
    .replace(/<\{%.*?%\}>/g, "")
    .replace(/\u001b\[[0-9;]*m/g, "")
    .trim();
}
