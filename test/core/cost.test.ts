import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { EcrCostNetwork, compareCost, listPrices, pricesAsOf, resolveCost } from "ha-registry-core";
import type { CostComparison, CostShape, CostSheet, PriceName } from "ha-registry-core";
import { problemPaths } from "./support/problems";

// What both ways cost, from volumes and prices. Not proved here: that the prices are AWS's of today, and that a bill looks like this.

const compare = (shape: CostShape = {}): CostComparison => compareCost(resolveCost("test", shape));
const usdOf = ({ lines }: CostSheet, item: string): number =>
  lines.filter((line) => line.item === item).reduce((sum, { usd }) => sum + usd, 0);
const near = (actual: number, expected: number, what?: string): void =>
  assert.ok(Math.abs(actual - expected) < 1e-6 * Math.max(1, Math.abs(expected)), `${what ?? ""} ${actual}, not ${expected}`);

const gb = fc.integer({ min: 0, max: 500_000 });
const volumes = fc.record(
  {
    storageGb: gb,
    pullGb: gb,
    internetPullGb: gb,
    otherRegionPullGb: gb,
    pushGb: gb,
    imageMb: fc.integer({ min: 10, max: 5000 }),
    layers: fc.integer({ min: 1, max: 40 }),
    replicaRegions: fc.integer({ min: 0, max: 5 }),
  },
  { requiredKeys: [] },
);
const anyShape: fc.Arbitrary<CostShape> = fc.record(
  {
    teamSize: fc.integer({ min: 1, max: 5000 }),
    volumes,
    selfHosted: fc.record(
      {
        arm: fc.boolean(),
        natGateways: fc.integer({ min: 0, max: 3 }),
        redirect: fc.boolean(),
        redisServers: fc.integer({ min: 0, max: 3 }),
        hoursPerMonth: fc.integer({ min: 0, max: 40 }),
      },
      { requiredKeys: [] },
    ),
    ecr: fc.record(
      { network: fc.constantFrom(...Object.values(EcrCostNetwork)), enhancedScanning: fc.boolean(), rescans: gb, ownKey: fc.boolean() },
      { requiredKeys: [] },
    ),
    hourlyRate: fc.integer({ min: 0, max: 200 }),
  },
  { requiredKeys: [] },
);

describe("the table of prices", () => {
  it("says of each where AWS tells it, for what unit, and when that was", () => {
    assert.match(pricesAsOf, /^\d{4}-\d\d-\d\d$/);
    for (const name of Object.keys(listPrices) as PriceName[]) {
      const { usd, unit, source } = listPrices[name];
      assert.ok(usd > 0, name);
      assert.match(unit, /^[A-Za-z-]+$/, name);
      assert.match(source, /^https:\/\/aws\.amazon\.com\//, name);
    }
  });

  it("has no row that nothing is calculated with", () => {
    const used = new Set<string>();
    const much = { internetPullGb: 400_000, otherRegionPullGb: 10, replicaRegions: 1 };
    for (const shape of [
      { volumes: much, ecr: { enhancedScanning: true, rescans: 5 } },
      { teamSize: 1000, selfHosted: { arm: true, natGateways: 0 }, ecr: { network: EcrCostNetwork.Nat } },
    ]) {
      const { selfHosted, ecr } = compare(shape);
      for (const { priceName } of [...selfHosted.lines, ...ecr.lines]) used.add(priceName);
    }
    assert.deepEqual(
      Object.keys(listPrices).filter((name) => !used.has(name)),
      [],
    );
  });
});

describe("the sheet", () => {
  it("comes to what a calculation by hand comes to", () => {
    const { selfHosted, ecr, differenceUsd } = compare({
      teamSize: 100,
      volumes: { storageGb: 1000, pullGb: 3000, pushGb: 300, internetPullGb: 0, imageMb: 300, layers: 9 },
      selfHosted: { nodes: 3, natGateways: 1, natGb: 20, redisServers: 2 },
      ecr: { zones: 2 },
    });
    near(usdOf(selfHosted, "nodes: CPU"), 3 * 1 * 730 * 0.04048, "CPU");
    near(usdOf(selfHosted, "nodes: memory"), 3 * 2 * 730 * 0.004445, "memory");
    near(usdOf(selfHosted, "load balancer"), 730 * 0.0225, "balancer");
    near(usdOf(selfHosted, "NAT gateways"), 730 * 0.045, "NAT");
    near(usdOf(selfHosted, "NAT gateways: what they carry"), 20 * 0.045, "NAT's traffic");
    near(usdOf(selfHosted, "Redis"), 2 * 730 * 0.0128, "Redis");
    near(usdOf(selfHosted, "images in S3"), 23, "S3");
    // 1000 images of 10 blobs: 300 GB in parts of 10 MB, and five writes for each blob.
    near(usdOf(selfHosted, "S3: writes"), (30_000 + 50_000) * 0.000005, "writes");
    // 10,000 images of 10 blobs pulled, and three reads for each blob pushed.
    near(usdOf(selfHosted, "S3: reads"), (100_000 + 30_000) * 0.0000004, "reads");
    near(usdOf(ecr, "images in ECR"), 100, "ECR");
    near(usdOf(ecr, "endpoints of ECR"), 2 * 2 * 730 * 0.01, "endpoints");
    near(usdOf(ecr, "KMS requests, at the most"), 110_000 * 0.000003, "KMS");
    near(differenceUsd, ecr.usd - selfHosted.usd);
  });

  it("adds up, of any volumes, and has no line that costs nothing", () => {
    fc.assert(
      fc.property(anyShape, (shape) => {
        const { selfHosted, ecr } = compare(shape);
        for (const { lines, usd } of [selfHosted, ecr]) {
          near(
            usd,
            lines.reduce((sum, line) => sum + line.quantity * line.price.usd, 0),
          );
          for (const line of lines) assert.ok(line.quantity > 0 && Number.isFinite(line.usd), line.item);
        }
      }),
    );
  });

  it("never costs less for more", () => {
    const fields = ["storageGb", "pullGb", "internetPullGb", "otherRegionPullGb", "pushGb", "replicaRegions"] as const;
    fc.assert(
      fc.property(anyShape, fc.constantFrom(...fields), fc.integer({ min: 1, max: 5 }), (shape, field, more) => {
        const less = resolveCost("test", shape);
        const grown = { ...less, volumes: { ...less.volumes, [field]: less.volumes[field] + more } };
        const [before, after] = [compareCost(less), compareCost(grown)];
        for (const way of ["selfHosted", "ecr"] as const)
          assert.ok(after[way].usd >= before[way].usd - 1e-6, `${way} with more ${field}: ${before[way].usd} to ${after[way].usd}`);
      }),
    );
  });

  it("says with how many images both cost the same", () => {
    fc.assert(
      fc.property(anyShape, (shape) => {
        const { evenAtStorageGb } = compare(shape);
        if (evenAtStorageGb === undefined || evenAtStorageGb > 1e9) return;
        const { selfHosted, ecr } = compare({ ...shape, volumes: { ...shape.volumes, storageGb: evenAtStorageGb } });
        near(ecr.usd, selfHosted.usd);
      }),
    );
    assert.ok((compare().evenAtStorageGb ?? 0) > 0, "of the defaults there is no such number");
  });

  it("counts what goes to the Internet in AWS's steps, the first 100 GB for nothing", () => {
    for (const [internetPullGb, usd] of [
      [100, 0],
      [101, 0.09],
      [12_000, 10_140 * 0.09 + 1760 * 0.085],
      [200_000, 10_140 * 0.09 + 40_960 * 0.085 + 102_400 * 0.07 + 46_400 * 0.05],
    ] as const) {
      const { selfHosted, ecr } = compare({ volumes: { internetPullGb } });
      for (const sheet of [selfHosted, ecr]) near(usdOf(sheet, "pulls to the Internet"), usd, `${internetPullGb} GB`);
    }
  });

  it("has endpoints where there are no NAT gateways, and carries pulls where there is no redirect", () => {
    const without = compare({ selfHosted: { natGateways: 0, zones: 2 } }).selfHosted;
    near(usdOf(without, "endpoints of four services"), 4 * 2 * 730 * 0.01);
    assert.ok(without.lines.every(({ item }) => !item.startsWith("NAT")));
    const carried = (redirect: boolean): number =>
      usdOf(compare({ volumes: { pullGb: 9000 }, selfHosted: { redirect } }).selfHosted, "load balancer: what it carries");
    near(carried(false) - carried(true), 9000 * 0.006);
  });

  it("counts people's time where it has a price", () => {
    const { selfHosted, ecr } = compare({ hourlyRate: 80, selfHosted: { hoursPerMonth: 4 }, ecr: { hoursPerMonth: 0.5 } });
    assert.deepEqual([usdOf(selfHosted, "people's time"), usdOf(ecr, "people's time")], [320, 40]);
    assert.equal(usdOf(compare({ selfHosted: { hoursPerMonth: 4 } }).selfHosted, "people's time"), 0);
  });

  it("takes prices of the user's own", () => {
    const { ecr } = compare({ prices: { ecrGbMonth: 0.05 }, volumes: { storageGb: 100 } });
    near(usdOf(ecr, "images in ECR"), 5);
    assert.equal(ecr.lines.find(({ item }) => item === "images in ECR")?.price.source, "your own");
  });
});

describe("wrong numbers", () => {
  it("are all told at once", () => {
    const paths = problemPaths(() =>
      resolveCost("test", {
        teamSize: 0,
        volumes: { storageGb: -1, pullGb: NaN, layers: 1.5 },
        selfHosted: { nodes: 1, zones: 1 },
        ecr: { network: JSON.parse(`"fast"`) as EcrCostNetwork },
        hourlyRate: -1,
        prices: { gold: 1, s3GbMonth: JSON.parse(`"free"`) as number },
      }),
    );
    assert.deepEqual(paths, [
      "teamSize",
      "hourlyRate",
      "volumes.storageGb",
      "volumes.pullGb",
      "volumes.layers",
      "selfHosted.nodes",
      "selfHosted.zones",
      "ecr.network",
      "prices.gold",
      "prices.s3GbMonth",
    ]);
  });
});
