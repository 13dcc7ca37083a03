import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  defaultCidr,
  overlaps,
  RegistryError,
  renderAwsHaproxy,
  resolveGlobalTopology,
  Routing,
  TagReads,
  withHome,
} from "ha-registry-core";
import type { GlobalRegistryShape, GlobalTopology } from "ha-registry-core";

const known =
  "af-south-1 ap-northeast-1 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 eu-north-1 eu-west-1 sa-east-1 us-east-1 us-west-1 us-west-2".split(
    " ",
  );

/** Some regions, one of them home. */
const someRegions = fc
  .uniqueArray(fc.constantFrom(...known), { minLength: 1 })
  .chain((regions) => fc.record({ regions: fc.constant(regions), home: fc.constantFrom(...regions) }));

function resolve(regions: readonly string[], home: string, more: Partial<GlobalRegistryShape> = {}): GlobalTopology {
  return resolveGlobalTopology("team", {
    home,
    regions: Object.fromEntries(regions.map((region) => [region, {}])),
    hostname: "registry.corp.example",
    dns: { zoneName: "corp.example" },
    ...more,
  });
}

function problemsOf(shape: Partial<GlobalRegistryShape>): string[] {
  try {
    resolve(["eu-central-1", "us-east-1"], "eu-central-1", shape);
    return [];
  } catch (error) {
    assert.ok(error instanceof RegistryError);
    return error.problems.map(({ path }) => path);
  }
}

describe("networks", () => {
  it("of regions never overlap, and stay whichever others there are", () => {
    fc.assert(
      fc.property(someRegions, ({ regions, home }) => {
        const cidrs = resolve(regions, home).regions.map(({ region, topology }) => {
          assert.deepEqual(topology.network.cidrs, [defaultCidr(region)]);
          return defaultCidr(region);
        });
        for (const [index, cidr] of cidrs.entries()) for (const other of cidrs.slice(0, index)) assert.ok(!overlaps(cidr, other));
      }),
      { numRuns: 40 },
    );
  });
  it("keep the places that they had when they were released", () => {
    assert.equal(defaultCidr("af-south-1"), "10.64.0.0/16");
    assert.equal(defaultCidr("eu-central-1"), "10.83.0.0/16");
    assert.equal(defaultCidr("us-west-2"), "10.101.0.0/16");
  });
  it("that overlap are refused", () => {
    const at = (cidr: string) => ({ network: { cidr } });
    assert.deepEqual(problemsOf({ regions: { "eu-central-1": at("10.0.0.0/16"), "us-east-1": at("10.0.16.0/20") } }), [
      "regions.us-east-1.network",
    ]);
  });
  it("of others are let in at home, and believed there", () => {
    fc.assert(
      fc.property(someRegions, ({ regions, home }) => {
        for (const { region, topology } of resolve(regions, home, { loadBalancer: { allowedAddressRanges: ["192.0.2.0/24"] } }).regions) {
          const others = regions.filter((other) => other !== region).map(defaultCidr);
          const expected = region === home ? others.sort() : [];
          assert.deepEqual([...(topology.regionCidrs ?? [])].sort(), expected);
          assert.deepEqual(topology.loadBalancer.admittedRanges.slice(1).sort(), expected);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("copies and joined networks", () => {
  it("are those between home and each other region, once each way", () => {
    fc.assert(
      fc.property(someRegions, ({ regions, home }) => {
        const { copies, peerings } = resolve(regions, home);
        const others = regions.filter((region) => region !== home).sort();
        const pairs = copies.flatMap(({ from, to }) => to.map((target) => `${from} ${target}`)).sort();
        assert.deepEqual(pairs, others.flatMap((region) => [`${home} ${region}`, `${region} ${home}`]).sort());
        for (const { from, fromHome } of copies) assert.equal(fromHome, from === home);
        assert.equal(peerings.length, others.length);
        for (const { requester, accepter } of peerings) {
          assert.ok(requester < accepter);
          assert.ok([requester, accepter].includes(home));
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("routes", () => {
  const continents = ["AF", "AN", "AS", "EU", "NA", "OC", "SA"];
  it("are told apart, and cover everybody, however continents are shared out", () => {
    const shares = fc.array(fc.constantFrom(...known.slice(0, 3)), { minLength: continents.length, maxLength: continents.length });
    fc.assert(
      fc.property(shares, fc.constantFrom(...known.slice(0, 3)), (owners, home) => {
        const ofRegion = (region: string) => ({ routing: { continents: continents.filter((_, index) => owners[index] === region) } });
        const { dns } = resolve([], home, {
          regions: Object.fromEntries(known.slice(0, 3).map((region) => [region, ofRegion(region)])),
          dns: { zoneName: "corp.example", routing: Routing.Geolocation },
        });
        const routes = dns?.routes ?? [];
        assert.equal(new Set(routes.map(({ identifier }) => identifier)).size, continents.length + 1);
        assert.equal(routes.find(({ country }) => country === "*")?.region, home);
        for (const [index, continent] of continents.entries())
          assert.equal(routes.find((route) => route.continent === continent)?.region, owners[index]);
      }),
      { numRuns: 30 },
    );
  });
  it("keep their names when a region comes, and by latency and weight there is one for each region", () => {
    fc.assert(
      fc.property(someRegions, fc.constantFrom(Routing.Latency, Routing.Weighted), ({ regions, home }, routing) => {
        const routes = resolve(regions, home, { dns: { zoneName: "corp.example", routing } }).dns?.routes ?? [];
        assert.deepEqual(
          routes.map(({ identifier, region }) => [identifier, region]),
          [...regions].sort().map((region) => [region, region]),
        );
      }),
      { numRuns: 30 },
    );
  });
  it("that contradict each other are refused", () => {
    const dns = { zoneName: "corp.example", routing: Routing.Geolocation };
    const eu = { routing: { continents: ["EU", "XX"], countries: ["de"] } };
    assert.deepEqual(problemsOf({ dns, regions: { "eu-central-1": eu, "us-east-1": { routing: { continents: ["EU"] } } } }), [
      "regions.eu-central-1.routing.continents[1]",
      "regions.eu-central-1.routing.countries[0]",
      "regions.us-east-1.routing.continents[0]",
    ]);
    const weightless = { routing: { weight: 0 } };
    assert.deepEqual(
      problemsOf({
        dns: { zoneName: "corp.example", routing: Routing.Weighted },
        regions: { "eu-central-1": weightless, "us-east-1": weightless },
      }),
      ["regions"],
    );
  });
});

describe("what cannot be", () => {
  it("is told with the region, or once for all", () => {
    assert.deepEqual(problemsOf({ nodes: { count: 1 } }), ["nodes.count"]);
    assert.deepEqual(problemsOf({ regions: { "eu-central-1": {}, "us-east-1": { nodes: { count: 1 } } } }), [
      "regions.us-east-1.nodes.count",
    ]);
    assert.deepEqual(problemsOf({ regions: { "eu-central-1": {}, "cn-north-1": {} } }), ["regions"]);
    assert.deepEqual(problemsOf({ home: "us-west-2" }), ["home"]);
    assert.deepEqual(problemsOf({ regions: {} }), ["regions", "home"]);
    const own = { existingCertificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/mine" };
    assert.deepEqual(problemsOf({ regions: { "eu-central-1": own, "us-east-1": {} } }), ["regions"]);
  });
});

describe("HAProxy's configuration of a region that is not home", () => {
  const render = (tagReads?: TagReads): string => {
    const { topology } = resolve(["eu-central-1", "us-east-1"], "eu-central-1", { tagReads }).regions[1] ?? assert.fail();
    return renderAwsHaproxy(withHome(topology, "home.example"), { certificate: "/server.pem" });
  };
  const backend = (text: string, name: string): string => text.split(/\n(?=\S)/).find((of) => of.startsWith(`backend ${name}`)) ?? "";

  it("writes to home alone, with its certificate verified", () => {
    const writes = backend(render(), "registry-writes");
    assert.doesNotMatch(writes, /127\.0\.0\.1/);
    assert.match(writes, /verify required sni str\(registry\.corp\.example\) verifyhost registry\.corp\.example/);
  });
  it("asks the own registry first for what a digest names, and home first for lists, and for tags where that is wanted", () => {
    assert.match(backend(render(), "registry-reads"), /retry-on [^\n]*404[^]*server node [^]*server-template home-/);
    assert.match(backend(render(), "registry-home-first"), /server-template home-[^]*server node /);
    assert.doesNotMatch(backend(render(), "registry-home-first"), /404/);
    assert.doesNotMatch(render(), /registry-home-first if .*manifests/);
    assert.match(render(TagReads.Home), /registry-home-first if .*manifests/);
  });
});
