/** What has to be undone at the end, whatever happens: the last first. */
export class Cleanups {
  readonly #steps: { what: string; undo: () => Promise<unknown> }[] = [];

  /** Has `undo` done at the end. */
  add(what: string, undo: () => Promise<unknown>): void {
    this.#steps.push({ what, undo });
  }

  /** Undoes everything. One that fails is told and does not keep the others from being done. */
  async run(report: (line: string) => void): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step.undo();
      } catch (error) {
        report(`could not undo ${step.what}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}
