import type { Problem } from "ha-registry-core";

/** How the command line ends. Scripts go by these numbers: they stay what they are. */
export enum ExitCode {
  /** Done; of what was looked at, all is well. */
  Success = 0,
  /** Tried, and it did not work. */
  Failed = 1,
  /** Not tried: the arguments or the configuration are wrong. */
  WrongUse = 2,
  /** Looked, and something is not well: `status`, `capacity`, `health`, `verify`, `compliance`. */
  NotWell = 3,
  /** Looked, and what is there is not what state and file say: `drift`. */
  Drift = 4,
  /** Ended at once, by a second Ctrl-C or one at a question: what was under way may be half done. */
  Interrupted = 130,
}

/** The end of a command that went wrong: what to tell, and the exit code. */
export class Failure extends Error {
  /** @param problems What is wrong with which field, where it is known so exactly. */
  constructor(
    message: string,
    readonly exitCode: ExitCode = ExitCode.Failed,
    readonly problems: readonly Problem[] = [],
  ) {
    super(message);
    this.name = "Failure";
  }
}
