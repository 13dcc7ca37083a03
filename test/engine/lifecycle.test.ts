import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { largeBytes, smallBytes } from "./support/bodies";
import { prepareClients, type Client, type Clients } from "./support/clients";
import { makeImage, type TestImage } from "./support/images";
import { startRegistry, type RegistryStack } from "./support/stack";

describe("from nothing to a registry and back", () => {
  let directory: string;
  let registry: RegistryStack;
  let clients: Clients | undefined;
  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "lifecycle-"));
    registry = await startRegistry();
  });
  after(async () => {
    await clients?.remove();
    await registry.removeByForce();
    await rm(directory, { recursive: true, force: true });
  });

  it("up makes a registry whose parts all run", async () => {
    await registry.up();
    assert.deepEqual(await registry.docker.broken(registry.name), []);
    const names = ["balancer", "haproxy-1", "haproxy-2", "node-1", "node-2", "redis"].map((part) => registry.container(part));
    assert.deepEqual(await registry.docker.runningNames(registry.name), names);
  });

  it("docker, crane, regctl and skopeo log in", async () => {
    clients = await prepareClients(directory, await registry.outputs());
    for (const client of all()) await client.login();
  });

  it("none of them logs in with another password", async () => {
    const { authority, caCertificatePem } = await registry.outputs();
    const wrong = { authority, caCertificatePem, credentials: { username: "admin", password: "not the password" } };
    const strangers = await prepareClients(path.join(directory, "strangers"), wrong);
    for (const client of [strangers.docker, strangers.skopeo]) await assert.rejects(client.login(), /unauthorized|invalid username/i);
  });

  it("what one client pushes, the others pull", async () => {
    await exchange(await makeImage(path.join(directory, "small"), smallBytes, 1), "small", all());
  });

  it("a layer of 200 MB, too", async () => {
    await exchange(await makeImage(path.join(directory, "large"), largeBytes, 2), "large", []);
  });

  it("a second preview changes nothing", async () => {
    const { same = 0, ...others } = await registry.preview();
    assert.deepEqual(others, {});
    assert.ok(same > 0);
  });

  it("a refresh changes nothing", async () => {
    const { same = 0, ...others } = await registry.refresh();
    assert.deepEqual(others, {});
    assert.ok(same > 0);
  });

  it("a second up changes nothing", async () => {
    const { same = 0, ...others } = (await registry.up()).summary.resourceChanges ?? {};
    assert.deepEqual(others, {});
    assert.ok(same > 0);
  });

  it("down leaves no container, no network and no volume", async () => {
    assert.deepEqual(await registry.down(), []);
  });

  function all(): Client[] {
    assert.ok(clients, "no client is prepared yet");
    return [clients.docker, clients.crane, clients.regctl, clients.skopeo];
  }

  /** Every client pushes the image under a name of its own; the next one, and `everyone`, pull it and see the same digest. */
  async function exchange(image: TestImage, name: string, everyone: Client[]): Promise<void> {
    const pushers = all();
    for (const [index, pusher] of pushers.entries()) {
      const reference = `${name}/by-${pusher.name}:1`;
      const digest = await pusher.push(image, reference);
      const next = pushers[(index + 1) % pushers.length] ?? pusher;
      for (const puller of new Set([next, ...everyone])) {
        assert.equal(await puller.pull(reference), digest, `${puller.name} pulls what ${pusher.name} pushed`);
      }
    }
  }
});
