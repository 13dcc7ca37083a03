import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

import { parseReference, RegistryError } from "ha-registry-core";

import { lastLines } from "../command";
import { prefixed, withHeartbeat, type Report } from "../progress";
import type { WantedImage } from "./build";
import { DockerCli } from "./docker";

/** An engine, and the images that it lacks. */
export interface Lacking {
  engine: { name: string; docker: DockerCli };
  absent: readonly WantedImage[];
}

/** Where images come from that no registry has. */
export interface HandOverOptions {
  /** Every engine, also those that lack nothing. */
  engines: readonly { name: string; docker: DockerCli }[];
  /** Every image. */
  wanted: readonly WantedImage[];
  /** Builds images in an engine. */
  build: (docker: DockerCli, images: readonly WantedImage[]) => Promise<unknown>;
  report: Report;
}

/**
 * Gives engines what they lack: from an engine that has it, of the same architecture; what none has is built first, once. This machine's own
 * engine is asked too, where it has one.
 */
export async function handOver(lacking: readonly Lacking[], { engines, wanted, build, report }: HandOverOptions): Promise<void> {
  const needy = lacking.filter(({ absent }) => absent.length > 0);
  if (needy.length === 0) return;
  const own = { name: "this machine", docker: new DockerCli() };
  const known = await Promise.all([own, ...engines].map(async (engine) => inspect(engine.docker, wanted)));
  const givers = known.filter((giver) => giver !== undefined);

  for (const { engine, absent } of needy) {
    const architecture = await engine.docker.architecture();
    const alike = givers.filter((giver) => giver.architecture === architecture);
    const unknown = absent.filter(({ reference }) => !alike.some(({ has }) => has.has(reference)));
    const builder = alike[0];
    if (builder !== undefined && unknown.length > 0) {
      await build(builder.docker, unknown);
      for (const { reference } of unknown) builder.has.add(reference);
    }
    for (const { reference } of absent) {
      const giver = alike.find(({ has }) => has.has(reference));
      if (giver !== undefined) await copyImage(giver.docker, engine.docker, reference, prefixed(report, engine.name));
    }
  }
}

/** What an engine could give; undefined when it does not answer. */
async function inspect(
  docker: DockerCli,
  wanted: readonly WantedImage[],
): Promise<{ docker: DockerCli; architecture: string; has: Set<string> } | undefined> {
  try {
    const ids = await docker.imageIds(wanted.map(({ reference }) => reference));
    const has = wanted.flatMap(({ reference }, i) => (ids[i] === undefined || !isPortable(reference) ? [] : [reference]));
    return { docker, architecture: await docker.architecture(), has: new Set(has) };
  } catch {
    return undefined;
  }
}

/** A digest is what a registry calls an image: an engine that did not pull it does not know it by that. */
function isPortable(reference: string): boolean {
  return parseReference(reference)?.digest === undefined;
}

/** Copies an image from one engine to another, through this machine but not its disk. */
async function copyImage(from: DockerCli, to: DockerCli, reference: string, report: Report): Promise<void> {
  const id = await from.imageId(reference);
  const [there] = await to.imageIds([reference]);
  if (there === id) return;
  const [known] = await to.imageIds([id]);
  if (known !== undefined) {
    await to.run("tag", id, reference);
    return;
  }
  await withHeartbeat(report, `getting ${reference}`, () => stream(from, to, reference));
  report(`${reference} is there`);
}

async function stream(from: DockerCli, to: DockerCli, reference: string): Promise<void> {
  const save = spawn("docker", ["save", reference], { env: { ...process.env, ...from.environment }, stdio: ["ignore", "pipe", "pipe"] });
  const load = spawn("docker", ["load", "--quiet"], { env: { ...process.env, ...to.environment }, stdio: ["pipe", "ignore", "pipe"] });
  const [told, complained] = [text(save.stderr), text(load.stderr)];
  const ended = Promise.all([once(save, "close"), once(load, "close")]);
  // Whichever side breaks says why itself.
  await pipeline(save.stdout, load.stdin).catch(() => undefined);
  const [[saved], [loaded]] = (await ended) as [unknown[], unknown[]];
  if (saved === 0 && loaded === 0) return;
  const reason = lastLines(`${await told}\n${await complained}`, 3) || "it was broken off";
  throw new RegistryError("images", [{ path: reference, message: `could not be handed to ${to.dockerHost}: ${reason}` }]);
}
