import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { GlobalRegistry } from "ha-registry-aws";
import type { GlobalRegistryArgs } from "ha-registry-aws";
import { Aws } from "./support/aws";
import { createLocalStack } from "./support/local-stack";

// Three regions through the real provider at an AWS that keeps what it is told (see `Aws`). Not shown: that S3 copies, that networks carry anything, that Route 53 leads anybody; what the
// balancers of the regions do with requests is shown in test/engine/regions-aws.

const [home, near, far] = ["eu-central-1", "us-east-1", "ap-southeast-2"] as const;

const args: GlobalRegistryArgs = {
  home,
  regions: { [home]: {}, [near]: {}, [far]: {} },
  hostname: "registry.corp.example",
  tags: { project: "registry", env: "prod", owner: "platform" },
  dataProtection: false,
  // Here no task ever runs, and nothing would become steady.
  nodes: { waitUntilSteady: false },
  dns: { zoneName: "corp.example" },
  monitoring: { emails: ["oncall@corp.example"] },
};

const program =
  (change: Partial<GlobalRegistryArgs> = {}) =>
  async (): Promise<void> => {
    new GlobalRegistry("team", { ...args, ...change });
  };

describe("a registry in three regions of AWS", () => {
  let aws: Aws;
  let stack: Stack;
  let directory: string;
  let atFirst: Record<string, string[]>[];

  const everywhere = (): Promise<Record<string, string[]>[]> => Promise.all([home, near, far].map((region) => aws.inventory(region)));

  before(async () => {
    aws = await Aws.start();
    directory = await mkdtemp(path.join(tmpdir(), "aws-global-"));
    stack = await createLocalStack("aws-global", { directory, optional: ["aws"], environment: aws.environment });
    atFirst = await everywhere();
  });

  after(async () => {
    await aws?.stop();
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  });

  test("comes up", async () => {
    await stack.up({ program: program(), color: "never" });
    for (const region of [home, near, far]) {
      const { clusterArns } = await aws.ask<{ clusterArns: string[] }>(region, { service: "ecs", operation: "list_clusters" });
      assert.equal(clusterArns.length, 1, region);
    }
  });

  test("has nothing to do a second time, and finds nothing changed by anybody else", async () => {
    const preview = await stack.preview({ program: program(), color: "never", diff: true });
    assert.deepEqual(Object.keys(preview.changeSummary), ["same"], preview.stdout);
    const { summary, stdout } = await stack.refresh({ color: "never" });
    assert.deepEqual(Object.keys(summary.resourceChanges ?? {}), ["same"], stdout);
  });

  test("promotes another region to home, and replaces nothing that holds data", async () => {
    const gone: string[] = [];
    const onEvent = ({ resourcePreEvent }: EngineEvent): void => {
      const { op = "", type = "" } = resourcePreEvent?.metadata ?? {};
      if (["replace", "delete"].includes(op) && /^aws:(s3\/bucket:|kms\/key:|route53\/zone:|ec2\/vpc:)/.test(type)) gone.push(type);
    };
    await stack.up({ program: program({ home: near }), color: "never", onEvent });
    assert.deepEqual(gone, []);
    const preview = await stack.preview({ program: program({ home: near }), color: "never" });
    assert.deepEqual(Object.keys(preview.changeSummary), ["same"]);
  });

  test("leaves nothing behind when it is destroyed", async () => {
    await stack.destroy({ color: "never" });
    assert.deepEqual(await everywhere(), atFirst);
  });
});
