import assert from "node:assert/strict";
import { test } from "node:test";
import { logRotation } from "ha-registry-policy-docker/dist/operation/log-rotation";
import { remedy, testPolicy, unknown } from "../../support/judge";

testPolicy(logRotation, {
  compliant: [
    { what: "rotated", plan: { logDriver: "json-file", logOpts: { "max-size": "50m", "max-file": "3" } } },
    { what: "elsewhere", plan: { logDriver: "syslog" } },
    { what: "what runs once", plan: { mustRun: false } },
  ],
  violating: [
    {
      what: "a number of files, but no size",
      plan: { logDriver: "json-file", logOpts: { "max-file": "3" } },
      reports: [/keeps its log for ever/],
    },
    { what: "no limit, spelled out", plan: { logOpts: { "max-size": "-1" } }, reports: [/keeps its log/] },
  ],
  undefinedProperty: [
    { what: "nothing said", plan: {}, reports: [/keeps its log/] },
    { what: "not known yet", plan: { logOpts: { "max-size": unknown } } },
  ],
});

test("the remediation rotates, and keeps what is said", async () => {
  const better = await remedy(logRotation, { properties: { logOpts: { "max-file": "9" } } });
  assert.deepEqual(better, { logDriver: "json-file", logOpts: { "max-file": "9", "max-size": "50m" } });
  assert.equal(await remedy(logRotation, { properties: { logDriver: "syslog" } }), undefined);
});
