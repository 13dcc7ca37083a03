import type { AccessMode } from "ha-registry-core";
import type { Result } from "./measure/result";
import { BenchRegistry } from "./setup/bench-registry";
import type { Cleanups } from "./setup/cleanups";

/** One run of the bench: what the figures share. */
export class Bench {
  readonly #registries = new Map<AccessMode, Promise<BenchRegistry>>();

  constructor(
    /** Rounds that count. */
    readonly rounds: number,
    /** Whether it is a short run, to see that everything works: its figures are worth little. */
    readonly quick: boolean,
    /** What has to be undone at the end. */
    readonly cleanups: Cleanups,
    /** Takes progress. */
    readonly report: (line: string) => void,
  ) {}

  /** A deployed registry with that kind of access; all figures share it. */
  async registry(mode: AccessMode): Promise<BenchRegistry> {
    const started = this.#registries.get(mode) ?? this.#deploy(mode);
    this.#registries.set(mode, started);
    return started;
  }

  async #deploy(mode: AccessMode): Promise<BenchRegistry> {
    this.report(`deploying a registry (access ${mode}, rate limits 0)`);
    return BenchRegistry.start(mode, this.cleanups);
  }
}

/** A figure of the bench, by name. */
export interface Figure {
  /** Name on the command line. */
  name: string;
  /** What it measures, in a line. */
  about: string;
  /** Measures it. */
  run(bench: Bench): Promise<Result[]>;
}
