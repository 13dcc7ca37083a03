import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { Framework } from "ha-registry-policy-common";
import { Verdict, type ComplianceReport } from "ha-registry/dist/cli/compliance/report";
import { policies } from "ha-registry-policy-docker/dist/policies";
import { CommandLine } from "./support/command-line";

// The report as users get it: the command line, the real engine, the pack in a process of its own. Only previews: nothing is created.

let commandLine: CommandLine;

before(() => {
  commandLine = new CommandLine("prod-compliance");
  commandLine.configure({ labels: { project: "registry", env: "prod", owner: "platform" } });
});

after(() => commandLine?.end());

function verdicts({ policies: results }: ComplianceReport): Map<string, Verdict> {
  return new Map(results.map(({ name, verdict }) => [name, verdict]));
}

test("an environment that misses demands is told which, by whom and where, and ends with the code for it", async () => {
  const { stdout } = await commandLine.run(3, "compliance", commandLine.name, "--json");
  const report = JSON.parse(stdout) as ComplianceReport;
  const found = verdicts(report);
  assert.deepEqual(
    [...found.keys()],
    policies.map(({ name }) => name),
  );
  assert.equal(found.get("registry-nodes"), Verdict.Fail);
  assert.equal(found.get("image-digest"), Verdict.Fail);
  assert.equal(found.get("root-user"), Verdict.Pass);
  assert.equal(found.get("image-naming"), Verdict.NotApplicable); // it names no image
  const digests = report.policies.find(({ name }) => name === "image-digest")?.violations ?? [];
  assert.ok(digests.some(({ resource, message }) => resource === "prod-compliance-node-1" && message.includes("by a tag")));
  const guides = report.frameworks.find(({ framework }) => framework === Framework.Guides);
  assert.equal(guides?.demands.find(({ id }) => id === "cluster of three nodes")?.verdict, Verdict.Fail);
});

test("what the environment tells its pack is heard: levels decide what it ends with", async () => {
  const directory = join(dirname(commandLine.configFile), "policy");
  mkdirSync(directory, { recursive: true });
  const settings = {
    all: { enforcementLevel: "advisory" },
    "registry-nodes": { minimumInProduction: 2 },
    alerts: { enforcementLevel: "disabled" },
  };
  writeFileSync(join(directory, `${commandLine.name}.json`), JSON.stringify(settings));
  const { stdout } = await commandLine.run(0, "compliance", commandLine.name, "--junit");
  assert.match(stdout, /<testcase [^>]*name="image-digest"[^>]*>\s*<failure message="prod-compliance-/);
  assert.match(stdout, /<testcase [^>]*name="registry-nodes"[^>]*\/>/);
  assert.match(stdout, /<testcase [^>]*name="alerts"[^>]*>\s*<skipped\/>/);
});

test("two forms at once are wrong use", async () => {
  const { stderr } = await commandLine.run(2, "compliance", commandLine.name, "--json", "--html");
  assert.match(stderr, /One form at a time/);
});
