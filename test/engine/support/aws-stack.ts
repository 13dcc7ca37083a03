import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { PulumiFn, Stack } from "@pulumi/pulumi/automation";
import { Aws } from "./aws";
import { createLocalStack } from "./local-stack";
import { previewWithPolicies } from "./policy-stack";

/** A stack on the real engine with the real provider, and an AWS of its own that is empty at first. */
export class AwsStack {
  #atFirst: Record<string, string[]>[] = [];

  private constructor(
    readonly name: string,
    readonly aws: Aws,
    readonly stack: Stack,
    /** Directory of its state. */
    readonly directory: string,
    private readonly regions: readonly string[],
  ) {}

  /** @param regions Those in which something is made. */
  static async start(name: string, regions: readonly string[]): Promise<AwsStack> {
    const aws = await Aws.start();
    const directory = await mkdtemp(path.join(tmpdir(), `${name}-`));
    const stack = await createLocalStack(name, { directory, optional: ["aws"], environment: aws.environment });
    const started = new AwsStack(name, aws, stack, directory, regions);
    await started.remember();
    return started;
  }

  /** Takes what there is now for what has to be left in the end. */
  async remember(): Promise<void> {
    this.#atFirst = await this.#inventory();
  }

  /** A program is planned without a violation of the project's own policies. */
  async assertWell(program: PulumiFn): Promise<void> {
    const { environment } = this.aws;
    const { passed, messages, stderr } = await previewWithPolicies({ stack: this.name, pack: "aws", program, environment });
    assert.deepEqual(messages, {});
    assert.ok(passed, stderr);
  }

  /** A program has nothing to do. */
  async assertDone(program: PulumiFn): Promise<void> {
    const { changeSummary, stdout } = await this.stack.preview({ program, color: "never", diff: true });
    assert.deepEqual(Object.keys(changeSummary), ["same"], stdout);
  }

  /** A program has nothing to do, and nobody else has changed anything. */
  async assertSettled(program: PulumiFn): Promise<void> {
    await this.assertDone(program);
    const { summary, stdout } = await this.stack.refresh({ color: "never" });
    assert.deepEqual(Object.keys(summary.resourceChanges ?? {}), ["same"], stdout);
  }

  /** Destroys all of it, and AWS has what it had at first. */
  async assertDestroyed(): Promise<void> {
    await this.stack.destroy({ color: "never" });
    assert.deepEqual(await this.#inventory(), this.#atFirst);
  }

  /** Ends AWS, and removes the state. */
  async end(): Promise<void> {
    await this.aws.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  #inventory(): Promise<Record<string, string[]>[]> {
    return Promise.all(this.regions.map((region) => this.aws.inventory(region)));
  }
}
