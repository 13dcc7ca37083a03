import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { BodyFamily, smallBytes } from "./support/bodies";
import { CommandLine } from "./support/command-line";
import { Docker } from "./support/docker";
import { RawClient } from "./support/http-client";
import { onInterrupt } from "./support/interrupt";
import { freshName } from "./support/names";
import { freePorts } from "./support/ports";

const name = freshName("s");
/** The second one's name begins with that of a part of the first. */
const names = [name, `${name}-redis`] as const;
const [first, second] = [new CommandLine(names[0]), new CommandLine(names[1])];
const docker = new Docker();
const layer = new BodyFamily(smallBytes, 7).body(1);

const cleanUp = async (): Promise<void> => {
  for (const each of names) await docker.removeLeftovers(each);
  for (const each of [first, second]) each.end();
};

before(async () => {
  onInterrupt(cleanUp);
  for (const each of [first, second]) {
    const port = await freePorts(4);
    each.configure({ loadBalancer: { port, statistics: { port: port + 1 } } });
  }
});

after(cleanUp);

async function push(commandLine: CommandLine): Promise<void> {
  const client = new RawClient(await commandLine.client());
  await client.pushConfig("mine");
  await client.pushBlob("mine", layer);
  await client.pushManifest("mine", "1", layer);
  client.close();
}

test("two registries are put up on one machine at the same time", async () => {
  await Promise.all([first.run(0, "up", first.name), second.run(0, "up", second.name)]);
  await Promise.all([push(first), push(second)]);
});

test("they share no container, network, volume, address range or password", async () => {
  const [one, other] = [await docker.leftovers(names[0]), await docker.leftovers(names[1])];
  assert.ok(one.length > 10);
  assert.deepEqual(
    one.filter((object) => other.includes(object)),
    [],
  );
  const subnets = (await docker.command("network", "inspect", "--format", "{{(index .IPAM.Config 0).Subnet}}", ...names))
    .trim()
    .split("\n");
  assert.equal(new Set(subnets).size, 2);
  assert.notEqual((await first.client()).password, (await second.client()).password);
});

test("what is done to the one, up to its end, leaves every container of the other alone", async () => {
  const before = await docker.containers(names[1]);
  first.configure({ ...first.registry(), nodes: { count: 3, drainSeconds: 5 } });
  await first.run(0, "up", first.name);
  await first.run(0, "down", first.name, "--yes");
  assert.deepEqual(await docker.leftovers(names[0]), []);
  assert.deepEqual(await docker.containers(names[1]), before);
  assert.deepEqual(await docker.broken(names[1]), []);
  const client = new RawClient(await second.client());
  assert.equal((await client.pullManifest("mine", "1")).digest, client.manifestDigest(layer));
  client.close();
});

test("the other goes as well", async () => {
  await second.run(0, "down", second.name, "--yes");
  assert.deepEqual(await docker.leftovers(names[1]), []);
});
