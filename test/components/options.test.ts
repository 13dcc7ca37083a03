import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Provider } from "@pulumi/docker";
import { ComponentResource } from "@pulumi/pulumi";
import { Registry } from "ha-registry-docker";
import type { RegistryArgs } from "ha-registry-docker";
import { record } from "./support/mocks";
import type { Recording } from "./support/mocks";

// What guards data, and how callers' options reach what is inside. Not proved under mocks, which do not run transforms and do not resolve
// aliases: that the engine then applies them to every child (test/engine/upgrade.test.ts).

const volumes = async (args: RegistryArgs): Promise<Recording<Registry>> => record(() => new Registry("team", args));

describe("protection", () => {
  it("guards the volume with the data and nothing else, so that everything else can be replaced", async () => {
    const recording = await volumes({});
    assert.deepEqual(
      recording.resources.filter(({ protect }) => protect).map(({ type, name }) => [type.split(":").pop(), name]),
      [["Volume", "team-store"]],
    );
  });
  it("guards a volume over NFS as well", async () => {
    const recording = await volumes({ objectStore: { nfs: { server: "nfs.corp.example", path: "/images" } } });
    assert.equal(recording.get("Volume", "team-store").protect, true);
  });
  it("guards nothing where data protection is switched off", async () => {
    const recording = await volumes({ dataProtection: false });
    assert.deepEqual(
      recording.resources.filter(({ protect }) => protect),
      [],
    );
  });
});

describe("changes that would replace what must stay", () => {
  it("of labels are ignored on volumes and on the network", async () => {
    const recording = await volumes({});
    for (const { name, ignoreChanges } of [...recording.all("Volume"), ...recording.all("Network")])
      assert.deepEqual(ignoreChanges, ["labels"], name);
  });
  it("of the image are ignored where any image does: data, files and the network's owner stay", async () => {
    const recording = await volumes({});
    const ignoring = recording.all("Container").filter(({ ignoreChanges }) => ignoreChanges.includes("image"));
    const serving = recording.names("Container").filter((name) => /-(node|haproxy)-\d$|^team-redis$/.test(name));
    assert.deepEqual(
      ignoring.map(({ name }) => name).sort(),
      recording
        .names("Container")
        .filter((name) => !serving.includes(name))
        .sort(),
    );
  });
});

describe("options of the caller", () => {
  it("reach the component: transforms and aliases", async () => {
    const recording = await record(() => new Registry("team", {}, { transforms: [() => undefined], aliases: [{ name: "former" }] }));
    const { transforms, aliases } = recording.get("Registry", "team");
    assert.deepEqual([transforms, aliases], [1, ["former"]]);
  });
  it("reach everything: all is inside the component, whatever it is", async () => {
    const recording = await volumes({});
    for (const resource of recording.resources.filter(({ name, type }) => name !== "team" || !type.endsWith(":Registry"))) {
      assert.equal(recording.ancestors(resource).pop()?.type, "ha-registry-docker:index:Registry", `${resource.type} ${resource.name}`);
    }
  });
  it("put it inside a component of theirs", async () => {
    const recording = await record(() => new Registry("team", {}, { parent: new ComponentResource("corp:index:Platform", "platform") }));
    assert.equal(recording.ancestors(recording.get("Container", "team-node-1")).pop()?.type, "corp:index:Platform");
  });
  it("choose the Docker host: every Docker resource uses the provider that is given", async () => {
    const recording = await record(
      () => new Registry("team", {}, { providers: [new Provider("remote", { host: "ssh://registry.corp.example" })] }),
    );
    const resources = recording.resources.filter(({ type }) => type.startsWith("docker:"));
    assert.ok(resources.length > 10);
    for (const { type, name, provider } of resources) assert.match(provider, /::remote::/, `${type} ${name}`);
  });
});

describe("preview of a first deployment", () => {
  it("shows everything that will be: nothing exists or not because of a value that is not known yet", async () => {
    const names = (recording: Recording<Registry>): string[] => recording.resources.map(({ type, name }) => `${type} ${name}`).sort();
    const preview = await record(() => new Registry("team"), true);
    assert.deepEqual(names(preview), names(await volumes({})));
  });
});
