import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import type { AnyEnvironment } from "./environment";
import { ensurePrivateDirectory } from "./state-directory";
import type { Outputs } from "./workspace";

/** Directory of an environment's client files. */
export function clientDirectory({ stateDirectory, name }: Pick<AnyEnvironment, "stateDirectory" | "name">): string {
  return join(stateDirectory, name);
}

/**
 * Writes what clients need: `ca.crt`, and below `client/` the files for dockerd, containerd and podman, by their path below `/`. What
 * earlier runs wrote is removed.
 *
 * @returns path of the CA's certificate; undefined when clients are taken to trust the registry already.
 */
export function writeClientFiles(environment: AnyEnvironment, { caCertificatePem, clientConfig }: Outputs): string | undefined {
  const directory = clientDirectory(environment);
  rmSync(directory, { recursive: true, force: true });
  ensurePrivateDirectory(environment.stateDirectory);
  ensurePrivateDirectory(directory);
  for (const [path, content] of Object.entries(clientConfig)) {
    const file = join(directory, "client", normalize(`/${path}`));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  if (caCertificatePem === "") return undefined;
  const file = join(directory, "ca.crt");
  writeFileSync(file, caCertificatePem);
  return file;
}
