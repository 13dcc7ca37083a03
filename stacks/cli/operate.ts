import type { RegistryError } from "ha-registry-core";
import type { Report } from "ha-registry-tools";
import type { AnyEnvironment } from "./environment";
import { ExitCode, Failure } from "./exit";
import { explainFailure } from "./failure";
import { hostsOf } from "./hosts";
import { interruptible } from "./interrupt";
import { Progress } from "./progress";
import { wrongPassphrase, type OpenStack } from "./workspace";

/** What every operation of the Automation API takes. */
interface OperationOptions {
  onEvent: Progress["onEvent"];
  signal: AbortSignal;
}

/**
 * Does one operation of the engine, with progress, with an orderly end on Ctrl-C and with an explanation when it fails.
 *
 * @param planning Whether nothing is done, only planned, as in a preview.
 * @throws {Failure} with the explanation.
 */
export async function operate<T>(
  { name, config }: Pick<AnyEnvironment, "name" | "config">,
  { programError }: Pick<OpenStack, "programError">,
  report: Report,
  operation: (options: OperationOptions) => Promise<T>,
  planning = false,
): Promise<{ result: T; progress: Progress }> {
  const progress = new Progress(report, planning);
  try {
    const result = await interruptible(progress, (signal) => operation({ onEvent: progress.onEvent, signal }));
    return { result, progress };
  } catch (error) {
    const unreadable = wrongPassphrase(error, name);
    if (unreadable !== undefined) throw unreadable;
    const wrong: RegistryError | undefined = programError();
    const told = await explainFailure(name, hostsOf(name, config), error, progress, wrong);
    throw new Failure(told, wrong === undefined ? ExitCode.Failed : ExitCode.WrongUse);
  } finally {
    progress.stop();
  }
}
