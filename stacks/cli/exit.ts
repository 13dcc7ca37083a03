/** How the command line ends. */
export enum ExitCode {
  /** Done. */
  Success = 0,
  /** Tried, and it did not work. */
  Failed = 1,
  /** Not tried: the arguments or the configuration are wrong. */
  WrongUse = 2,
  /** Done, and what was looked at is not as it should be: `verify` found faults. */
  Faults = 3,
}

/** The end of a command that went wrong: what to tell, and the exit code. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly exitCode: ExitCode = ExitCode.Failed,
  ) {
    super(message);
    this.name = "Failure";
  }
}
