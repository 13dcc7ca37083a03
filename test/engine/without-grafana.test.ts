import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { ImageName, imageTable } from "ha-registry-core";
import { hostsOf } from "ha-registry/dist/cli/hosts";
import { preflight } from "ha-registry/dist/cli/preflight";
import { docker } from "./support/docker";
import { freshName } from "./support/names";
import { freePorts } from "./support/ports";

// What `up` finds out before it creates anything. Not proved here: that Pulumi then leaves Grafana out, and all the rest comes up.

const given = process.env["HA_REGISTRY_IMAGES"];
before(() => {
  process.env["HA_REGISTRY_IMAGES"] = "build"; // no registry is asked, as behind a wall
});
after(() => {
  if (given === undefined) delete process.env["HA_REGISTRY_IMAGES"];
  else process.env["HA_REGISTRY_IMAGES"] = given;
});

it("goes on without Grafana where its image is not to be had, and says so in one line", async () => {
  const { repository, tag } = imageTable[ImageName.Grafana];
  assert.equal(await docker.command("image", "ls", "--quiet", `${repository}:${tag}`), "", "this machine has Grafana's image");
  const port = await freePorts(10);
  const name = freshName("g");
  const lines: string[] = [];
  const attempt = async (grafana: object | undefined): Promise<boolean> => {
    const monitoring = { port: port + 5, ...(grafana === undefined ? {} : { grafana }) };
    const config = { registry: { loadBalancer: { port, statistics: { port: port + 1 } }, monitoring } };
    return preflight(name, config, hostsOf(name, config), (line) => lines.push(line));
  };
  assert.equal(await attempt(undefined), false);
  assert.equal(await attempt({}), true);
  const told = lines.filter((line) => line.includes("Grafana"));
  assert.equal(told.length, 1, told.join("\n"));
  assert.match(told[0] ?? "", /^Grafana's image is not to be had, and everything else comes up without it: grafana\/grafana:\S+ is not in/);
});
