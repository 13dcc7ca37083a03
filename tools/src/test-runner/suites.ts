import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";

/** A directory of tests. */
export interface Suite {
  /** Its directory below `test`. */
  name: string;
  /** How many of its files run at a time. */
  concurrency: number;
  /** Names of files that run by themselves, after the others: they bring a load of their own. @default - none */
  alone?: readonly string[];
  /** Whether its files need Docker, the engine, the images and the clients, or what they are named after. */
  needsDocker: boolean;
  /** After how many minutes a file counts as hanging. */
  fileMinutes: number;
}

/** The suites of `npm test`, the fastest first. */
export const testSuites: readonly Suite[] = [
  { name: "core", concurrency: 2, needsDocker: false, fileMinutes: 15 },
  { name: "components", concurrency: 2, needsDocker: false, fileMinutes: 15 },
  { name: "policy", concurrency: 2, needsDocker: false, fileMinutes: 15 },
  // Two at a time: half of what they do is to wait for Docker.
  {
    name: "engine",
    concurrency: 2,
    alone: ["bad-change", "death", "garage", "garbage-collection", "kubernetes-pods", "kubernetes-pods-stores", "rolling", "sentinel"],
    needsDocker: true,
    fileMinutes: 30,
  },
];

/** The suite of `npm run drill`. The longest are 100,000 operations and 500 collections. */
export const drillSuite: Suite = { name: "drills", concurrency: 1, needsDocker: true, fileMinutes: 360 };

/** Compiled, this file lies in `tools/dist/test-runner`. */
const testDirectory = join(__dirname, "..", "..", "..", "test");

/**
 * The compiled test files of a suite, in alphabetical order. What the compiler left behind of deleted sources does not count.
 *
 * @param only Parts of file names, one of which must be in a file's path below `test`; all files if empty.
 */
export async function testFiles(suite: Suite, only: readonly string[]): Promise<string[]> {
  const sources = join(testDirectory, suite.name);
  if (!existsSync(sources)) return [];
  const names = (await readdir(sources, { recursive: true })).filter((name) => name.endsWith(".test.ts")).sort();
  return names
    .filter((name) => only.length === 0 || only.some((part) => join(suite.name, name).includes(part)))
    .map((name) => join(testDirectory, "dist", suite.name, name.replace(/\.ts$/, ".js")));
}

/** Whether a test file needs Kubernetes, and the provider for it, besides what its suite needs: those that are named after it do. */
export function needsKubernetes(file: string): boolean {
  return basename(file).startsWith("kubernetes");
}

/** Whether it needs a node of Kubernetes, too. */
export function needsKubernetesNode(file: string): boolean {
  return basename(file).startsWith("kubernetes-pods");
}

/** Whether it needs what stands in for AWS, and the provider for it; of Docker, it needs nothing. */
export function needsAws(file: string): boolean {
  return basename(file).startsWith("aws");
}

/** The files in groups that run one after the other: those that may run beside each other, then each of the others by itself. */
export function groupsOf({ alone = [] }: Suite, files: readonly string[]): string[][] {
  const isAlone = (file: string): boolean => alone.includes(basename(file, ".test.js"));
  const groups = [files.filter((file) => !isAlone(file)), ...files.filter(isAlone).map((file) => [file])];
  return groups.filter((group) => group.length > 0);
}
