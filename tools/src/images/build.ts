import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { compareVersions, imageTable, isInSeries, parseReference, RegistryError, type ImageName, type Problem } from "ha-registry-core";

import { cachePath } from "../cache";
import { elapsed, prefixed, withHeartbeat, type Report } from "../progress";
import { packImage, type ImageConfig } from "./archive";
import { fetchDebianPackages, type DebianPackage, type DebianPackages } from "./debian";
import type { DockerCli } from "./docker";
import { buildCrateProgram } from "./crate";
import { buildGoProgram } from "./go";
import type { BuiltProgram } from "./program";
import { imageRecipes, type ImageRecipe } from "./recipes";
import { assemble, COMMON_PACKAGES } from "./root-filesystem";

/** An image to build. */
export interface WantedImage {
  name: ImageName;
  /** Reference that it gets: repository and tag. */
  reference: string;
}

/** Why `wanted` cannot be built here; undefined when it can: only what has the name of one of the table's images is built under it. */
export function whyNotBuildable({ name, reference }: WantedImage): Problem | undefined {
  const { repository } = imageTable[name];
  const parsed = parseReference(reference);
  const path = `images.references.${name}`;
  if (parsed === undefined) return { path, message: `"${reference}" is no image reference` };
  if (imageRecipes[name] === undefined) {
    return {
      path,
      message: `${reference} is not in the Docker Engine, and cannot be built from what package registries have; load it with docker load`,
    };
  }
  if (parsed.id !== undefined || parsed.digest !== undefined) {
    return {
      path,
      message: `${reference} is not in the Docker Engine, and what has a digest or an ID cannot be built; load it with docker load`,
    };
  }
  if (parsed.repository !== repository && !parsed.repository?.endsWith(`/${repository}`)) {
    return {
      path,
      message: `${reference} is not in the Docker Engine, and only ${repository} can be built here; load it with docker load`,
    };
  }
  return undefined;
}

/** The recipe of what {@link whyNotBuildable} let through. */
function recipeOf(name: ImageName): ImageRecipe {
  const recipe = imageRecipes[name];
  if (recipe === undefined) throw new Error(`there is no recipe for ${name}`);
  return recipe;
}

/**
 * Builds images from Debian packages, Go modules and crates, loads them into the Docker Engine, runs each once to see its version, and only
 * then gives it its name. One process at a time may do so.
 *
 * @returns the image IDs, in the order of `wanted`.
 * @throws {RegistryError} when one of them cannot be built; the others are there nevertheless.
 */
export async function buildImages(docker: DockerCli, wanted: readonly WantedImage[], report: Report): Promise<string[]> {
  const architecture = await docker.architecture();
  const work = cachePath("images", "work");
  // What an interrupted build left.
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  try {
    const packages = new Set([...COMMON_PACKAGES, ...wanted.flatMap(({ name }) => recipeOf(name).packages)]);
    const request = { packages: [...packages], architecture, cache: cachePath("images", "debian"), work: join(work, "packages") };
    const debian = fetchDebianPackages(request);
    // Whoever needs the packages sees the failure, but perhaps not before a program is built.
    debian.catch(() => undefined);
    const label = `building ${wanted.map(({ reference }) => reference).join(", ")}`;
    return await withHeartbeat(report, label, async () =>
      collect(await Promise.allSettled(wanted.map((image) => buildImage(docker, image, debian, architecture, work, report)))),
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function collect<T>(results: readonly PromiseSettledResult<T>[]): T[] {
  const problems = new Map<string, Problem>();
  for (const result of results) {
    if (result.status === "fulfilled") continue;
    const reason: unknown = result.reason;
    if (!(reason instanceof RegistryError)) throw new Error("images cannot be built", { cause: reason });
    // What is wrong with the packages is wrong for every image.
    for (const problem of reason.problems) problems.set(`${problem.path} ${problem.message}`, problem);
  }
  if (problems.size > 0) throw new RegistryError("images", [...problems.values()]);
  return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}

async function buildImage(
  docker: DockerCli,
  wanted: WantedImage,
  fetched: Promise<DebianPackages>,
  architecture: string,
  work: string,
  report: Report,
): Promise<string> {
  const start = Date.now();
  const recipe = recipeOf(wanted.name);
  const own = prefixed(report, wanted.reference);

  const programs = new Map<string, BuiltProgram>();
  for (const [path, program] of Object.entries(recipe.goPrograms)) programs.set(path, await buildGoProgram(program, own, architecture));
  for (const [path, program] of Object.entries(recipe.crates)) programs.set(path, await buildCrateProgram(program, own, architecture));
  const { tree, packages } = await assemble(join(work, wanted.name), recipe, await fetched, architecture, programs);
  const sources = [...[...programs.values()].map(({ source }) => source), ...packages.map(({ name, version }) => `${name}=${version}`)];
  const version = expectedVersion(recipe, programs, packages);
  checkVersion(wanted, version);
  const labels = {
    "org.opencontainers.image.source": recipe.source,
    "org.opencontainers.image.version": version,
    "ha-registry.built-from": sources.join(" "),
  };
  // Under a name of its own until it has run; one such name for each build, since others may build for the same engine.
  const tag = `ha-registry-draft:${wanted.name}-${randomUUID()}`;
  const archive = await packImage(join(work, `${wanted.name}-archive`), { tree, architecture, config: configOf(recipe, labels), tag });
  await docker.run("load", "--quiet", "--input", archive);
  try {
    await checkOutput(docker, tag, recipe, version);
    await docker.run("tag", tag, wanted.reference);
  } finally {
    await docker.run("rmi", tag);
  }
  own(`built ${version} in ${elapsed(start)}`);
  return await docker.imageId(wanted.reference);
}

/** The version that the image must say it has: that of its program, or the upstream part of its Debian package's version. */
function expectedVersion(recipe: ImageRecipe, programs: ReadonlyMap<string, BuiltProgram>, packages: readonly DebianPackage[]): string {
  const [program] = programs.values();
  const fromPackage = packages.find(({ name }) => name === recipe.packages[0])?.version;
  const version = program?.version ?? fromPackage?.replace(/^\d+:/, "").replace(/[-+~].*$/, "");
  if (version === undefined) throw new Error(`the recipe of ${recipe.source} has neither a program nor a package`);
  return version;
}

function checkVersion({ name, reference }: WantedImage, version: string): void {
  const { floor, floorReason } = imageTable[name];
  const tag = parseReference(reference)?.tag ?? "";
  const path = `images.references.${name}`;
  if (!isInSeries(version, tag)) {
    const message = `${reference} is not in the Docker Engine, and what can be built here is ${version}; load it with docker load, or change the tag`;
    throw new RegistryError("images", [{ path, message }]);
  }
  if (compareVersions(version, floor) < 0) {
    const message = `what can be built here is ${version}, older than ${floor}, the oldest version that is let in (${floorReason})`;
    throw new RegistryError("images", [{ path, message }]);
  }
}

/** Runs the image once: one that does not start, or tells another version, must never get the name. */
async function checkOutput(docker: DockerCli, image: string, recipe: ImageRecipe, version: string): Promise<void> {
  const [command, ...args] = recipe.versionCommand;
  const output = await docker.run("run", "--rm", "--network=none", `--entrypoint=${command}`, image, ...args);
  const actual = recipe.versionPattern.exec(output)?.[1];
  if (actual === version) return;
  const message = `the image that was built is of version ${version}, but says "${output}"`;
  throw new RegistryError("images", [{ path: [command, ...args].join(" "), message }]);
}

function configOf({ config }: ImageRecipe, labels: Readonly<Record<string, string>>): ImageConfig {
  const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  return { ...config, Env: [path, ...(config.Env ?? [])], Labels: labels };
}
