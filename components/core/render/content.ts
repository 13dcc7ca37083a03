import { createHash } from "node:crypto";

/** Where services find their files: the volume of files is mounted here, read-only. */
export const filesDirectory = "/files";

/**
 * Path of a file whose directory follows from its content, so that a changed file never replaces one that is being read, and equal
 * content keeps its path.
 *
 * @param name File name, as `haproxy.cfg`.
 * @param content What the file holds.
 * @returns `/files/<first 16 hexadecimal digits of the SHA-256 of content>/<name>`.
 */
export function contentPath(name: string, content: string): string {
  return `${filesDirectory}/${createHash("sha256").update(content).digest("hex").slice(0, 16)}/${name}`;
}
