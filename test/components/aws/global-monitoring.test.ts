import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { GlobalRegistry } from "ha-registry-aws";
import { record } from "../support/mocks";
import type { Recording } from "../support/mocks";

// What CloudWatch is asked for in several regions. Not proved under mocks: that it counts and tells what it is asked to.

const [home, near, far] = ["eu-central-1", "us-east-1", "ap-southeast-2"] as const;

let recording: Recording<GlobalRegistry>;

before(async () => {
  const regions = { [home]: {}, [near]: {}, [far]: {} };
  recording = await record(
    () => new GlobalRegistry("team", { home, regions, hostname: "registry.corp.example", monitoring: { emails: ["oncall@corp.example"] } }),
  );
});

describe("monitoring", () => {
  it("is in each region, with the alarms of the cache at home alone, and a dashboard under a name of its own", () => {
    const alarms = (region: string): string[] => recording.names("MetricAlarm").filter((name) => name.startsWith(`team-${region}-`));
    assert.ok(alarms(home).some((name) => name.endsWith("RedisDown")));
    for (const region of [near, far]) {
      assert.ok(
        alarms(region).some((name) => name.endsWith("BalancerDown")),
        region,
      );
      assert.ok(!alarms(region).some((name) => name.endsWith("RedisDown")), region);
    }
    const dashboards = recording.all("Dashboard").map(({ inputs }) => inputs["dashboardName"]);
    assert.deepEqual(
      dashboards.sort(),
      [far, home, near].map((region) => `ha-registry-team-${region}`),
    );
  });
});
