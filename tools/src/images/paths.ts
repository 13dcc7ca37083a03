import { join } from "node:path";

/** A file or directory that is committed under `tools/`. */
export function toolsPath(...parts: string[]): string {
  return join(__dirname, "..", "..", ...parts);
}
