import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { runChecked } from "../command";
import type { FileTree } from "./tree";

/** How containers of an image are run by default. Field names are those of the OCI image configuration. */
export interface ImageConfig {
  User?: string;
  WorkingDir?: string;
  StopSignal?: string;
  Env?: readonly string[];
  ExposedPorts?: Readonly<Record<string, object>>;
  Volumes?: Readonly<Record<string, object>>;
  Entrypoint: readonly string[];
  Cmd: readonly string[];
  Labels?: Readonly<Record<string, string>>;
}

/** What is to be packed. */
export interface ImageContent {
  tree: FileTree;
  /** Go's name of the architecture. */
  architecture: string;
  config: ImageConfig;
  /** Repository and tag that the image has when it is loaded. */
  tag: string;
}

/**
 * Packs an image with one layer as an archive for `docker load` (`docker import` knows no stop signal). It holds no time: the same
 * content gives the same image ID anywhere. Format: Docker Image Specification v1.2, "Combined Image JSON + Filesystem Changeset".
 *
 * @param directory Empty or absent directory to pack it in.
 * @returns the archive's path.
 */
export async function packImage(directory: string, { tree, architecture, config, tag }: ImageContent): Promise<string> {
  await mkdir(directory, { recursive: true });
  const layer = join(directory, "layer.tar");
  await tree.pack(layer);
  const description = {
    architecture,
    os: "linux",
    created: "1970-01-01T00:00:00Z",
    config,
    rootfs: { type: "layers", diff_ids: [`sha256:${await sha256(layer)}`] },
    history: [{ created: "1970-01-01T00:00:00Z", created_by: "ha-registry" }],
  };
  await writeFile(join(directory, "config.json"), JSON.stringify(description));
  await writeFile(join(directory, "manifest.json"), JSON.stringify([{ Config: "config.json", RepoTags: [tag], Layers: ["layer.tar"] }]));
  const archive = join(directory, "image.tar");
  await runChecked("tar", ["--create", `--file=${archive}`, `--directory=${directory}`, "manifest.json", "config.json", "layer.tar"]);
  await rm(layer);
  return archive;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
