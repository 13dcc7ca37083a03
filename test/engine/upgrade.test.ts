import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { ComponentResource, rootStackResource } from "@pulumi/pulumi";
import type { ResourceTransform } from "@pulumi/pulumi";
import type { EngineEvent, OpType, PulumiFn } from "@pulumi/pulumi/automation";
import { Registry } from "ha-registry-docker";
import { readRelease, recordedReleases, releaseArgs, releaseName, releaseProgram, releases, withReleaseStack } from "./support/release";
import type { ReleaseStack } from "./support/release";

// The upgrade contract: the state of each release, previewed with the current code, keeps everything that holds data, a password or a key.
// The real engine decides, from the recorded state alone: there is no Docker behind it. Not proved here: that the update then succeeds
// (test/engine/rolling.test.ts does so for one release).

/** One step that a preview announces. */
interface Step {
  op: OpType;
  urn: string;
  type: string;
  name: string;
}

/** Types whose replacement would lose data, log everybody out, or make clients trust another CA. */
const stateful = [
  "docker:index/network:Network",
  "docker:index/volume:Volume",
  "random:index/randomBytes:RandomBytes",
  "random:index/randomPassword:RandomPassword",
  "tls:index/privateKey:PrivateKey",
  "tls:index/selfSignedCert:SelfSignedCert",
];

/** Operations after which a resource is no longer what it was: all others keep it, change it in place, or add to it. */
const losing = /delete|replace|discard/;

const nowhere = "unix:///nonexistent/docker.sock";

/** What a preview of a program would do to the recorded state of a release. */
function previewRelease(version: string, program: PulumiFn): Promise<Step[]> {
  const preview = async ({ stack }: ReleaseStack): Promise<Step[]> => {
    await stack.importStack(await readRelease(version));
    const steps: Step[] = [];
    const note = ({ resourcePreEvent }: EngineEvent): void => {
      if (resourcePreEvent === undefined) return;
      const { op, urn, type } = resourcePreEvent.metadata;
      steps.push({ op, urn, type, name: urn.slice(urn.lastIndexOf("::") + 2) });
    };
    await stack.preview({ color: "never", onEvent: note });
    return steps;
  };
  return withReleaseStack(program, preview, nowhere);
}

/** What would be gone afterwards, or new in place of the old. What an upgrade only adds is no loss. */
function lost(steps: readonly Step[]): string[] {
  return steps.filter(({ type, op }) => stateful.includes(type) && losing.test(op)).map(({ op, type, name }) => `${op} ${type} ${name}`);
}

describe("recorded states", () => {
  it("exist: at least of 0.1.0", () => assert.ok(recordedReleases().includes("0.1.0")));
});

for (const version of recordedReleases()) {
  describe(`the state of ${version}`, () => {
    let steps: Step[];
    before(async () => {
      steps = await previewRelease(version, releaseProgram);
    });

    it("holds every kind of thing that must not be lost", () => {
      for (const type of stateful)
        assert.ok(
          steps.some((step) => step.type === type),
          `${type} is not in the state`,
        );
    });
    it("loses nothing stateful to the current code", () => assert.deepEqual(lost(steps), []));
    it("keeps the volume with the data protected", () => {
      const store = steps.find(({ name, type }) => name === `${releaseName}-store` && type.endsWith(":Volume"));
      assert.match(store?.op ?? "", /^(same|update)$/);
    });
    it("tells nothing of the machine that recorded it, and no secret", async () => {
      const text = await readFile(join(releases, `${version}.json`), "utf8");
      assert.doesNotMatch(text, /"(?:file:\/\/)?\/(?:root|home|work|tmp|Users)\//);
      assert.match(text, /"ciphertext":/);
      assert.doesNotMatch(text, /"plaintext":|BEGIN [A-Z ]*PRIVATE KEY/);
    });
  });
}

describe("the preview of a change", () => {
  it("that does replace what must stay is noticed", async () => {
    const steps = await previewRelease("0.1.0", () => {
      new Registry(releaseName, { ...releaseArgs, subnet: "10.217.134.0/24" });
      return Promise.resolve({});
    });
    assert.ok(
      lost(steps).some((loss) => loss.includes("replace docker:index/network:Network")),
      lost(steps).join("\n"),
    );
  });
});

describe("options of the caller, on the real engine", () => {
  const version = "0.1.0";

  it("move the registry into a component of theirs without loss, with an alias", async () => {
    const steps = await previewRelease(version, () => {
      const platform = new ComponentResource("corp:index:Platform", "platform");
      new Registry(releaseName, releaseArgs, { parent: platform, aliases: [{ parent: rootStackResource }] });
      return Promise.resolve({});
    });
    assert.deepEqual(lost(steps), []);
    assert.ok(steps.some(({ urn }) => urn.includes("corp:index:Platform$")));
  });
  it("cannot move it without the alias: the volume with the data is protected", async () => {
    const preview = previewRelease(version, () => {
      new Registry(releaseName, releaseArgs, { parent: new ComponentResource("corp:index:Platform", "platform") });
      return Promise.resolve({});
    });
    await assert.rejects(preview, /protect/);
  });
  it("transform every child, however deep", async () => {
    const seen = new Set<string>();
    const note: ResourceTransform = ({ name, type }) => {
      seen.add(`${type} ${name}`);
      return undefined;
    };
    const steps = await previewRelease(version, () => {
      new Registry(releaseName, releaseArgs, { transforms: [note] });
      return Promise.resolve({});
    });
    const children = steps.filter(({ type }) => !type.startsWith("pulumi:"));
    assert.ok(children.length > 30);
    assert.deepEqual(
      children.map(({ type, name }) => `${type} ${name}`).filter((child) => !seen.has(child)),
      [],
    );
  });
});
