import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { RegistryError, type Problem } from "ha-registry-core";

import { cachePath } from "../cache";
import { CommandError, findExecutable, runChecked, runCommand, type CommandResult, type CommandOptions } from "../command";

/** How long the Docker Engine may take to say what images it has, in milliseconds. */
const INSPECT_TIMEOUT_MS = 60_000;

/** How long a question to the Docker Engine may take, in milliseconds. */
const ASK_TIMEOUT_MS = 60_000;

/** Where a Docker Engine is, and how it is reached. */
export interface EngineAddress {
  /** As `unix:///run/docker.sock`, `ssh://user@host` or `tcp://host:2376`. */
  dockerHost: string;
  /** Directory with `ca.pem`, `cert.pem` and `key.pem`. @default - what DOCKER_CERT_PATH says, as for Docker's own programs */
  certificatesPath?: string;
  /** Options of the ssh command. @default - none */
  sshOptions?: readonly string[];
}

/** Runs the `docker` command line against one Docker Engine. */
export class DockerCli {
  /** Variables that lead the `docker` command to the engine. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Address of the engine; empty for the one of the current docker context. */
  readonly dockerHost: string;

  /**
   * @param address The engine, or its `dockerHost` alone.
   * @default - DOCKER_HOST, or the current docker context
   */
  constructor(address?: EngineAddress | string) {
    const given = typeof address === "string" ? { dockerHost: address } : address;
    this.environment = given === undefined ? {} : variablesFor(given);
    this.dockerHost = given?.dockerHost ?? process.env["DOCKER_HOST"] ?? "";
  }

  /** Whether the engine is at a socket of this machine: what it has on its disk may be looked at. */
  get isAtSocket(): boolean {
    return /^(unix:|$)/.test(this.dockerHost);
  }

  /**
   * Runs `docker <args>` and returns its standard output, trimmed. It may take as long as it likes.
   *
   * @throws {RegistryError} when the command is missing, the engine does not answer or the command fails.
   */
  async run(...args: string[]): Promise<string> {
    const result = await this.finish(...args);
    if (result.code !== 0) throw failure(args, result);
    return result.stdout.trim();
  }

  /**
   * Runs `docker <args>`, which has to answer within a minute, and returns its standard output.
   *
   * @throws {CommandError} when it fails.
   */
  async ask(...args: string[]): Promise<string> {
    return (await runChecked("docker", args, { environment: this.environment, timeoutMs: ASK_TIMEOUT_MS })).stdout;
  }

  /** Runs `docker <args>` to its end, whatever that is. It may take as long as it likes. */
  async finish(...args: string[]): Promise<CommandResult> {
    return await this.follow({}, ...args);
  }

  /** The same, with something to read for it, and somebody who gets each line of standard error as it comes. */
  async follow(options: Pick<CommandOptions, "input" | "onErrorLine">, ...args: string[]): Promise<CommandResult> {
    return await runCommand("docker", args, { ...options, environment: this.environment });
  }

  /** Runs `docker <args>`, which has to answer within a minute, to its end, whatever that is. */
  async attempt(...args: string[]): Promise<CommandResult> {
    return await runCommand("docker", args, { environment: this.environment, timeoutMs: ASK_TIMEOUT_MS });
  }

  /**
   * Runs `docker <args>` and gives its standard output as it comes, byte for byte: for what is too large to be kept.
   *
   * @throws {CommandError} at its end, when it failed.
   */
  async *stream(...args: string[]): AsyncGenerator<Buffer, void> {
    const child = spawn("docker", args, { env: { ...process.env, ...this.environment }, stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const ended = new Promise<number>((resolve) => {
      child.once("error", (error) => {
        stderr += error.message;
        resolve(-1);
      });
      child.once("close", (code) => resolve(code ?? -1));
    });
    for await (const chunk of child.stdout) yield chunk as Buffer;
    const code = await ended;
    if (code !== 0) throw new CommandError(["docker", ...args].join(" "), { code, stdout: "", stderr });
  }

  /**
   * The IDs of images in the order of `references`, undefined for those that are not there. One call when all are there.
   *
   * @throws {RegistryError} when the engine does not answer.
   */
  async imageIds(references: readonly string[]): Promise<(string | undefined)[]> {
    if (references.length === 0) return [];
    const args = ["image", "inspect", "--format", "{{.Id}}", ...references];
    const result = await runCommand("docker", args, { environment: this.environment, timeoutMs: INSPECT_TIMEOUT_MS });
    if (result.code === 0) return result.stdout.trim().split("\n");
    if (!/no such image/i.test(result.stderr)) throw failure(args, result);
    if (references.length === 1) return [undefined];
    return (await Promise.all(references.map((reference) => this.imageIds([reference])))).flat();
  }

  /** The ID of an image that is in the engine. @throws {RegistryError} when it is not. */
  async imageId(reference: string): Promise<string> {
    return await this.run("image", "inspect", "--format", "{{.Id}}", reference);
  }

  /** What the engine's programs are compiled for, as `amd64`. */
  async architecture(): Promise<string> {
    return await this.run("version", "--format", "{{.Server.Arch}}");
  }
}

/** What the docker command reads; the Docker provider takes the same three as arguments. */
function variablesFor({ dockerHost, certificatesPath, sshOptions = [] }: EngineAddress): Record<string, string | undefined> {
  const encrypted = certificatesPath === undefined ? {} : { DOCKER_CERT_PATH: certificatesPath, DOCKER_TLS_VERIFY: "1" };
  const plain = dockerHost.startsWith("tcp:") ? {} : { DOCKER_CERT_PATH: undefined, DOCKER_TLS_VERIFY: undefined, DOCKER_TLS: undefined };
  const ssh = dockerHost.startsWith("ssh:") && sshOptions.length > 0 ? { PATH: `${sshWith(sshOptions)}:${process.env["PATH"] ?? ""}` } : {};
  return { DOCKER_HOST: dockerHost, ...plain, ...encrypted, ...ssh };
}

/** A directory with an `ssh` that takes these options first: the docker command has no way to hand any over. */
function sshWith(options: readonly string[]): string {
  const ssh = findExecutable("ssh") ?? "ssh";
  const quoted = [ssh, ...options].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  const script = `#!/bin/sh\nexec ${quoted.join(" ")} "$@"\n`;
  const directory = cachePath("ssh", createHash("sha256").update(script).digest("hex").slice(0, 16));
  const file = join(directory, "ssh");
  if (existsSync(file)) return directory;
  mkdirSync(directory, { recursive: true });
  const draft = `${file}.${process.pid}`; // another process may be about to run the file
  writeFileSync(draft, script);
  chmodSync(draft, 0o700);
  renameSync(draft, file);
  return directory;
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
