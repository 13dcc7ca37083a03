import { ImageName, parseReference, Problems, RegistryError, resolveImages, type ImagesShape, type Problem } from "ha-registry-core";

import { buildImages, whyNotBuildable, type WantedImage } from "./images/build";
import { handOver } from "./images/hand-over";
import { DockerCli } from "./images/docker";
import { cachePath } from "./cache";
import { pullImage, registryOf } from "./images/pull";
import { withLock } from "./lock";
import { prefixed, reportToStderr, type Report } from "./progress";

export type { WantedImage };

/** Where an image that is not in the Docker Engine may come from. */
export enum ImageSource {
  /** Pulled; built if that fails. */
  Auto = "auto",
  /** Pulled, or it is an error. */
  Pull = "pull",
  /** Built; no registry is asked. */
  Build = "build",
}

/** What every registry needs. */
const basicImages: readonly ImageName[] = [ImageName.Registry, ImageName.Haproxy, ImageName.Redis];

/** Which images, and for which Docker Engine. */
export interface EnsureImagesOptions {
  /** Images that are wanted. @default - what every registry needs */
  names?: readonly ImageName[];
  /** Mirror and references. @default - the image table's */
  images?: ImagesShape;
  /** Address of the Docker Engine. @default - DOCKER_HOST, or the current docker context */
  dockerHost?: string;
  /** Where absent images come from. @default - HA_REGISTRY_IMAGES, or ImageSource.Auto */
  source?: ImageSource;
  /** Takes progress. @default - standard error */
  report?: Report;
}

/** An image that is in the Docker Engine. */
export interface EnsuredImage extends WantedImage {
  /** Image ID, `sha256:…`. */
  id: string;
  /** How it came there. */
  origin: "present" | "pulled" | "built";
}

/**
 * Makes sure that the Docker Engine has the images under their references. Those that are there stay as they are; others are pulled,
 * or built from Debian packages, Go modules and crates where no registry has them. Many processes may do so at once: one works, the others
 * wait for it.
 *
 * @returns the images, in the order of `names`.
 * @throws {RegistryError} when the references are wrong, the Docker Engine does not answer, or an image is to be had in no way.
 */
export async function ensureImages(options: EnsureImagesOptions = {}): Promise<EnsuredImage[]> {
  const { report = reportToStderr } = options;
  const wanted = wantedImages(options);
  const docker = new DockerCli(options.dockerHost);

  const present = await findPresent(docker, wanted);
  if (present.length === wanted.length) return present;
  return await alone(() => obtain(docker, wanted, options.source ?? sourceFromEnvironment(), report), report);
}

/** A Docker Engine among several. */
export interface NamedEngine {
  /** Name of its host, for progress. */
  name: string;
  /** The engine. */
  docker: DockerCli;
}

/**
 * Makes sure that each of several Docker Engines has the images. What a registry has is pulled by each of them; anything else is built once,
 * by this machine's own engine or by one of them, and handed to the others.
 *
 * @throws {RegistryError} when the references are wrong, an engine does not answer, or an image is to be had in no way.
 */
export async function ensureImagesOn(
  engines: readonly NamedEngine[],
  options: Omit<EnsureImagesOptions, "dockerHost"> = {},
): Promise<void> {
  const { report = reportToStderr, source = sourceFromEnvironment() } = options;
  const wanted = wantedImages(options);
  const without = async ({ docker }: NamedEngine): Promise<WantedImage[]> => absentFrom(wanted, await findPresent(docker, wanted));
  const counts = await Promise.all(engines.map(async (engine) => (await without(engine)).length));
  if (counts.every((count) => count === 0)) return;

  await alone(async () => {
    const lacking = await Promise.all(
      engines.map(async (engine) => {
        const absent = await without(engine);
        const { pulled, failures } = await pullAll(
          engine.docker,
          source === ImageSource.Build ? [] : absent,
          prefixed(report, engine.name),
        );
        return { engine, absent: absentFrom(absent, pulled), failures };
      }),
    );
    if (source === ImageSource.Pull) throwIfAny(lacking.flatMap(({ absent, failures }) => whyNotAll(absent, source, failures)));
    const failures = new Map(lacking.flatMap((each) => [...each.failures]));
    await handOver(lacking, { engines, wanted, build: (docker, images) => build(docker, images, source, failures, report), report });
  }, report);
}

function wantedImages({ names = basicImages, images }: EnsureImagesOptions): WantedImage[] {
  const problems = new Problems();
  const references = resolveImages(images, problems);
  problems.throwIfAny("images");
  return names.map((name) => ({ name, reference: references[name] }));
}

/** Does what only one process at a time may do. */
async function alone<T>(work: () => Promise<T>, report: Report): Promise<T> {
  return await withLock(cachePath("images.lock"), "the images", work, report);
}

/**
 * Gives an image one more tag in its repository, as a test needs that rolls "another" image of the same version.
 *
 * @param reference Image that is in the Docker Engine, named by repository and tag.
 * @returns the new reference.
 * @throws {RegistryError} when the image is not there, or `reference` has no repository.
 */
export async function tagImage(reference: string, tag: string, dockerHost?: string): Promise<string> {
  const repository = parseReference(reference)?.repository;
  if (repository === undefined) throw new RegistryError("images", [{ path: reference, message: "names no repository to put a tag in" }]);
  await new DockerCli(dockerHost).run("tag", reference, `${repository}:${tag}`);
  return `${repository}:${tag}`;
}

function sourceFromEnvironment(): ImageSource {
  const given = process.env.HA_REGISTRY_IMAGES || ImageSource.Auto;
  const source = Object.values(ImageSource).find((candidate) => candidate === given);
  if (source === undefined) {
    const message = `"${given}" is none of ${Object.values(ImageSource).join(", ")}`;
    throw new RegistryError("environment", [{ path: "HA_REGISTRY_IMAGES", message }]);
  }
  return source;
}

async function findPresent(docker: DockerCli, wanted: readonly WantedImage[]): Promise<EnsuredImage[]> {
  const ids = await docker.imageIds(wanted.map(({ reference }) => reference));
  return wanted.flatMap((image, i): EnsuredImage[] => {
    const id = ids[i];
    return id === undefined ? [] : [{ ...image, id, origin: "present" }];
  });
}

async function obtain(docker: DockerCli, wanted: readonly WantedImage[], source: ImageSource, report: Report): Promise<EnsuredImage[]> {
  // Another process may have got them while this one waited.
  const found = await findPresent(docker, wanted);
  const absent = absentFrom(wanted, found);
  const { pulled, failures } = await pullAll(docker, source === ImageSource.Build ? [] : absent, report);
  const missing = absentFrom(absent, pulled);
  const ids = await build(docker, missing, source, failures, report);
  const built = missing.map((image, i): EnsuredImage => ({ ...image, id: ids[i] ?? "", origin: "built" }));
  const all = [...found, ...pulled, ...built];
  return wanted.flatMap(({ name }) => all.filter((image) => image.name === name));
}

/** Builds what cannot be pulled, unless that is not possible or not wanted. */
async function build(
  docker: DockerCli,
  images: readonly WantedImage[],
  source: ImageSource,
  failures: ReadonlyMap<WantedImage, string>,
  report: Report,
): Promise<string[]> {
  throwIfAny(whyNotAll(images, source, failures));
  return images.length > 0 ? await buildImages(docker, images, report) : [];
}

function throwIfAny(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new RegistryError("images", problems);
}

function whyNotAll(images: readonly WantedImage[], source: ImageSource, failures: ReadonlyMap<WantedImage, string>): Problem[] {
  return images.flatMap((image) => whyNot(image, source, failures.get(image)) ?? []);
}

/** Why an absent image cannot be had; undefined when it can be built. `failure` is what came of pulling it, if that was tried. */
function whyNot(image: WantedImage, source: ImageSource, failure: string | undefined): Problem | undefined {
  if (source === ImageSource.Pull) {
    return { path: `images.references.${image.name}`, message: `${image.reference} cannot be pulled: ${failure}` };
  }
  const problem = whyNotBuildable(image);
  if (problem === undefined || failure === undefined) return problem;
  return { ...problem, message: `${problem.message} (pulling it: ${failure})` };
}

/** Pulls what can be pulled. A registry that did not answer once is not asked again. */
async function pullAll(
  docker: DockerCli,
  images: readonly WantedImage[],
  report: Report,
): Promise<{ pulled: EnsuredImage[]; failures: Map<WantedImage, string> }> {
  const unreachable = new Map<string, string>();
  const failures = new Map<WantedImage, string>();
  const pulled: EnsuredImage[] = [];
  for (const image of images) {
    if (parseReference(image.reference)?.id !== undefined) {
      failures.set(image, "no registry knows image IDs");
      continue;
    }
    const registry = registryOf(image.reference);
    const known = unreachable.get(registry);
    const outcome =
      known === undefined ? await pullImage(docker, image.reference, report) : { kind: "unreachable" as const, reason: known };
    if (outcome.kind === "pulled") {
      pulled.push({ ...image, id: await docker.imageId(image.reference), origin: "pulled" });
      continue;
    }
    failures.set(image, outcome.reason);
    if (outcome.kind === "unreachable") unreachable.set(registry, outcome.reason);
    if (known === undefined) report(`${image.reference} cannot be pulled: ${outcome.reason}`);
  }
  return { pulled, failures };
}

function absentFrom(images: readonly WantedImage[], others: readonly WantedImage[]): WantedImage[] {
  return images.filter(({ name }) => !others.some((other) => other.name === name));
}
