import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { RegistryError } from "ha-registry-core";

const run = promisify(execFile);

/** Runs the `docker` command line against one Docker Engine. */
export class DockerCli {
  readonly #options: readonly string[];

  /**
   * @param host Address of the engine, as `unix:///run/docker.sock` or `ssh://user@host`.
   * @default - DOCKER_HOST, or the current docker context
   */
  constructor(readonly host?: string) {
    this.#options = host === undefined ? [] : ["--host", host];
  }

  /** The arguments for `docker`, with the engine's address put first. */
  args(...args: string[]): string[] {
    return [...this.#options, ...args];
  }

  /**
   * Runs `docker <args>` and returns its standard output, trimmed.
   *
   * @throws {RegistryError} when the command is missing, the engine does not answer or the command fails.
   */
  async run(...args: string[]): Promise<string> {
    try {
      return (await run("docker", this.args(...args), { maxBuffer: 64 << 20 })).stdout.trim();
    } catch (error) {
      throw new RegistryError("images", [explain(error, args)]);
    }
  }

  /** The ID of the image that `reference` names in the engine; undefined when it is not there. */
  async imageId(reference: string): Promise<string | undefined> {
    return (await this.imageIds([reference])).at(0);
  }

  /**
   * The IDs of images in the order of `references`, undefined for those that are not there. One call when all are there.
   *
   * @throws {RegistryError} when the engine does not answer.
   */
  async imageIds(references: readonly string[]): Promise<(string | undefined)[]> {
    if (references.length === 0) return [];
    try {
      const { stdout } = await run("docker", this.args("image", "inspect", "--format", "{{.Id}}", ...references));
      return stdout.trim().split("\n");
    } catch (error) {
      if (!/no such image/i.test(stderrOf(error))) throw new RegistryError("images", [explain(error, ["image", "inspect"])]);
      if (references.length === 1) return [undefined];
      return (await Promise.all(references.map((reference) => this.imageIds([reference])))).flat();
    }
  }
}

/** Standard error of a command that failed, or the failure itself. */
export function stderrOf(error: unknown): string {
  if (error instanceof Error && "stderr" in error && typeof error.stderr === "string" && error.stderr !== "") return error.stderr.trim();
  return error instanceof Error ? error.message : String(error);
}

function explain(error: unknown, args: readonly string[]): { path: string; message: string } {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") {
    return { path: "docker", message: "there is no docker command on PATH; install Docker (on Debian: the package docker.io)" };
  }
  const reason = stderrOf(error);
  if (/cannot connect to the docker daemon|failed to connect to the docker api|permission denied.*docker/i.test(reason)) {
    return { path: "docker", message: `the Docker Engine does not answer (${reason}); start it, or name another one with DOCKER_HOST` };
  }
  return { path: `docker ${args.slice(0, 2).join(" ")}`, message: reason };
}
