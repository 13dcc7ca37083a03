import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ImageName, imageTable, RegistryError } from "ha-registry-core";
import type { RegistryArgs } from "ha-registry-docker";
import { docker } from "./support/docker";
import { listen } from "./support/ports";
import { startRegistry, type RegistryStack } from "./support/stack";

/** Arguments that cannot work, and what has to be said of them. */
const refused: { what: string; change: (args: RegistryArgs) => RegistryArgs; said: RegExp[] }[] = [
  {
    what: "zero nodes",
    change: (args) => ({ ...args, nodes: { count: 0 } }),
    said: [/nodes\.count: 0 nodes: give a whole number from 2/],
  },
  {
    what: "a version under the floor",
    change: (args) => ({ ...args, images: { references: { [ImageName.Registry]: "registry:2.8.3" } } }),
    said: [/images\.references\.registry: "registry:2\.8\.3" is older than 3\.1\.2.*CVE-/],
  },
  {
    what: "a PEM that cannot be read, and one key too few",
    change: (args) => ({ ...args, trust: { certificatePem: "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n" } }),
    said: [/trust\.certificatePem: is not a readable certificate/, /trust\.certificatePem and secrets\.privateKeyPem go together/],
  },
  {
    what: "one port for two things",
    change: (args) => ({ ...args, loadBalancer: { port: 5000, statistics: { port: 5000 } } }),
    said: [/loadBalancer\.statistics\.port: .*the registry's own port 5000/],
  },
  {
    what: "several mistakes at once",
    change: (args) => ({ ...args, nodes: { count: 1, drainSeconds: 0 }, hostname: "not a name" }),
    said: [/nodes\.count: /, /nodes\.drainSeconds: /, /hostname: /],
  },
];

describe("bad input: a clear error before anything is touched", () => {
  let registry: RegistryStack;
  before(async () => {
    registry = await startRegistry();
  });
  after(() => registry.down());

  for (const { what, change, said } of refused) {
    it(what, async () => {
      const { args } = registry;
      const message = await failure(registry, change);
      registry.args = args;
      for (const pattern of said) assert.match(message, pattern);
      assert.doesNotMatch(message, /^\s+at .*\.js:/m, "a stack trace tells users nothing");
      assert.deepEqual(await docker.leftovers(registry.name), []);
    });
  }

  it("Docker does not run", async () => {
    const dead = "unix:///nonexistent/docker.sock";
    await assert.rejects(startRegistry({ dockerHost: dead }), (error: unknown) => {
      assert.ok(error instanceof RegistryError);
      assert.match(error.message, /unix:\/\/\/nonexistent\/docker\.sock/);
      return true;
    });
  });
});

describe("what only Docker can know fails as clearly", () => {
  it("a port that another process holds; when it is free, the next up makes the rest", async () => {
    await withStack(async (registry) => {
      const port = registry.args.loadBalancer?.port ?? 0;
      const stranger = await listen(port);
      try {
        assert.match(await failure(registry, (args) => args), new RegExp(`${port}.*(address already in use|port is already allocated)`));
      } finally {
        stranger.close();
      }
      await registry.up();
      assert.deepEqual(await docker.broken(registry.name), []);
    });
  });

  it("an image that is nowhere", async () => {
    await withStack(async (registry) => {
      const { repository, tag } = imageTable[ImageName.Redis];
      const absent = `${repository}:${tag}-absent`;
      const message = await failure(registry, (args) => ({ ...args, images: { references: { [ImageName.Redis]: absent } } }));
      assert.match(message, new RegExp(absent));
    });
  });
});

/** What `up` says when it fails, which it has to. */
async function failure(registry: RegistryStack, change: (args: RegistryArgs) => RegistryArgs): Promise<string> {
  return withRejections(() =>
    registry.up(change).then(
      () => assert.fail("up succeeded"),
      ({ message }: Error) => message,
    ),
  );
}

/**
 * Lets Pulumi have unhandled rejections to itself: it learns by one that a program in this process has thrown, and the test runner would
 * take the same one for a fault of the test.
 */
async function withRejections<T>(work: () => Promise<T>): Promise<T> {
  const listeners = process.listeners("unhandledRejection");
  const ignore = (): void => undefined;
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", ignore);
  try {
    return await work();
  } finally {
    process.off("unhandledRejection", ignore);
    for (const listener of listeners) process.on("unhandledRejection", listener);
  }
}

async function withStack(work: (registry: RegistryStack) => Promise<void>): Promise<void> {
  const registry = await startRegistry();
  try {
    await work(registry);
  } finally {
    assert.deepEqual(await registry.down(), []);
  }
}
