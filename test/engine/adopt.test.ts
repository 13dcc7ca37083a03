import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { RegistryShape } from "ha-registry-core";
import { BodyFamily, smallBytes } from "./support/bodies";
import { CommandLine } from "./support/command-line";
import { Docker } from "./support/docker";
import { RawClient } from "./support/http-client";
import { onInterrupt } from "./support/interrupt";
import { freshName } from "./support/names";
import { freePorts } from "./support/ports";

/** Where registries keep their images, and in which volumes. */
const stores: { store: string; shape: RegistryShape; volumes: string[] }[] = [
  { store: "a volume", shape: {}, volumes: ["store"] },
  {
    store: "Garage",
    shape: { objectStore: { garage: {} } },
    volumes: [1, 2, 3].flatMap((number) => [`garage-${number}-meta`, `garage-${number}-data`]),
  },
];

for (const { store, shape, volumes } of stores) {
  describe(`a registry that keeps its images in ${store}`, () => {
    const name = freshName("a");
    const commandLine = new CommandLine(name);
    const docker = new Docker();
    const layer = new BodyFamily(smallBytes, 6).body(1);

    const cleanUp = async (): Promise<void> => {
      await docker.removeLeftovers(name);
      commandLine.end();
    };

    before(async () => {
      onInterrupt(cleanUp);
      const port = await freePorts(4);
      commandLine.configure({ ...shape, loadBalancer: { port, statistics: { port: port + 1 } } });
    });

    after(cleanUp);

    let digest: string;
    let oldPassword: string;

    test("there is a registry with an image in it, and its state is lost", async () => {
      await commandLine.run(0, "up", name);
      const options = await commandLine.client();
      oldPassword = options.password ?? "";
      const client = new RawClient(options);
      await client.pushConfig("kept");
      await client.pushBlob("kept", layer);
      digest = await client.pushManifest("kept", "1", layer);
      client.close();
      rmSync(join(commandLine.backend, ".pulumi"), { recursive: true });
    });

    test("adopt asks, and where nobody can answer it touches nothing", async () => {
      const running = await docker.runningNames(name);
      const { stderr } = await commandLine.run(2, "adopt", name);
      assert.match(stderr, new RegExp(`  ${name}-node-1 is replaced\\n`));
      for (const volume of volumes) assert.match(stderr, new RegExp(`  volume ${name}-${volume} is taken over`));
      assert.deepEqual(await docker.runningNames(name), running);
    });

    test("up fails, harms nothing, and says how to go on", async () => {
      const running = await docker.runningNames(name);
      const { stderr } = await commandLine.run(1, "up", name);
      assert.match(stderr, new RegExp(`npx ha-registry adopt ${name}`));
      assert.deepEqual(await docker.runningNames(name), running);
    });

    test("adopt puts it up again with the image, and with a new password, and says so", async () => {
      const { stderr } = await commandLine.run(0, "adopt", name, "--yes");
      assert.match(stderr, /Passwords and the CA of .* are new/);
      const options = await commandLine.client();
      assert.notEqual(options.password, oldPassword);
      const client = new RawClient(options);
      const pulled = await client.pullManifest("kept", "1");
      assert.equal(pulled.digest, digest);
      assert.equal(await client.pullBlob("kept", pulled.layer), layer.size);
      client.close();
    });

    test("once more there is nothing to adopt, to ask or to change", async () => {
      const running = await docker.containers(name);
      const { stdout } = await commandLine.run(0, "adopt", name);
      assert.match(stdout, new RegExp(`^${name}: no changes`, "m"));
      assert.deepEqual(await docker.containers(name), running);
    });

    test("down removes all of it, the data too", async () => {
      await commandLine.run(0, "down", name, "--yes");
      assert.deepEqual(await docker.leftovers(name), []);
    });
  });
}
