import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ImageName, imageTable } from "ha-registry-core";
import type { RegistryArgs } from "ha-registry-docker";
import { docker } from "./support/docker";
import { describeFailures, Load, untilAllSucceed, type LoadReport } from "./support/load";
import { startRegistry, type RegistryStack } from "./support/stack";

/** A change that cannot work. */
interface BadChange {
  what: string;
  change: (args: RegistryArgs, registry: RegistryStack) => RegistryArgs;
  /** The container that fails. */
  part: string;
  /** What its log or its start says. */
  reason: RegExp;
}

const badChanges: BadChange[] = [
  {
    what: "a configuration that HAProxy refuses",
    change: (args) => ({ ...args, loadBalancer: { ...args.loadBalancer, extraConfig: { frontend: "no-such-keyword on" } } }),
    part: "haproxy-1",
    reason: /unknown keyword 'no-such-keyword'/,
  },
  {
    what: "a configuration that the registry refuses",
    change: (args) => ({ ...args, settings: { extraConfig: "log: {level: loud}" } }),
    part: "node-1",
    reason: /invalid loglevel loud/i,
  },
  {
    what: "an image of the registry that does not start",
    change: (args, registry) => ({ ...args, images: { references: { registry: wrongImage(ImageName.Registry, registry) } } }),
    part: "node-1",
    reason: /registry: (command )?not found/,
  },
  {
    what: "an image of HAProxy that does not start",
    change: (args, registry) => ({ ...args, images: { references: { haproxy: wrongImage(ImageName.Haproxy, registry) } } }),
    part: "haproxy-1",
    reason: /haproxy.*(not found|no such file)/i,
  },
];

/** Most of the time is spent in waiting for a container that never gets healthy, so each has a registry of its own, all at once. */
describe("a change that cannot work fails, says why, and leaves the old state serving", { concurrency: badChanges.length }, () => {
  for (const badChange of badChanges) {
    it(badChange.what, async () => {
      const registry = await startRegistry();
      const images = [ImageName.Registry, ImageName.Haproxy].map((name) => wrongImage(name, registry));
      const redis = imageTable[ImageName.Redis];
      for (const image of images) await docker.command("tag", `${redis.repository}:${redis.tag}`, image);
      try {
        await registry.up();
        await refuses(registry, badChange);
      } finally {
        await registry.removeByForce();
        await docker.command("rmi", ...images);
      }
    });
  }
});

/**
 * Tries a change under load: `up` has to fail and to name the container at fault, whose log or whose start has to name the reason, while
 * the load goes on. Then the change is taken back, and the next `up` has to mend everything.
 */
async function refuses(registry: RegistryStack, { change, part, reason }: BadChange): Promise<void> {
  const workers = (["push", "pull"] as const).map((role) => ({ role, size: "small" as const, count: 1 }));
  const load = await Load.start({ client: await registry.client(), workers, maxSeconds: 1700, pauseMilliseconds: 100 });
  try {
    const good = registry.args;
    const beginning = await load.peek();
    const error = await registry
      .up((args) => change(args, registry))
      .then(
        () => assert.fail("up succeeded"),
        (failure: Error) => failure.message,
      );
    assert.match(error, new RegExp(`${registry.container(part)}\\b`));
    if (!reason.test(error)) await registry.logs.untilMatching(part, reason);
    const refused = await untilAllSucceed(load, beginning);
    assertServed(beginning, refused);

    await registry.up(() => good);
    assert.deepEqual(await registry.docker.broken(registry.name), []);
    await untilAllSucceed(load, refused);
    assertServed(refused, await load.stop());
    const { count, lost } = await load.verify();
    assert.ok(count > 0);
    assert.deepEqual(lost, []);
  } finally {
    await load.end();
  }
}

function assertServed(before: LoadReport, after: LoadReport): void {
  const failed = after.failed - before.failed;
  assert.equal(failed, 0, describeFailures({ failures: after.failures.slice(before.failures.length), failed }));
}

/** Tag of another image's version that is Redis's image in truth: it has not the program that is to be started. */
function wrongImage(name: ImageName, registry: RegistryStack): string {
  const { repository, tag } = imageTable[name];
  return `${repository}:${tag}-${registry.name}`;
}
