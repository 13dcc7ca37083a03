import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { compareCost, resolveCost } from "ha-registry-core";

// The command around the calculation, which test/core/cost is about.

const program = resolve(__dirname, "..", "..", "..", "stacks", "bin", "ha-registry.js");
let directory: string;

before(() => {
  directory = mkdtempSync(join(tmpdir(), "compare-cost-"));
  for (const each of ["stacks", "home"]) mkdirSync(join(directory, each));
  writeFileSync(join(directory, "Pulumi.yaml"), "name: ha-registry\nruntime: nodejs\nstackConfigDir: stacks\n");
  writeFileSync(join(directory, "stacks", "Pulumi.prod.yaml"), "config:\n  ha-registry:registry: { teamSize: 45 }\n");
  writeFileSync(
    join(directory, "volumes.yaml"),
    "teamSize: 100\nvolumes: { storageGb: 500, pushGb: 7 }\nhourlyRate: 90\nselfHosted: { hoursPerMonth: 3 }\nprices: { ecrGbMonth: 0.2 }\n",
  );
  writeFileSync(join(directory, "wrong.yaml"), "volume: {}\nvolumes: { storage: 1 }\necr: 3\n");
});
after(() => rmSync(directory, { recursive: true }));

function run(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "-C", directory, "compare-cost", ...args], {
    cwd: directory,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: join(directory, "home") },
  });
  return { code: status, stdout, stderr };
}

interface Told {
  environment: string;
  volumes: { storageGb: number; pullGb: number; pushGb: number };
  selfHosted: { usd: number; lines: { item: string; usd: number }[] };
  ecr: { usd: number; lines: { item: string; price: { usd: number } }[] };
  differenceUsd: number;
}

function told(...args: string[]): Told {
  const { code, stdout, stderr } = run(...args, "--json");
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as Told;
}

describe("compare-cost", () => {
  it("takes the size of the team from the environment, needs no backend, and makes nothing", () => {
    assert.equal(told("prod").volumes.pullGb, 45 * 20);
    assert.equal(told().volumes.pullGb, 20 * 20);
    // Node's cache of compiled modules is all that it leaves at home: no state, no passphrase.
    assert.deepEqual(readdirSync(join(directory, "home")), [".cache"]);
    assert.deepEqual(readdirSync(join(directory, "stacks")), ["Pulumi.prod.yaml"]);
  });

  it("takes a file, and options before it", () => {
    const { volumes, selfHosted, ecr } = told("prod", "--volumes", "volumes.yaml", "--push-gb", "9");
    assert.deepEqual([volumes.storageGb, volumes.pullGb, volumes.pushGb], [500, 2000, 9]);
    assert.equal(selfHosted.lines.find(({ item }) => item === "people's time")?.usd, 270);
    assert.equal(ecr.lines.find(({ item }) => item === "images in ECR")?.price.usd, 0.2);
  });

  it("prints a table that says what it rests on", () => {
    const { code, stdout } = run("prod", "--storage-gb", "4000", "--prices");
    assert.equal(code, 0);
    const { selfHosted, ecr, differenceUsd } = compareCost(resolveCost("prod", { teamSize: 45, volumes: { storageGb: 4000 } }));
    assert.match(stdout, /^prod: US dollars a month, list prices of us-east-1 as of \d{4}-\d\d-\d\d$/m);
    for (const { usd } of [selfHosted, ecr]) assert.match(stdout, new RegExp(`^ {2}total +${usd.toFixed(2).replace(".", "\\.")}$`, "m"));
    assert.ok(stdout.includes(`ECR costs ${Math.abs(differenceUsd).toFixed(2)} ${differenceUsd < 0 ? "less" : "more"}`));
    assert.match(stdout, /^People's time is not counted/m);
    assert.match(stdout, /^Not verified by a second source, marked with \?: redisMicroHour/m);
    assert.match(stdout, /^ {2}s3Read +0\.0000004 +request +https:/m);
  });

  it("refuses what it does not know, all at once, and prints no result", () => {
    const cases: [args: string[], told: RegExp[]][] = [
      [["nope"], [/there is no environment "nope"/]],
      [
        ["prod", "--storage-gb", "much", "--nodes", "1"],
        [/volumes\.storageGb: NaN/, /selfHosted\.nodes: 1/],
      ],
      [["prod", "--volumes", "none.yaml"], [/there is no such file/]],
      [
        ["prod", "--volumes", "wrong.yaml"],
        [/volume: is not known here/, /volumes\.storage: is not known here/, /ecr: is not a group/],
      ],
    ];
    for (const [args, expected] of cases) {
      const { code, stdout, stderr } = run(...args);
      assert.notEqual(code, 0, args.join(" "));
      assert.equal(stdout, "", args.join(" "));
      for (const each of expected) assert.match(stderr, each, args.join(" "));
    }
  });
});
