import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ImageName, imageTable } from "ha-registry-core";
import type { RegistryArgs } from "ha-registry-docker";
import { Garages } from "../engine/support/garages";
import { assertNothingFails, describeFailures, Load } from "../engine/support/load";
import type { RegistryStack } from "../engine/support/stack";
import { Cluster } from "./support/cluster";
import { imagesOfProduction, startProduction, untilWhole } from "./support/production";

/** How long the whole drill may take. */
const LOAD_SECONDS = 3000;

/** How long Garage may take to bring its data to where it belongs. */
const SETTLED_SECONDS = 300;

/** Raw requests with keep-alive and without any retry, through the address that moves, while everything is replaced on purpose. */
describe("planned changes on three hosts, with not one request failing", () => {
  let cluster: Cluster;
  let registry: RegistryStack | undefined;
  let load: Load | undefined;
  before(async () => {
    cluster = await Cluster.start(await imagesOfProduction());
    registry = await startProduction(cluster);
    const workers = (["push", "pull"] as const).flatMap((role) => [
      { role, size: "small" as const, count: 2 },
      { role, size: "medium" as const, count: 1 },
    ]);
    load = await Load.start({ client: await registry.client(), workers, maxSeconds: LOAD_SECONDS });
  });
  after(async () => {
    await load?.end();
    try {
      await registry?.down();
    } finally {
      await cluster?.end();
    }
  });

  it("the nodes' configuration", () => change((args) => ({ ...args, settings: { maxTags: 500 } })));

  it("three nodes become four", () => change((args) => ({ ...args, nodes: { ...args.nodes, count: 4 } })));

  it("four nodes become three", () => change((args) => ({ ...args, nodes: { ...args.nodes, count: 3 } })));

  it("HAProxy's configuration", () =>
    change(({ loadBalancer, ...args }) => ({ ...args, loadBalancer: { ...loadBalancer, timeouts: { keepAliveSeconds: 20 } } })));

  it("the TLS certificate", () => change((args) => ({ ...args, alternativeNames: ["localhost", "127.0.0.1", "registry.example"] })));

  it("a fourth host", async () => {
    const machine = await cluster.add("west");
    await change((args) => ({ ...args, hosts: cluster.hosts }));
    assert.ok((await machine.docker.runningNames(up().name)).includes(up().container("garage-4")));
  });

  it("three hosts again, and Garage's data is where it belongs", async () => {
    const gone = cluster.machine("west");
    const { west: _west, ...left } = cluster.hosts;
    await stepDown("west");
    await change((args) => ({ ...args, hosts: left }));
    assert.deepEqual(await gone.docker.leftovers(up().name), []);
    await new Garages(up()).untilWhole(SETTLED_SECONDS);
  });

  it("a new host takes the place of one that still works", async () => {
    const old = cluster.machine("middle");
    const { docker } = await cluster.add("middle-2");
    const { north, south, "middle-2": fresh } = cluster.hosts;
    assert.ok(north && south && fresh);
    await stepDown("middle");
    await change((args) => ({ ...args, hosts: { north, "middle-2": fresh, south } }));
    assert.ok((await docker.runningNames(up().name)).includes(up().container("garage-2")));
    assert.deepEqual(await old.docker.leftovers(up().name), []);
    await new Garages(up()).untilWhole(SETTLED_SECONDS);
  });

  for (const name of [ImageName.Garage, ImageName.Redis, ImageName.Registry, ImageName.Haproxy]) {
    it(`the image of ${name}`, async () => {
      const { repository, tag } = imageTable[name];
      const reference = `${repository}:${tag}-rolled`;
      for (const engine of up().engines) await engine.command("tag", `${repository}:${tag}`, reference);
      await change((args) => ({ ...args, images: { references: { ...args.images?.references, [name]: reference } } }));
    });
  }

  it("every acknowledged push can be pulled, and no tag was read as older than it was", async (context) => {
    const report = await running().stop();
    context.diagnostic(JSON.stringify({ succeeded: report.succeeded, longestMilliseconds: report.longest, seconds: report.seconds }));
    assert.equal(report.failed, 0, describeFailures(report));
    assert.deepEqual(report.staleReads, []);
    const { count, lost } = await running().verify();
    assert.ok(count > 0);
    assert.deepEqual(lost, []);
  });

  /** Takes the address from a host that is to go, as the command line does it. */
  async function stepDown(host: string): Promise<void> {
    const name = up().container(`${host}-keepalived`);
    await (await up().engineOf(name)).command("stop", name);
  }

  /** Does a change; the load has to go on without a failure meanwhile. */
  async function change(to: (args: RegistryArgs) => RegistryArgs): Promise<void> {
    await assertNothingFails(running(), async () => {
      await up().up(to);
      await untilWhole(up());
    });
  }

  function up(): RegistryStack {
    assert.ok(registry, "the registry is not up yet");
    return registry;
  }

  function running(): Load {
    assert.ok(load, "there is no load");
    return load;
  }
});
