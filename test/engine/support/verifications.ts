import assert from "node:assert/strict";
import type { Verification } from "ha-registry-core";
import { CommandLine, type Started } from "./command-line";
import type { RegistryStack } from "./stack";

/** What `verify --json` prints, as far as tests read it. */
export interface Verified extends Verification {
  result: string;
  started: string;
}

/** Verifications of a registry by the command line. `end` has to be called whatever happens. */
export class Verifications {
  readonly #commandLine: CommandLine;

  constructor(private readonly registry: RegistryStack) {
    this.#commandLine = new CommandLine(registry.name);
    this.#commandLine.configure({ garbageCollection: {} });
  }

  /** Removes the environment. */
  end(): void {
    this.#commandLine.end();
  }

  /** Starts the command. */
  start(...options: string[]): Started {
    return this.#commandLine.start("verify", this.registry.name, ...options);
  }

  /** Verifies, which has to find nothing wrong. */
  async sound(...options: string[]): Promise<Verified> {
    const { stdout } = await this.#commandLine.run(0, "verify", this.registry.name, "--json", ...options);
    const verified = JSON.parse(stdout) as Verified;
    assert.deepEqual({ result: verified.result, faults: verified.faults }, { result: "sound", faults: [] });
    return verified;
  }

  /** Verifies, which has to find something wrong. */
  async faulty(...options: string[]): Promise<Verified> {
    const { stdout } = await this.#commandLine.run(3, "verify", this.registry.name, "--json", ...options);
    const verified = JSON.parse(stdout) as Verified;
    assert.equal(verified.result, "faulty");
    return verified;
  }

  /** Programs that run in the container that reads the store, beside its own, as lines of `ps`. */
  async processes(): Promise<string[]> {
    const lines = (await this.registry.docker.command("top", this.container, "-eo", "pid,args")).trim().split("\n");
    return lines.filter((line) => /\brclone |verify\./.test(line));
  }

  /** Name of the container that reads the store. */
  get container(): string {
    return this.registry.container("garbage-collector");
  }

  /** Does something to the store itself, in its directory; for one that is a volume. */
  async inStore(command: string): Promise<string> {
    return this.registry.docker.command("exec", this.container, "sh", "-c", `cd /var/lib/registry/docker/registry/v2 && ${command}`);
  }
}
