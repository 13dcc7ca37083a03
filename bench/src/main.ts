import { parseArgs } from "node:util";
import { RegistryError } from "ha-registry-core";
import { ensureEngine, ensureImages } from "ha-registry-tools";
import { Bench } from "./bench";
import { figures } from "./figures";
import type { Result } from "./measure/result";
import { table } from "./measure/table";
import { writeResults } from "./measure/results-file";
import { Cleanups } from "./setup/cleanups";
import { checkRequirements } from "./setup/requirements";

const usage = `npm run bench [-- [--quick] [--rounds N] [figure…]]

Measures the figures of the README, each against a baseline in the same run. Without names: all of them, in about a quarter of an hour.
  --quick     3 rounds, to see that everything works
  --rounds N  rounds that count (default 7); the figures are medians of them

${figures.map(({ name, about }) => `  ${name.padEnd(15)} ${about}`).join("\n")}
`;

/** After this time no further figure is begun. */
const longestMinutes = 22;

const report = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: "boolean", default: false }, rounds: { type: "string" }, help: { type: "boolean", default: false } },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const unknown = positionals.filter((name) => !figures.some((figure) => figure.name === name));
  const rounds = Number(values.rounds ?? (values.quick ? 3 : 7));
  if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
    throw new RegistryError("bench", [
      unknown.length > 0
        ? { path: unknown.join(" "), message: `is no figure: ${figures.map(({ name }) => name).join(", ")}` }
        : { path: "--rounds", message: `${values.rounds} is not a whole number from 1 on` },
    ]);
  }
  await checkRequirements();
  await ensureEngine(report);
  await ensureImages({ report });
  const chosen = positionals.length === 0 ? figures : figures.filter(({ name }) => positionals.includes(name));

  const cleanups = new Cleanups();
  onSignal(() => cleanups.run(report));
  try {
    const results = await measureAll(new Bench(rounds, values.quick, cleanups, report), chosen);
    if (results.length > 0) await tell(results, rounds);
  } finally {
    await cleanups.run(report);
  }
}

async function tell(results: readonly Result[], rounds: number): Promise<void> {
  const legend = `medians of ${rounds} rounds; result: median of the rounds' ratios or differences; rate limits off`;
  process.stdout.write(`\n${table(results)}\n\n${legend}\n`);
  report(`written to ${await writeResults(results, rounds)}`);
}

/** A figure that cannot be measured is told, and the others are measured all the same. */
async function measureAll(bench: Bench, chosen: typeof figures): Promise<Result[]> {
  const results: Result[] = [];
  const end = Date.now() + longestMinutes * 60_000;
  for (const figure of chosen) {
    const start = Date.now();
    if (start > end) {
      process.exitCode = 1;
      report(`${figure.name}: not measured, ${longestMinutes} minutes are over`);
      continue;
    }
    report(`${figure.name}: ${figure.about}`);
    try {
      results.push(...(await figure.run(bench)));
      report(`${figure.name}: ${Math.round((Date.now() - start) / 1000)} s`);
    } catch (error) {
      process.exitCode = 1;
      report(`${figure.name}: failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return results;
}

/** A run that is broken off leaves nothing behind. */
function onSignal(cleanUp: () => Promise<void>): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.removeAllListeners(signal); // the tests' own would end the process before everything is cleaned up
    // Not `once`: the Automation API's way to run commands ends the process when it finds itself to be the only one that listens.
    process.on(signal, () => {
      report(`${signal}: cleaning up`);
      void cleanUp().finally(() => process.exit(130));
    });
  }
}

main().catch((error: unknown) => {
  report(error instanceof RegistryError ? error.message : String(error instanceof Error ? error.stack : error));
  process.exitCode = 1;
});
