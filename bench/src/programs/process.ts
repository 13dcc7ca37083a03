import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { resolveTopology } from "ha-registry-core";
import type { RegistryArgs } from "ha-registry-docker";
import { ensureEngine, ensureImages } from "ha-registry-tools";
import { docker } from "../../../test/dist/engine/support/docker";
import { freshName } from "../../../test/dist/engine/support/names";
import { freePorts } from "../../../test/dist/engine/support/ports";
import { runProgram } from "../../../test/dist/engine/support/program";
import { rateLimit } from "../setup/bench-registry";
import type { Cleanups } from "../setup/cleanups";
import type { ChildOrder, ChildReport } from "./child";
import type { FlatArgs } from "./flat";

/** Which program: the library's component, or the same resources written out one by one. */
export type ProgramName = "component" | "flat";

/** A stack whose every operation runs in a process of its own. */
export class ProgramStack {
  #running: Promise<unknown> = Promise.resolve();

  private constructor(
    /** Name of stack and registry. */
    readonly name: string,
    /** Arguments of the registry. */
    readonly args: RegistryArgs,
    private readonly program: ProgramName,
    private readonly directory: string,
    private readonly engineRoot: string | undefined,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  /** Prepares a stack; nothing is deployed yet. `cleanups` takes away whatever was by then. */
  static async create(program: ProgramName, cleanups: Cleanups): Promise<ProgramStack> {
    const engine = await ensureEngine(() => undefined);
    await ensureImages({ report: () => undefined });
    const name = freshName("b");
    const directory = await mkdtemp(path.join(os.tmpdir(), `${name}-`));
    const port = await freePorts(4);
    const args: RegistryArgs = {
      dataProtection: false,
      loadBalancer: { port, bindAddress: "127.0.0.1", statistics: { port: port + 1 }, rateLimit },
    };
    const environment = { ...process.env, ...engine.environment, PULUMI_CONFIG_PASSPHRASE: randomBytes(24).toString("base64") };
    const stack = new ProgramStack(name, args, program, directory, engine.command.root, environment);
    cleanups.add(`stack ${name}`, async () => {
      await stack.#running.catch(() => undefined); // what Pulumi makes after the removal would stay
      await stack.#removeContainers();
      await rm(directory, { recursive: true, force: true });
    });
    return stack;
  }

  /** Runs an operation to its end. */
  async run(operation: ChildOrder["operation"]): Promise<ChildReport> {
    const order: ChildOrder = {
      operation,
      name: this.name,
      directory: this.directory,
      args: this.args,
      flat: this.#flatArgs(),
      ...(this.engineRoot !== undefined && { engineRoot: this.engineRoot }),
    };
    const options = { input: JSON.stringify(order), environment: this.environment };
    const running = runProgram(process.execPath, [path.join(__dirname, `${this.program}-program.js`)], options);
    this.#running = running;
    return JSON.parse((await running).stdout) as ChildReport;
  }

  #flatArgs(): FlatArgs {
    const { network, images, loadBalancer } = resolveTopology(this.name, this.args);
    return { prefix: network.gateway.replace(/\.\d+$/, ""), port: loadBalancer.port, images };
  }

  /** Removes what is deployed, without Pulumi, and the state: the next `up` is a first one. */
  async reset(): Promise<void> {
    await this.#removeContainers();
    await rm(path.join(this.directory, ".pulumi"), { recursive: true, force: true });
  }

  async #removeContainers(): Promise<void> {
    await docker.removeLeftovers(this.name);
  }
}
