import assert from "node:assert/strict";
import { test } from "node:test";
import { collectionConcurrency } from "ha-registry-policy-kubernetes/dist/availability/collection-concurrency";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { remedy, testPolicy, unknown } from "../../support/judge";
import { workload } from "../../support/kubernetes";

const collecting = (spec: Record<string, unknown> = {}, args = ["garbage-collect", "/etc/config.yml"]) =>
  workload({ type: types.cronJob, container: { args }, spec });

testPolicy(collectionConcurrency, {
  compliant: [
    { what: "forbidden", plan: [collecting({ concurrencyPolicy: "Forbid" })] },
    { what: "another CronJob", plan: [collecting({}, ["date"])] },
    { what: "a Job", plan: [workload({ type: types.job, container: { args: ["garbage-collect"] } })] },
  ],
  violating: [
    { what: "allowed", plan: [collecting({ concurrencyPolicy: "Allow" })], reports: [/^box: may collect garbage twice/] },
    { what: "the second ends the first half way", plan: [collecting({ concurrencyPolicy: "Replace" })], reports: [/twice at once/] },
  ],
  undefinedProperty: [
    { what: "none, which allows it", plan: [collecting()], reports: [/twice at once/] },
    { what: "not known yet", plan: [collecting({ concurrencyPolicy: unknown })] },
  ],
});

test("the remediation forbids it and leaves everything else", async () => {
  const { spec } = collecting({ schedule: "30 2 * * *" }).properties as { spec: object };
  const better = await remedy(collectionConcurrency, collecting({ schedule: "30 2 * * *" }));
  assert.deepEqual(better?.["spec"], { ...spec, concurrencyPolicy: "Forbid" });
  assert.equal(await remedy(collectionConcurrency, collecting({ concurrencyPolicy: "Forbid" })), undefined);
});
