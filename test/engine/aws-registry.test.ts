import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { Architecture, NatGateways } from "ha-registry-core";
import { Registry } from "ha-registry-aws";
import type { RegistryArgs } from "ha-registry-aws";
import { AwsStack } from "./support/aws-stack";

// The components through the real provider at an AWS that keeps what it is told (see `Aws`). Not shown: that AWS itself takes all of it, that tasks run (the containers of a task do in
// test/engine/aws-task), that a certificate is validated, that anybody is refused.

const region = "eu-central-1";

const tags = { project: "registry", env: "prod", owner: "platform" };

/** Registries which between them have every kind of resource. */
const registries: Record<string, RegistryArgs> = {
  public: {
    region,
    hostname: "registry.corp.example",
    alternativeNames: ["images.corp.example"],
    tags,
    dataProtection: false,
    network: { interfaceEndpoints: true },
    // Here no task ever runs, and nothing would become steady.
    nodes: { autoscaling: { maximum: 6 }, architecture: Architecture.ARM64, waitUntilSteady: false },
    loadBalancer: { internetFacing: true, allowedAddressRanges: ["192.0.2.0/24", "2001:db8::/32"] },
    dns: { zoneName: "corp.example" },
    monitoring: { emails: ["oncall@corp.example"] },
  },
  inner: {
    region,
    hostname: "registry.inner.example",
    tags,
    dataProtection: false,
    network: { cidr: "10.65.0.0/16", natGateways: NatGateways.None },
    images: { mirror: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/mirror" },
    nodes: { waitUntilSteady: false },
    redis: { count: 1 },
    dns: { zoneName: "inner.example", privateZone: true },
  },
};

const program =
  (change: Partial<RegistryArgs> = {}) =>
  async (): Promise<void> => {
    for (const [name, args] of Object.entries(registries)) new Registry(name, { ...args, ...change });
  };

describe("registries in a region of AWS", () => {
  let made: AwsStack;

  before(async () => {
    made = await AwsStack.start("aws-registry", [region]);
  });

  after(() => made?.end());

  test("are planned without a violation of the project's own policies", async () => {
    await made.assertWell(program({ dataProtection: true }));
  });

  test("come up", async () => {
    await made.stack.up({ program: program(), color: "never" });
    const { services } = await made.aws.ask<{ services: { desiredCount: number }[] }>(region, {
      service: "ecs",
      operation: "describe_services",
      parameters: { cluster: await clusterOf("public"), services: [await serviceOf("public")] },
    });
    assert.deepEqual(
      services.map(({ desiredCount }) => desiredCount),
      [2],
    );
  });

  test("have nothing to do a second time, and find nothing changed by anybody else", async () => {
    await made.assertSettled(program());
  });

  test("keep their secrets encrypted in the state", async () => {
    const entries = await readdir(path.join(made.directory, ".pulumi"), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
    assert.ok(
      texts.some((text) => text.includes("aws:secretsmanager/secretVersion:SecretVersion")),
      "no state was read",
    );
    // A key, a line of a password file, and the registry's configuration.
    for (const secret of ["PRIVATE KEY", "admin:$2b$", "draintimeout"]) assert.ok(!texts.some((text) => text.includes(secret)), secret);
  });

  test("take another image and another setting in place: only task definitions and versions of secrets are replaced", async () => {
    const change: Partial<RegistryArgs> = {
      images: {
        references: {
          registry: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/registry:3.1.3",
          haproxy: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/haproxy:3.0.12",
        },
      },
      settings: { readOnly: true },
    };
    const replaced = new Set<string>();
    const onEvent = ({ resourcePreEvent }: EngineEvent): void => {
      if (resourcePreEvent?.metadata.op === "replace") replaced.add(resourcePreEvent.metadata.type);
    };
    await made.stack.up({ program: program(change), color: "never", onEvent });
    assert.deepEqual([...replaced].sort(), ["aws:ecs/taskDefinition:TaskDefinition", "aws:secretsmanager/secretVersion:SecretVersion"]);
    await made.assertDone(program(change));
  });

  test("leave nothing behind when they are destroyed", async () => {
    await made.assertDestroyed();
  });

  const physical = async (type: string, name: string): Promise<string> => {
    const deployment: unknown = (await made.stack.exportStack()).deployment;
    const { resources } = deployment as { resources: { type: string; urn: string; outputs?: { name?: string } }[] };
    const found = resources.find((resource) => resource.type === type && resource.urn.endsWith(`::${name}`));
    return found?.outputs?.name ?? assert.fail(`there is no ${type} ${name}`);
  };
  const clusterOf = (name: string): Promise<string> => physical("aws:ecs/cluster:Cluster", `${name}-nodes`);
  const serviceOf = (name: string): Promise<string> => physical("aws:ecs/service:Service", `${name}-nodes`);
});
