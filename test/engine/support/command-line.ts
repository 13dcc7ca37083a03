import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, parseDocument } from "yaml";
import type { ClientOptions } from "./http-client";
import { runProgram } from "./program";

const checkout = resolve(__dirname, "..", "..", "..", "..");

/** The program. */
export const program = join(checkout, "stacks", "bin", "ha-registry.js");

/** A command that has been started. */
export interface Started {
  child: ChildProcess;
  /** What it has written to standard error so far. */
  told(): string;
  end: Promise<{ code: number; stdout: string; stderr: string }>;
}

/** What `outputs --json` prints. */
export interface PrintedOutputs {
  endpoint: string;
  authority: string;
  hostname: string;
  caCertificatePem: string;
  credentials: { username: string; password: string };
}

/**
 * The command line `ha-registry` with a project, an environment and a state of its own, all in one directory. `end` has to be called
 * whatever happens.
 */
export class CommandLine {
  /** Directory of all of it. */
  readonly directory: string;
  /** Directory of `Pulumi.yaml`. */
  readonly project: string;
  /** The environment's file. */
  readonly configFile: string;
  /** Directory of Pulumi's state. */
  readonly backend: string;
  /** Directory with client files, and the state of `local`. */
  readonly state: string;
  readonly environment: NodeJS.ProcessEnv;

  /** @param name Name of the environment, which nothing else on the machine may have. */
  constructor(readonly name: string) {
    this.directory = mkdtempSync(join(tmpdir(), `${name}-`));
    this.project = join(this.directory, "project");
    this.configFile = join(this.project, "stacks", "config", `Pulumi.${name}.yaml`);
    this.backend = join(this.directory, "backend");
    this.state = join(this.directory, "state", "ha-registry");
    this.environment = {
      ...process.env,
      XDG_STATE_HOME: join(this.directory, "state"),
      PULUMI_CONFIG_PASSPHRASE_FILE: join(this.directory, "passphrase"),
    };
    for (const variable of ["PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"]) delete this.environment[variable];
    mkdirSync(join(this.project, "stacks"), { recursive: true });
    mkdirSync(this.backend);
    cpSync(join(checkout, "Pulumi.yaml"), join(this.project, "Pulumi.yaml"));
    cpSync(join(checkout, "stacks", "config"), join(this.project, "stacks", "config"), {
      recursive: true,
      filter: (path) => !/Pulumi\.\w+\.yaml$/.test(path),
    });
    for (const part of ["package.json", "dist"]) symlinkSync(join(checkout, "stacks", part), join(this.project, "stacks", part));
    writeFileSync(join(this.directory, "passphrase"), randomBytes(24).toString("base64"), { mode: 0o600 });
    writeFileSync(this.configFile, `config:\n  ha-registry:backend: file://${this.backend}\n`);
  }

  /** Writes the registry's part of the environment's file, as a user does, and leaves the rest as it is. */
  configure(registry: object): void {
    const file = parseDocument(readFileSync(this.configFile, "utf8"));
    file.setIn(["config", "ha-registry:registry"], file.createNode(registry));
    writeFileSync(this.configFile, file.toString());
  }

  /** The registry's part of the environment's file. */
  registry(): Record<string, unknown> {
    const { config } = parse(readFileSync(this.configFile, "utf8")) as { config: Record<string, Record<string, unknown>> };
    return config["ha-registry:registry"] ?? {};
  }

  /** Starts a command as the leader of a process group. */
  start(...args: string[]): Started {
    const child = spawn(process.execPath, [program, "-C", this.project, ...args], {
      env: this.environment,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const end = once(child, "close").then(([code]: unknown[]) => ({ code: code === null ? -1 : Number(code), stdout, stderr }));
    return { child, told: () => stderr, end };
  }

  /** Runs a command to its end, which has to be `code`. */
  async run(code: number, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
    const ended = await this.start(...args).end;
    assert.equal(ended.code, code, `${args.join(" ")}\n${ended.stdout}${ended.stderr}`);
    return ended;
  }

  /** Encrypts a secret into the environment's file. */
  async secret(key: string, value: string): Promise<void> {
    const options = { environment: this.environment, input: value };
    await runProgram(process.execPath, [program, "-C", this.project, "secret", this.name, key], options);
  }

  /** What the registry exports, secrets in plain text. */
  async outputs(): Promise<PrintedOutputs> {
    return JSON.parse((await this.run(0, "outputs", this.name, "--json")).stdout) as PrintedOutputs;
  }

  /** A client's view of the registry. */
  async client(): Promise<ClientOptions> {
    const { endpoint, caCertificatePem, credentials } = await this.outputs();
    return { endpoint, caPem: caCertificatePem, ...credentials };
  }

  /** Resources of the state, as it lies in the backend. */
  resources(): { urn: string; id?: string; type: string }[] {
    const file = filesBelow(join(this.backend, ".pulumi", "stacks")).find((path) => path.endsWith(`/${this.name}.json`));
    if (file === undefined) return [];
    const state = JSON.parse(readFileSync(file, "utf8")) as {
      checkpoint: { latest?: { resources?: { urn: string; id?: string; type: string }[] } };
    };
    return state.checkpoint.latest?.resources ?? [];
  }

  /** Removes the directory. */
  end(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Waits until a started command has told `what`. */
export async function untilTold(started: Started, what: RegExp): Promise<void> {
  const ended = started.end.then(() => true);
  while (!what.test(started.told())) {
    const over = await Promise.race([ended, sleep(50, false)]);
    assert.ok(!over, `it ended without telling ${String(what)}:\n${started.told()}`);
  }
}

/** Files below a directory. */
export function filesBelow(root: string): string[] {
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).map((path) => join(root, path));
  return paths.filter((path) => statSync(path).isFile());
}
