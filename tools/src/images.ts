import { ImageName, parseReference, Problems, RegistryError, resolveImages, type ImagesShape, type Problem } from "ha-registry-core";

import { buildImages, whyNotBuildable, type WantedImage } from "./images/build";
import { DockerCli } from "./images/docker";
import { cachePath } from "./cache";
import { pullImage, registryOf } from "./images/pull";
import { withLock } from "./lock";
import { reportToStderr, type Report } from "./progress";

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

/** Which images, and for which Docker Engine. */
export interface EnsureImagesOptions {
  /** Images that are wanted. @default - those of a registry without a store of its own: Garage takes minutes to build */
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
  const { names = [ImageName.Registry, ImageName.Haproxy, ImageName.Redis], report = reportToStderr } = options;
  const problems = new Problems();
  const references = resolveImages(options.images, problems);
  problems.throwIfAny("images");
  const wanted = names.map((name) => ({ name, reference: references[name] }));
  const docker = new DockerCli(options.dockerHost);

  const present = await findPresent(docker, wanted);
  if (present.length === wanted.length) return present;
  const lock = cachePath("images.lock");
  return await withLock(lock, "the images", () => obtain(docker, wanted, options.source ?? sourceFromEnvironment(), report), report);
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
  const absent = without(wanted, found);
  const { pulled, failures } = await pullAll(docker, source === ImageSource.Build ? [] : absent, report);
  const missing = without(absent, pulled);
  const problems = missing.flatMap((image) => whyNot(image, source, failures.get(image)) ?? []);
  if (problems.length > 0) throw new RegistryError("images", problems);

  const ids = missing.length > 0 ? await buildImages(docker, missing, report) : [];
  const built = missing.map((image, i): EnsuredImage => ({ ...image, id: ids[i] ?? "", origin: "built" }));
  const all = [...found, ...pulled, ...built];
  return wanted.flatMap(({ name }) => all.filter((image) => image.name === name));
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

function without(images: readonly WantedImage[], others: readonly WantedImage[]): WantedImage[] {
  return images.filter(({ name }) => !others.some((other) => other.name === name));
}
