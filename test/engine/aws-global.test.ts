import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { GlobalRegistry } from "ha-registry-aws";
import type { GlobalRegistryArgs } from "ha-registry-aws";
import { AwsStack } from "./support/aws-stack";

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
  let made: AwsStack;

  before(async () => {
    made = await AwsStack.start("aws-global", [home, near, far]);
  });

  after(() => made?.end());

  test("comes up", async () => {
    await made.stack.up({ program: program(), color: "never" });
    for (const region of [home, near, far]) {
      const { clusterArns } = await made.aws.ask<{ clusterArns: string[] }>(region, { service: "ecs", operation: "list_clusters" });
      assert.equal(clusterArns.length, 1, region);
    }
  });

  test("has nothing to do a second time, and finds nothing changed by anybody else", async () => {
    await made.assertSettled(program());
  });

  test("promotes another region to home, and replaces nothing that holds data", async () => {
    const gone: string[] = [];
    const onEvent = ({ resourcePreEvent }: EngineEvent): void => {
      const { op = "", type = "" } = resourcePreEvent?.metadata ?? {};
      if (["replace", "delete"].includes(op) && /^aws:(s3\/bucket:|kms\/key:|route53\/zone:|ec2\/vpc:)/.test(type)) gone.push(type);
    };
    await made.stack.up({ program: program({ home: near }), color: "never", onEvent });
    assert.deepEqual(gone, []);
    await made.assertDone(program({ home: near }));
  });

  test("leaves nothing behind when it is destroyed", async () => {
    await made.assertDestroyed();
  });
});
