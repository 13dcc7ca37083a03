import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, linkSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { RegistryError } from "ha-registry-core";

/**
 * Where state, passphrase and client files are kept: `$XDG_STATE_HOME/ha-registry`, else `~/.local/state/ha-registry`. The home directory is
 * the user database's, not `$HOME`: Pulumi reads `~` in a project's backend URL that way, and both have to find the same state.
 */
export function stateDirectory(): string {
  const configured = process.env["XDG_STATE_HOME"];
  if (configured !== undefined && isAbsolute(configured)) return join(configured, "ha-registry");
  return join(homeOfUser(), ".local", "state", "ha-registry");
}

function homeOfUser(): string {
  try {
    return userInfo().homedir;
  } catch {
    return homedir(); // a container may run under a number that the user database does not know
  }
}

/** Makes a directory that nobody else may look into, or closes it if it is there. */
export function ensurePrivateDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
}

/** Path of the file with the passphrase of `local`, whether it is there or not. */
export function passphrasePath(directory: string): string {
  return join(directory, "passphrase");
}

/**
 * The file with the passphrase of the environment `local`; generated at the first call, and never changed after: it is the only key to the
 * secrets in the state.
 *
 * @param directory State directory, which exists.
 * @throws {RegistryError} when there is state already but the file is gone.
 */
export function ensurePassphrase(directory: string): string {
  const file = passphrasePath(directory);
  if (existsSync(file)) return file;
  const stacks = join(directory, ".pulumi", "stacks");
  if (existsSync(stacks) && readdirSync(stacks, { recursive: true }).some((name) => String(name).endsWith("/local.json"))) {
    throw new RegistryError(file, [
      { path: "passphrase", message: `is gone, and nothing else opens the secrets in ${stacks}: bring the file back from a backup` },
    ]);
  }
  // Written aside and linked: whoever sees the file sees all of it, and of two processes at once one wins.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    rmSync(draft);
  }
  return file;
}
