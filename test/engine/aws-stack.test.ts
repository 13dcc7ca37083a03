import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { ExitCode } from "ha-registry/dist/cli/exit";
import { parseDocument } from "yaml";
import { Aws } from "./support/aws";
import { CommandLine } from "./support/command-line";
import { freshName } from "./support/names";

// The example of an environment on AWS, by the command line, at an AWS that keeps what it is told (see `Aws`): all but that there is a zone already, and that somebody waits for tasks that
// never run there.

const region = "eu-central-1";

describe("an environment on AWS, by the command line", () => {
  const commandLine = new CommandLine(freshName("w"));
  const { name, configFile, environment } = commandLine;
  let aws: Aws;

  before(async () => {
    aws = await Aws.start();
    Object.assign(environment, aws.environment);
    const file = parseDocument(readFileSync(path.join(path.dirname(configFile), "prod-aws.example.yaml"), "utf8"));
    file.setIn(["config", "ha-registry:backend"], `file://${commandLine.backend}`);
    file.deleteIn(["config", "ha-registry:registry", "dns", "hostedZoneId"]);
    file.setIn(["config", "ha-registry:registry", "nodes", "waitUntilSteady"], false);
    writeFileSync(configFile, file.toString());
  });
  after(async () => {
    commandLine.end();
    await aws?.stop();
  });

  test("is looked at, and what it would make is told", async () => {
    const { stdout } = await commandLine.run(ExitCode.Success, "preview", name);
    for (const made of [`bucket ${name}-store`, `service ${name}-nodes`, `replication group ${name}-redis`])
      assert.ok(stdout.includes(`+ create ${made}`), stdout);
  });

  test("is judged by the policies for AWS", async () => {
    const { stdout } = await commandLine.run(ExitCode.Success, "compliance", name, "--json");
    const { substrate, policies } = JSON.parse(stdout) as { substrate: string; policies: { name: string; verdict: string }[] };
    assert.equal(substrate, "aws");
    assert.deepEqual(
      policies.filter(({ verdict }) => verdict === "fail"),
      [],
    );
    assert.ok(policies.filter(({ verdict }) => verdict === "pass").length > 40);
  });

  test("comes up, tells how to use it, and has nothing to do a second time", async () => {
    const { stdout } = await commandLine.run(ExitCode.Success, "up", name);
    assert.match(stdout, /https:\/\/registry\.corp\.example/);
    const { services } = await aws.ask<{ services: { desiredCount: number }[] }>(region, {
      service: "ecs",
      operation: "describe_services",
      parameters: await service(),
    });
    assert.deepEqual(
      services.map(({ desiredCount }) => desiredCount),
      [3],
    );
    const again = await commandLine.run(ExitCode.Success, "up", name, "--json");
    const { changes } = JSON.parse(again.stdout) as { changes: Record<string, number> };
    assert.deepEqual(Object.keys(changes), ["same"]);
  });

  test("has nothing for commands that look after containers, which say so", async () => {
    for (const command of [["gc"], ["status"], ["up", "--lost-host", "south"]]) {
      const { stderr } = await commandLine.run(ExitCode.WrongUse, ...command, name);
      assert.match(stderr, /is for registries on Docker hosts, and .* is on AWS/);
    }
  });

  test("is refused with the fields that are wrong before AWS is asked", async () => {
    commandLine.configure({ hosts: {}, region: "eu-central-1", hostname: "registry.corp.example" });
    const { stderr } = await commandLine.run(ExitCode.WrongUse, "preview", name);
    assert.match(stderr, /registry\.hosts: is no field of registry/);
  });

  async function service(): Promise<{ cluster: string; services: string[] }> {
    const { clusterArns } = await aws.ask<{ clusterArns: string[] }>(region, { service: "ecs", operation: "list_clusters" });
    const [cluster = ""] = clusterArns;
    const { serviceArns } = await aws.ask<{ serviceArns: string[] }>(region, {
      service: "ecs",
      operation: "list_services",
      parameters: { cluster },
    });
    return { cluster, services: serviceArns };
  }
});
