import { homedir } from "node:os";
import { join, resolve } from "node:path";

/**
 * A path below the directory that holds what was built or downloaded once for all checkouts: `$HA_REGISTRY_CACHE`, else
 * `~/.cache/ha-registry`. Nothing is created.
 */
export function cachePath(...parts: string[]): string {
  const configured = process.env["HA_REGISTRY_CACHE"];
  return resolve(configured ? configured : join(homedir(), ".cache", "ha-registry"), ...parts);
}
