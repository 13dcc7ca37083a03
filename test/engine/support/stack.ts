import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before } from "node:test";
import { LocalWorkspace, type OpMap, type Stack, type UpResult } from "@pulumi/pulumi/automation";
import { imagesOf, resolveTopology } from "ha-registry-core";
import { Registry, type RegistryArgs } from "ha-registry-docker";
import { ensureImages } from "ha-registry-tools";
import { Docker } from "./docker";
import type { ClientOptions } from "./http-client";
import { onInterrupt } from "./interrupt";
import { createLocalStack } from "./local-stack";
import { LogCollector } from "./log-collector";
import { freshName } from "./names";
import { freePorts } from "./ports";
import { runProgram } from "./program";

/** How a test's registry is made. */
export interface StartOptions {
  /** Arguments beside those that every test's registry has (free ports, no data protection). */
  args?: RegistryArgs;
  /** Address of the Docker Engine, where `args.hosts` tells none. @default the machine's own */
  dockerHost?: string;
}

/** What the registry exports, secrets in plain text. */
export interface Outputs {
  endpoint: string;
  authority: string;
  hostname: string;
  caCertificatePem: string;
  metricsEndpoint: string;
  credentials: { username: string; password: string };
}

const progress = process.env["HA_REGISTRY_TEST_OUTPUT"] === "1" ? (text: string): boolean => process.stderr.write(text) : undefined;

/**
 * A stack with one `Registry`, on the real engine and a real Docker Engine, with a state of its own. Make it with
 * {@link startRegistry}; `down` has to be called whatever happens.
 */
export class RegistryStack {
  /** Arguments of the next `up`. */
  args: RegistryArgs;
  /** Docker Engine that it runs on; the first one of several. */
  readonly docker: Docker;
  readonly #settle: () => void;

  constructor(
    /** Name of stack and registry, and prefix of every container. */
    readonly name: string,
    args: RegistryArgs,
    private readonly stack: Stack,
    private readonly directory: string,
    /** Logs of every container of the first Docker Engine, also of those that are gone. */
    readonly logs: LogCollector,
    private readonly dockerHost: string | undefined,
  ) {
    this.args = args;
    this.docker = this.engines[0] ?? new Docker();
    this.#settle = onInterrupt(() => this.removeByForce());
  }

  /** All Docker Engines that it is to run on. */
  get engines(): readonly Docker[] {
    const hosts = Object.values(this.args.hosts ?? {}).map(({ dockerHost }) => dockerHost);
    return (hosts.length > 0 ? hosts : [this.dockerHost]).map((host) => new Docker(host));
  }

  /**
   * `pulumi up`, as the command line does it: refresh first.
   *
   * @param change What the arguments become, from now on.
   * @throws {Error} when it fails; the message is what Pulumi printed.
   */
  async up(change: (args: RegistryArgs) => RegistryArgs = (args) => args): Promise<UpResult> {
    this.args = change(this.args);
    return this.stack.up({ refresh: true, color: "never", program: this.#program(), onOutput: progress });
  }

  /** Operations that a `pulumi preview` announces. */
  async preview(change: (args: RegistryArgs) => RegistryArgs = (args) => args): Promise<OpMap> {
    return (await this.stack.preview({ color: "never", program: this.#program(change(this.args)) })).changeSummary;
  }

  /** What `pulumi preview --diff` prints. */
  async previewDiff(change: (args: RegistryArgs) => RegistryArgs): Promise<string> {
    const { stdout, stderr } = await this.stack.preview({ color: "never", diff: true, program: this.#program(change(this.args)) });
    return stdout + stderr;
  }

  /** Operations that a `pulumi refresh` did. */
  async refresh(): Promise<OpMap> {
    return (await this.stack.refresh({ color: "never" })).summary.resourceChanges ?? {};
  }

  /** Outputs of the last `up`. */
  async outputs(): Promise<Outputs> {
    const { endpoint, authority, hostname, caCertificatePem, metricsEndpoint, credentials } = await this.stack.outputs();
    return {
      endpoint: endpoint?.value as string,
      authority: authority?.value as string,
      hostname: hostname?.value as string,
      caCertificatePem: caCertificatePem?.value as string,
      metricsEndpoint: metricsEndpoint?.value as string,
      credentials: credentials?.value as Outputs["credentials"],
    };
  }

  /** A client's view of the registry: endpoint, CA, and the login of `username`. */
  async client(username?: string, password?: string): Promise<ClientOptions> {
    const { endpoint, caCertificatePem, credentials } = await this.outputs();
    return { endpoint, caPem: caCertificatePem, username: username ?? credentials.username, password: password ?? credentials.password };
  }

  /** Everything that the backend keeps of the stack, with its history, as text, secrets encrypted as they lie on disk. */
  async exportState(): Promise<string> {
    // Not `exportStack`: it asks the CLI for secrets in plain text.
    const entries = await readdir(path.join(this.directory, ".pulumi"), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
    return texts.join("\n");
  }

  /** The same with every secret in plain text. */
  async exportSecrets(): Promise<unknown> {
    const { workspace } = this.stack;
    assert.ok(workspace instanceof LocalWorkspace);
    const { pulumiCommand: cli, workDir, envVars } = workspace;
    const args = ["stack", "export", "--show-secrets", "--stack", this.name, "--cwd", workDir];
    return JSON.parse((await runProgram(cli.command, args, { environment: { ...process.env, ...envVars } })).stdout);
  }

  /** Full name of a container, as `t-1a2b3c-node-1`. */
  container(part: string): string {
    return `${this.name}-${part}`;
  }

  /** The Docker Engine that has the container `name`. */
  async engineOf(name: string): Promise<Docker> {
    for (const engine of this.engines) {
      if ((await engine.command("ps", "--all", "--quiet", "--filter", `name=^/?${name}$`)) !== "") return engine;
    }
    throw new Error(`no Docker Engine has a container ${name}`);
  }

  /**
   * `pulumi destroy`. Whatever it leaves is then removed by force.
   *
   * @returns the names of what it left.
   */
  async down(): Promise<string[]> {
    try {
      await this.destroy();
      return (await Promise.all(this.engines.map((engine) => engine.leftovers(this.name)))).flat();
    } finally {
      await this.removeByForce();
    }
  }

  /** `pulumi destroy` alone: after a failure it can be done again. */
  async destroy(): Promise<void> {
    await this.stack.destroy({ color: "never", refresh: true, onOutput: progress });
  }

  /** Removes everything by force, without Pulumi. */
  async removeByForce(): Promise<void> {
    this.#settle();
    this.logs.stop();
    for (const engine of this.engines) await engine.removeLeftovers(this.name);
    await rm(this.directory, { recursive: true, force: true });
  }

  #program(args: RegistryArgs = this.args) {
    return async (): Promise<Record<string, unknown>> => {
      const { endpoint, authority, hostname, caCertificatePem, metricsEndpoint, credentials } = new Registry(this.name, args);
      return { endpoint, authority, hostname, caCertificatePem, metricsEndpoint, credentials };
    };
  }
}

/** Makes a stack of its own for a registry on free ports; nothing is deployed yet. */
export async function startRegistry({ args = {}, dockerHost }: StartOptions = {}): Promise<RegistryStack> {
  const name = freshName("t");
  const names = imagesOf(resolveTopology(name, args));
  // Hosts have their images.
  if (args.hosts === undefined) await ensureImages({ names, dockerHost, report: () => undefined });
  const directory = await mkdtemp(path.join(os.tmpdir(), `${name}-`));
  const port = await freePorts(10);
  const stack = await createLocalStack(name, { directory, environment: dockerHost === undefined ? {} : { DOCKER_HOST: dockerHost } });
  const observed = Object.values(args.hosts ?? {})[0]?.dockerHost ?? dockerHost;
  const environment = observed === undefined ? process.env : { ...process.env, DOCKER_HOST: observed };
  const logs = await LogCollector.start(path.join(directory, "logs"), name, environment);
  const defaults: RegistryArgs = { dataProtection: false, ...args };
  const loadBalancer = { port, ...args.loadBalancer, statistics: { port: port + 1, ...args.loadBalancer?.statistics } };
  // The balancer's port, up to four of statistics, then Prometheus, Alertmanager and Grafana.
  const monitoring = args.monitoring === undefined ? {} : { monitoring: { port: port + 5, ...args.monitoring } };
  return new RegistryStack(name, { ...defaults, loadBalancer, ...monitoring }, stack, directory, logs, dockerHost);
}

/**
 * A registry that is there before the first test of a suite and gone after the last, by force: that `down` leaves nothing, others show.
 *
 * @returns how the tests get at it.
 */
export function useRegistry(options: StartOptions = {}): () => RegistryStack {
  let registry: RegistryStack | undefined;
  before(async () => {
    registry = await startRegistry(options);
    await registry.up();
  });
  after(() => registry?.removeByForce());
  return () => {
    assert.ok(registry, "the registry is not up yet");
    return registry;
  };
}
