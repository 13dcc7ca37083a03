import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { Registry } from "ha-registry-docker";
import type { RegistryArgs } from "ha-registry-docker";
import { container, services } from "./support/containers";
import { record } from "./support/mocks";
import type { Recording } from "./support/mocks";

const hosts = {
  north: { dockerHost: "ssh://deploy@10.0.0.11", address: "10.0.0.11" },
  middle: { dockerHost: "ssh://deploy@10.0.0.12", address: "10.0.0.12" },
  south: { dockerHost: "ssh://deploy@10.0.0.13", address: "10.0.0.13" },
};
const several: RegistryArgs = { hosts, objectStore: { s3: { bucket: "blobs" } } };
const moving: RegistryArgs = { ...several, loadBalancer: { virtualAddress: { address: "10.0.0.10" } } };
const names = ["north", "middle", "south"].map((host) => `team-${host}-keepalived`);

// Not proved under mocks: that keepalived can do its work with no more than it gets here (test/drills/virtual-address).
describe("an address that moves", () => {
  let recording: Recording<Registry>;
  before(async () => {
    recording = await record(() => new Registry("team", moving));
  });
  /** Containers that have to be there first: those that it depends on itself, and those that its parents do. */
  const dependsOn = (name: string): string[] =>
    [recording.get("Container", name), ...recording.ancestors(recording.get("Container", name))]
      .flatMap((resource) => resource.dependsOn)
      .filter((urn) => urn.includes("docker:index/container:Container::"))
      .map((urn) => urn.slice(urn.lastIndexOf("::") + 2));

  it("has a keepalived on every host, by that host's provider", () => {
    for (const [index, name] of names.entries()) {
      const host = Object.keys(hosts)[index] ?? "";
      assert.equal(container(recording, name).image, "shawly/keepalived:2.3");
      assert.match(recording.get("Container", name).provider, new RegExp(`::team-${host}::`));
      const [file] = container(recording, `team-address-files-${host}-plain`).uploads ?? [];
      assert.match(file?.content ?? "", new RegExp(`unicast_src_ip 10\\.0\\.0\\.1${index + 1}\n`));
      assert.deepEqual([file?.owner, file?.permissions], ["0", "0400"]);
    }
  });

  it("may change the host's network, and nothing else of the host", () => {
    for (const name of names) {
      const { networkMode, user, readOnly, privileged, capabilities, securityOpts, mounts } = container(recording, name);
      assert.equal(networkMode, "host");
      assert.equal(user, "0:0"); // network rights are root's
      assert.deepEqual(capabilities, { drops: ["ALL"], adds: ["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID"] });
      assert.deepEqual([readOnly, privileged, securityOpts], [true, undefined, ["no-new-privileges"]]);
      assert.deepEqual(
        mounts?.map(({ type, target, readOnly: locked }) => [type, target, locked]),
        [["volume", "/files", true]],
      );
    }
  });

  it("comes when all balancers serve, and is rolled from the last host to the first", () => {
    const [north = "", middle = "", south = ""] = names;
    const among = (name: string): string[] => dependsOn(name).filter((other) => names.includes(other));
    assert.deepEqual([among(south), among(middle), among(north)], [[], [south], [middle]]);
    for (const name of names) assert.ok(dependsOn(name).includes("team-south-haproxy-2"), name);
  });

  it("leaves everything else as it is without it", async () => {
    const without = await record(() => new Registry("team", several));
    const others = services(recording).filter(({ name }) => !names.includes(name));
    assert.deepEqual(
      services(without)
        .map(({ name }) => name)
        .sort(),
      others.map(({ name }) => name).sort(),
    );
    for (const { name } of others)
      if (!name.includes("haproxy")) assert.deepEqual(container(without, name), container(recording, name), name);
  });
});
