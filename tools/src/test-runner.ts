import { ImageName } from "ha-registry-core";

import { ensureMoto } from "./aws";
import { ensureClients } from "./clients";
import { ensureDocker, requireDiskFree } from "./docker-engine";
import { ensureEngine } from "./engine";
import { ensureImages } from "./images";
import { imageRecipes } from "./images/recipes";
import { ensureKubernetes, ensureKubernetesNode } from "./kubernetes";
import { reportToStderr } from "./progress";
import { parseArguments, type Plan } from "./test-runner/arguments";
import { leftovers, type Leftovers } from "./test-runner/leftovers";
import { runFiles, type Counts } from "./test-runner/run-files";
import { groupsOf, needsAws, needsKubernetes, needsKubernetesNode, testFiles, type Suite } from "./test-runner/suites";

/**
 * Runs the suites that the command line names, one after the other, and ends with the line `N passed, N failed`.
 *
 * @returns the exit code: 0 when at least one test ran and none failed.
 */
async function main(args: readonly string[]): Promise<number> {
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  try {
    await runPlan(parseArguments(args), total);
  } catch (error) {
    failed(total, error instanceof Error ? error.message : String(error));
  }
  const { passed, failed: failures, skipped } = total;
  if (passed + failures === 0) process.stdout.write("no test ran\n");
  process.stdout.write(`${passed} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
  return passed > 0 && failures === 0 ? 0 : 1;
}

async function runPlan({ suites, only }: Plan, total: Counts): Promise<void> {
  let laboratory: Promise<void> | undefined;
  let kubernetes: Promise<void> | undefined;
  let node: Promise<unknown> | undefined;
  let aws: Promise<void> | undefined;
  for (const suite of suites) {
    const files = await testFiles(suite, only);
    if (files.length === 0) {
      process.stdout.write(`${suite.name}: no test file${only.length > 0 ? ` named like ${only.join(" or ")}` : ""}\n`);
      continue;
    }
    if (!suite.needsDocker) {
      await runSuite(suite, files, total);
      continue;
    }
    const usesDocker = !files.every(needsAws);
    try {
      if (usesDocker) await (laboratory ??= prepareLaboratory());
      if (files.some(needsKubernetes)) await (kubernetes ??= prepareKubernetes());
      // Where there can be none, tests of it say so, and the others need none.
      if (files.some(needsKubernetesNode)) await (node ??= ensureKubernetesNode(reportToStderr).catch(() => undefined));
      if (files.some(needsAws)) await (aws ??= prepareAws());
    } catch (error) {
      failed(total, `${suite.name} cannot run: ${error instanceof Error ? error.message : String(error)}`);
      continue;
    }
    if (!usesDocker) {
      await runSuite(suite, files, total);
      continue;
    }
    const before = await leftovers();
    await runSuite(suite, files, total);
    checkForLeaks(suite, before, await leftovers(), total);
  }
}

/** Everything that a test against a real Docker Engine needs. */
async function prepareLaboratory(): Promise<void> {
  const report = reportToStderr;
  await ensureDocker({ install: mayInstall(), report });
  await requireDiskFree();
  await ensureEngine(report);
  // Grafana's image is in no package registry: tests do without it.
  await ensureImages({ names: Object.values(ImageName).filter((name) => imageRecipes[name] !== undefined), report });
  await ensureClients(report);
}

/** What tests against a real Kubernetes need besides. */
async function prepareKubernetes(): Promise<void> {
  await ensureEngine(reportToStderr, ["kubernetes"]);
  await ensureKubernetes(reportToStderr);
}

/** What tests of AWS need, which Docker is no part of. */
async function prepareAws(): Promise<void> {
  await ensureEngine(reportToStderr, ["aws"]);
  await ensureMoto({ install: mayInstall() });
}

/** Whether Debian's packages may be installed, which needs root. */
function mayInstall(): boolean {
  return process.env["CI"] === "true" || process.env["HA_REGISTRY_INSTALL_DOCKER"] === "1";
}

async function runSuite(suite: Suite, files: readonly string[], total: Counts): Promise<void> {
  process.stdout.write(`\n# ${suite.name}: ${files.length} file${files.length === 1 ? "" : "s"}\n`);
  for (const group of groupsOf(suite, files)) {
    const counts = await runFiles(group, suite);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
}

function checkForLeaks({ name }: Suite, before: Leftovers, after: Leftovers, total: Counts): void {
  const leaked = [...after].filter(([id]) => !before.has(id)).map(([, description]) => description);
  if (leaked.length === 0) {
    total.passed += 1;
    process.stdout.write(`✔ ${name} left no container, network or volume behind\n`);
  } else {
    failed(total, `${name} left behind: ${leaked.join(", ")}`);
  }
}

function failed(total: Counts, message: string): void {
  total.failed += 1;
  process.stdout.write(`✖ ${message}\n`);
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
