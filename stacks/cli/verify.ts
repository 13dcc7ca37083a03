import { randomInt } from "node:crypto";
import { join } from "node:path";
import { noProgress, resolveTopology, verifyStore } from "ha-registry-core";
import { withHeartbeat, withLock, type Report } from "ha-registry-tools";
import type { Environment } from "./environment";
import { ExitCode, Failure } from "./exit";
import { hostsOf } from "./hosts";
import { stoppable } from "./interrupt";
import { ensurePrivateDirectory } from "./state-directory";
import { startedWith, storeContainer } from "./store-container";
import { ContainerPrograms } from "./verify/container-program";
import { HashedLog, type Begun } from "./verify/hashed-log";
import { RcloneReader } from "./verify/rclone-reader";
import { describe, describeProgress, type Result } from "./verify/result";

/** Options of `verify`. */
export interface VerifyCommandOptions {
  /** Repositories; `*` stands for any characters. */
  repository?: string;
  /** Share of the blobs whose bytes are read, percent. */
  sample?: string;
  /** Bytes per second, as `50M`. */
  bandwidth?: string;
  /** Goes on with a verification that was interrupted. */
  resume?: boolean;
  /** Prints the result as JSON. */
  json?: boolean;
}

/**
 * Verifies the store of an environment while it is in use.
 *
 * @throws {RegistryError} when nothing in the environment can read the store.
 * @throws {Failure} when there are faults, with an exit code of their own; when the store cannot be read; when it is interrupted.
 */
export async function verify(environment: Environment, options: VerifyCommandOptions, report: Report): Promise<void> {
  const { name, config } = environment;
  checkOptions(options);
  const container = storeContainer(resolveTopology(name, config.registry));
  const host = hostsOf(name, config).find((each) => each.name === container.host);
  if (host === undefined) throw new Failure(`${name}: ${container.name} is on no host of this environment.`);
  const started = await startedWith(host.docker, container.name);
  // Not the directory of client files: up makes that anew.
  const directory = join(environment.stateDirectory, ".verify");
  ensurePrivateDirectory(environment.stateDirectory);
  ensurePrivateDirectory(directory);
  const file = join(directory, name);
  const work = async (): Promise<Result> => {
    const log = openLog(file, name, options, report);
    return stoppable(
      (controller) => {
        report(`${name}: stopping`);
        controller.abort();
      },
      async (signal) => {
        const programs = new ContainerPrograms(host.docker, container.name, signal);
        const reader = new RcloneReader(programs, { ...started, bandwidth: options.bandwidth });
        return run(name, reader, log, signal, report);
      },
    );
  };
  const result = await withLock(`${file}.lock`, `a verification of ${name}`, work, report);
  process.stdout.write(options.json === true ? `${JSON.stringify(result, null, 2)}\n` : describe(result));
  if (result.faults.length > 0) throw new Failure(`${name}: the store has faults.`, ExitCode.NotWell);
}

async function run(name: string, reader: RcloneReader, log: HashedLog, signal: AbortSignal, report: Report): Promise<Result> {
  const { started, ...what } = log.begun;
  const begun = Date.now();
  const progress = noProgress();
  const now = Math.floor(begun / 1000);
  try {
    const verification = await withHeartbeat(
      report,
      `verifying ${name}`,
      () => verifyStore(reader, { ...what, hashed: log, now, progress }),
      () => describeProgress(progress),
    );
    log.finish();
    const seconds = Math.round((Date.now() - begun) / 1000);
    return { environment: name, result: verification.faults.length === 0 ? "sound" : "faulty", started, seconds, ...verification };
  } catch (error) {
    log.keep();
    if (!signal.aborted) throw error;
    throw new Failure(`${name}: interrupted. \`npx ha-registry verify ${name} --resume\` goes on, and reads no blob again that was right.`);
  }
}

/** @throws {Failure} when a value is not one. */
function checkOptions({ sample, bandwidth }: VerifyCommandOptions): void {
  const percent = Number(sample ?? 100);
  if (!(percent > 0 && percent <= 100)) throw new Failure(`--sample ${sample}: a share of the blobs, percent, as 5`, ExitCode.WrongUse);
  if (bandwidth !== undefined && !/^\d+(\.\d+)?[KMG]?$/.test(bandwidth)) {
    throw new Failure(`--bandwidth ${bandwidth}: bytes per second, as 50M`, ExitCode.WrongUse);
  }
}

/** @throws {Failure} when other things are asked for than what is to be gone on with. */
function openLog(file: string, name: string, { repository, sample, resume }: VerifyCommandOptions, report: Report): HashedLog {
  const earlier = resume === true ? HashedLog.resume(file) : undefined;
  if (earlier === undefined) {
    if (resume === true) report(`${name}: no verification was interrupted: beginning one`);
    return HashedLog.begin(file, begin(repository, sample));
  }
  const { repositories, samplePercent, started } = earlier.begun;
  if ((repository ?? repositories) !== repositories || Number(sample ?? samplePercent) !== samplePercent) {
    earlier.keep();
    const asked = `of the repositories ${repositories}, and of ${samplePercent} % of the blobs`;
    throw new Failure(`${name}: what was interrupted is a verification ${asked}: leave --repository and --sample out.`, ExitCode.WrongUse);
  }
  report(`${name}: going on with the verification begun at ${started}, which found ${earlier.count} blobs right`);
  return earlier;
}

function begin(repositories = "*", sample = "100"): Begun {
  return { started: new Date().toISOString(), repositories, samplePercent: Number(sample), seed: randomInt(2 ** 32) };
}
