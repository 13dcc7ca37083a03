/** One thing that is wrong with what the user asked for. */
export interface Problem {
  /** Path of the field, as `loadBalancer.port`. */
  path: string;
  /** What is wrong, and what would be right. */
  message: string;
}

/** The one error that is meant for users: it names the component and every problem at once. */
export class RegistryError extends Error {
  /** Pulumi's mark for errors that are meant for users: it prints their message without a stack trace. */
  readonly __pulumiRunError = true;

  /**
   * @param component Name of the component (or file) that the problems are in.
   * @param problems What is wrong, at least one.
   */
  constructor(
    readonly component: string,
    readonly problems: readonly Problem[],
  ) {
    super(`${component}:\n${problems.map(({ path, message }) => `  ${path}: ${message}`).join("\n")}`);
    this.name = "RegistryError";
  }
}

/** Collects problems, so that a user sees all of them in one go. */
export class Problems {
  readonly #found: Problem[] = [];

  /** Notes a problem with the field at `path`. */
  add(path: string, message: string): void {
    this.#found.push({ path, message });
  }

  /** Notes a problem unless `condition` holds; returns `condition`. */
  require(condition: boolean, path: string, message: string): boolean {
    if (!condition) this.add(path, message);
    return condition;
  }

  /** What was found so far. */
  get all(): readonly Problem[] {
    return this.#found;
  }

  /** @throws {RegistryError} when anything was found. */
  throwIfAny(component: string): void {
    if (this.#found.length > 0) throw new RegistryError(component, this.#found);
  }
}
