import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ImageName, imageTable } from "ha-registry-core";
import type { RegistryArgs } from "ha-registry-docker";
import { docker } from "./support/docker";
import { describeFailures, idleKinds, Load } from "./support/load";
import { useRegistry } from "./support/stack";

describe("a change that cannot work fails, says why, and leaves the old state serving", () => {
  let load: Load | undefined;
  const images: string[] = [];
  after(() => load?.end());
  const registry = useRegistry();
  after(() => docker.command("rmi", ...images));
  before(async () => {
    const workers = (["push", "pull"] as const).map((role) => ({ role, size: "small" as const, count: 1 }));
    load = await Load.start({ client: await registry().client(), workers, maxSeconds: 900 });
  });

  it("a configuration that HAProxy refuses", async () => {
    await refuses(
      (args) => ({ ...args, loadBalancer: { ...args.loadBalancer, extraConfig: { frontend: "no-such-keyword on" } } }),
      "haproxy-1",
      /unknown keyword 'no-such-keyword'/,
    );
  });

  it("a configuration that the registry refuses", async () => {
    await refuses((args) => ({ ...args, settings: { extraConfig: "log: {level: loud}" } }), "node-1", /loud/);
  });

  it("an image of the registry that does not start", async () => {
    const image = await wrongImage(ImageName.Registry);
    await refuses((args) => ({ ...args, images: { references: { registry: image } } }), "node-1", /registry.*(not found|no such file)/i);
  });

  it("an image of HAProxy that does not start", async () => {
    const image = await wrongImage(ImageName.Haproxy);
    await refuses((args) => ({ ...args, images: { references: { haproxy: image } } }), "haproxy-1", /haproxy.*(not found|no such file)/i);
  });

  it("every acknowledged push can be pulled", async () => {
    await running().stop();
    const { count, lost } = await running().verify();
    assert.ok(count > 0);
    assert.deepEqual(lost, []);
  });

  /**
   * Tries a change: `up` has to fail and to name the container at fault, whose log or whose start has to name the reason, while the load
   * goes on. Then the change is taken back, and the next `up` has to mend everything.
   */
  async function refuses(change: (args: RegistryArgs) => RegistryArgs, part: string, reason: RegExp): Promise<void> {
    const good = registry().args;
    const loadBefore = await running().peek();
    const error = await registry()
      .up(change)
      .then(
        () => assert.fail("up succeeded"),
        (failure: Error) => failure.message,
      );
    assert.match(error, new RegExp(`${registry().container(part)}\\b`));
    const told = [error, ...(await registry().logs.matching(part, reason))].join("\n");
    assert.match(told, reason);
    await serves(loadBefore, "after the refused change");

    const loadBetween = await running().peek();
    await registry().up(() => good);
    assert.deepEqual(await registry().docker.broken(registry().name), []);
    await serves(loadBetween, "while it was mended");
  }

  async function serves(loadBefore: Awaited<ReturnType<Load["peek"]>>, when: string): Promise<void> {
    const loadAfter = await running().peek();
    const failed = loadAfter.failed - loadBefore.failed;
    assert.equal(failed, 0, `${when}: ${describeFailures({ failures: loadAfter.failures.slice(loadBefore.failures.length), failed })}`);
    assert.deepEqual(idleKinds(loadBefore, loadAfter), [], `kinds of operation that never succeeded ${when}`);
  }

  function running(): Load {
    assert.ok(load, "there is no load");
    return load;
  }

  /** Redis's image under a tag of another image's own version: it has not the program that is to be started. */
  async function wrongImage(name: ImageName): Promise<string> {
    const { repository, tag } = imageTable[name];
    const { repository: other, tag: otherTag } = imageTable[ImageName.Redis];
    const image = `${repository}:${tag}-${registry().name}`;
    await docker.command("tag", `${other}:${otherTag}`, image);
    images.push(image);
    return image;
  }
});
