import { RegistryError, type Problem } from "ha-registry-core";

import { findExecutable, runCommand, type CommandResult } from "../command";

/** How long the Docker Engine may take to say what images it has, in milliseconds. */
const INSPECT_TIMEOUT_MS = 60_000;

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
    const result = await runCommand("docker", this.args(...args));
    if (result.code !== 0) throw failure(args, result);
    return result.stdout.trim();
  }

  /**
   * The IDs of images in the order of `references`, undefined for those that are not there. One call when all are there.
   *
   * @throws {RegistryError} when the engine does not answer.
   */
  async imageIds(references: readonly string[]): Promise<(string | undefined)[]> {
    if (references.length === 0) return [];
    const args = ["image", "inspect", "--format", "{{.Id}}", ...references];
    const result = await runCommand("docker", this.args(...args), { timeoutMs: INSPECT_TIMEOUT_MS });
    if (result.code === 0) return result.stdout.trim().split("\n");
    if (!/no such image/i.test(result.stderr)) throw failure(args, result);
    if (references.length === 1) return [undefined];
    return (await Promise.all(references.map((reference) => this.imageIds([reference])))).flat();
  }

  /** The ID of an image that is in the engine. @throws {RegistryError} when it is not. */
  async imageId(reference: string): Promise<string> {
    return await this.run("image", "inspect", "--format", "{{.Id}}", reference);
  }
}

function failure(args: readonly string[], { code, stderr, stdout }: CommandResult): RegistryError {
  // The command says the same once for each image that it was asked for.
  const lines = new Set((stderr || stdout).trim().split("\n"));
  return new RegistryError("images", [explain(args, [...lines].join("\n") || `ended with code ${code} and said nothing`)]);
}

function explain(args: readonly string[], reason: string): Problem {
  if (findExecutable("docker") === undefined) {
    return { path: "docker", message: "there is no docker command on PATH; install Docker (on Debian: the package docker.io)" };
  }
  if (/cannot connect to the docker daemon|failed to connect to the docker api|permission denied.*docker/i.test(reason)) {
    return { path: "docker", message: `the Docker Engine does not answer (${reason}); start it, or name another one with DOCKER_HOST` };
  }
  return { path: `docker ${args.slice(0, 2).join(" ")}`, message: reason };
}
