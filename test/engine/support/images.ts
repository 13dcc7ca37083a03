import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, mkdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { digestOf, pseudoRandom } from "./bodies";
import { runProgram } from "./program";

/** An image that is on disk in the forms that clients send: its layer as a tar, and all of it as an OCI layout. */
export interface TestImage {
  /** Tar with one file, for `docker import`. */
  layer: string;
  /** OCI layout whose only image has that layer, uncompressed; tag `latest`. */
  layout: string;
  /** Digest of the manifest in the layout. */
  digest: string;
}

/**
 * Makes an image with one layer of incompressible data.
 *
 * @param directory Where it is put, a new directory.
 * @param bytes Size of the file in the layer.
 * @param seed Images of different seeds share nothing.
 */
export function makeImage(directory: string, bytes: number, seed: number): Promise<TestImage> {
  return makeImageOf(directory, pseudoRandom(bytes, seed));
}

/**
 * Makes an image with one file, `/data`.
 *
 * @param directory Where it is put, a new directory.
 * @param content What is in the file; it may be a static program.
 */
export async function makeImageOf(directory: string, content: Buffer): Promise<TestImage> {
  const blobs = path.join(directory, "layout", "blobs", "sha256");
  await mkdir(blobs, { recursive: true });
  const layer = path.join(directory, "layer.tar");
  await writeFile(path.join(directory, "data"), content, { mode: 0o755 });
  await runProgram("tar", ["--create", "--file", layer, "--mtime", "@0", "--owner", "0", "--group", "0", "--directory", directory, "data"]);
  await rm(path.join(directory, "data"));

  const put = async (content: object): Promise<{ digest: string; size: number }> => {
    const bytesOf = Buffer.from(JSON.stringify(content));
    const digest = digestOf(createHash("sha256").update(bytesOf));
    await writeFile(path.join(blobs, digest.slice("sha256:".length)), bytesOf);
    return { digest, size: bytesOf.length };
  };
  const layerDigest = await fileDigest(layer);
  await copyFile(layer, path.join(blobs, layerDigest.slice("sha256:".length)));
  const config = await put({ architecture: "amd64", os: "linux", config: {}, rootfs: { type: "layers", diff_ids: [layerDigest] } });
  const manifest = await put({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest: layerDigest, size: (await stat(layer)).size }],
  });
  const layout = path.join(directory, "layout");
  await writeFile(path.join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  const entry = { mediaType: "application/vnd.oci.image.manifest.v1+json", ...manifest };
  const index = { schemaVersion: 2, manifests: [{ ...entry, annotations: { "org.opencontainers.image.ref.name": "latest" } }] };
  await writeFile(path.join(layout, "index.json"), JSON.stringify(index));
  return { layer, layout, digest: manifest.digest };
}

/** Digest of a file's bytes. */
export async function fileDigest(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return digestOf(hash);
}
