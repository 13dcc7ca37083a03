import { basename, relative, resolve } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { finished } from "node:stream/promises";

import type { Suite } from "./suites";

/** How many tests ended how. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Runs compiled test files, each in a process of its own, and prints what Node's own reporter prints, and how long each file took. */
export async function runFiles(files: readonly string[], { concurrency, fileMinutes }: Suite): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  const withoutTests = new Set<string>();
  const start = performance.now();
  const begun = new Map<string, number>(); // a file that runs alone is never queued, and is not in it
  const seconds = new Map<string, number>();
  const events = run({ files: [...files], concurrency, timeout: fileMinutes * 60_000 });
  events.on("test:dequeue", ({ name, file, nesting }) => {
    if (isFile(name, file, nesting)) begun.set(resolve(name), performance.now());
  });
  const clock = ({ file = "" }: { file?: string }): unknown => seconds.set(file, (performance.now() - (begun.get(file) ?? start)) / 1000);
  events.on("test:pass", clock);
  events.on("test:fail", clock);
  events.on("test:pass", ({ name, file, nesting, skip, todo, details }) => {
    if (details.type === "suite") return;
    if (isFile(name, file, nesting)) {
      withoutTests.add(resolve(name));
      return;
    }
    if (skip !== undefined || todo !== undefined) counts.skipped += 1;
    else counts.passed += 1;
  });
  events.on("test:fail", ({ details }) => {
    // A suite, or a file, mostly fails because a test in it does, and that test has been counted.
    if (failureType(details.error) !== "subtestsFailed") counts.failed += 1;
  });
  const reporter = events.pipe(new spec());
  reporter.pipe(process.stdout, { end: false });
  await finished(reporter);

  const slowestFirst = [...seconds].sort(([, one], [, other]) => other - one);
  process.stdout.write(
    `\nseconds by file: ${slowestFirst.map(([file, time]) => `${basename(file, ".test.js")} ${Math.round(time)}`).join(", ")}\n`,
  );
  for (const file of files.filter((each) => withoutTests.has(each))) {
    counts.failed += 1;
    process.stdout.write(`✖ ${relative(process.cwd(), file)} holds no test\n`);
  }
  return counts;
}

/** Node reports a file without any test as a test that passes, and one that cannot be run as one that fails, under the file's path. */
function isFile(name: string, file: string | undefined, nesting: number): boolean {
  return nesting === 0 && file !== undefined && resolve(name) === file;
}

function failureType(error: Error): unknown {
  return "failureType" in error ? error.failureType : undefined;
}
