import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { RegistryError } from "ha-registry-core";

import { lastLines, runCommand } from "../command";

/** A module that is built with other files than its archive has. */
export interface IncompleteModule {
  /** Directory that holds go.mod and go.sum. */
  directory: string;
  /** Path of the module. */
  module: string;
  /** Text of each file that is added, by its path in the module. */
  additions: Readonly<Record<string, string>>;
  /** Files that are added as copies of others: path in the module → path in the module. */
  copies: Readonly<Record<string, string>>;
}

/**
 * Puts a copy of a module, with its additions, where it can be built. Go's own `-overlay` does not reach into the module cache.
 *
 * @param work Directory that is made for it; what was there is removed. See {@link removeModule}.
 * @throws {RegistryError} when the module is not to be had.
 */
export async function completeModule({ directory, module, additions, copies }: IncompleteModule, work: string): Promise<void> {
  await removeModule(work);
  const source = await downloadModule(directory, module);
  const copy = join(work, REPLACEMENT);
  await cp(source, copy, { recursive: true });
  await makeWritable(copy);
  for (const [path, text] of Object.entries(additions)) {
    await mkdir(dirname(join(copy, path)), { recursive: true });
    await writeFile(join(copy, path), text);
  }
  for (const [path, original] of Object.entries(copies)) await cp(join(copy, original), join(copy, path));
  await replaceModule(directory, module, work);
}

/** Directory below `work` that stands for a module there. */
export const REPLACEMENT = "module";

/**
 * Gets the version of a module that the go.mod in `directory` asks for, checked against its go.sum.
 *
 * @returns the directory that Go keeps it in, which is read-only.
 * @throws {RegistryError} when it is not to be had.
 */
export async function downloadModule(directory: string, module: string): Promise<string> {
  const { code, stdout, stderr } = await runCommand("go", ["mod", "download", "-json", module], { cwd: directory });
  if (code !== 0) throw new RegistryError("go mod download", [{ path: module, message: lastLines(stderr || stdout, 20) }]);
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

/** Puts the go.mod and go.sum of `directory` into `work`, such that {@link REPLACEMENT} stands for a module there. */
export async function replaceModule(directory: string, module: string, work: string): Promise<void> {
  // A relative path: the program tells what it was built from, and this machine's directories are nobody's business.
  const replacement = `\nreplace ${module} => ./${REPLACEMENT}\n`;
  await writeFile(join(work, "go.mod"), `${await readFile(join(directory, "go.mod"), "utf8")}${replacement}`);
  await cp(join(directory, "go.sum"), join(work, "go.sum"));
}

/** Removes what {@link completeModule} made. */
export async function removeModule(work: string): Promise<void> {
  await rm(work, { recursive: true, force: true });
}

/** The module cache is read-only, and so is what was copied from it. */
async function makeWritable(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(directory, entry.name));
  }
}
