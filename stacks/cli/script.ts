import type { DockerCli, Report } from "ha-registry-tools";
import { startedWith } from "./store-container";

/** How a script is run. */
export interface ScriptOptions {
  /** What it reads from standard input. @default - nothing */
  input?: string;
  /** Gets each message of the script as it comes. @default - nobody */
  say?: (message: string) => void;
}

/** Tells messages of a script as an environment's progress. */
export function progressOf(environment: string, report: Report): NonNullable<ScriptOptions["say"]> {
  return (message) => report(`${environment}: ${message}`);
}

/** How a script ended. */
export interface ScriptResult {
  /** Exit code. */
  code: number;
  /** All of its standard output. */
  output: string;
}

/**
 * Runs the script of a container of garbage collection or backups, with the files that it was started with, however long it takes. Who interrupts
 * it interrupts the waiting: the script goes on to its end.
 *
 * @param task What to do, and what with.
 * @throws {Failure} when there is no such container.
 */
export async function runScript(
  docker: DockerCli,
  container: string,
  [task = "", ...more]: readonly string[],
  { input, say }: ScriptOptions = {},
): Promise<ScriptResult> {
  const { script, configuration, store } = await startedWith(docker, container);
  const onErrorLine = (line: string): void => {
    for (const { message } of linesOf<{ message: string }>(line)) if (message !== undefined) say?.(message);
  };
  const interactive = input === undefined ? [] : ["--interactive"];
  const { code, stdout } = await docker.follow(
    { onErrorLine, ...(input === undefined ? {} : { input }) },
    ...["exec", ...interactive, container, "sh", script, task, configuration, store, ...more],
  );
  return { code, output: stdout };
}

/** The lines of JSON in what a script wrote. */
export function linesOf<T extends object>(output: string): Partial<T>[] {
  return output.split("\n").flatMap((line) => {
    if (!line.startsWith("{")) return [];
    try {
      return [JSON.parse(line) as Partial<T>];
    } catch {
      return [];
    }
  });
}
