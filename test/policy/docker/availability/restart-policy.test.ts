import assert from "node:assert/strict";
import { test } from "node:test";
import { restartPolicy } from "ha-registry-policy-docker/dist/availability/restart-policy";
import { remedy, testPolicy, unknown } from "../../support/judge";

testPolicy(restartPolicy, {
  compliant: [
    { what: "unless stopped", plan: { restart: "unless-stopped" } },
    { what: "always", plan: { restart: "always" } },
    { what: "what runs once", plan: { restart: "no", mustRun: false } },
  ],
  violating: [{ what: "no", plan: { restart: "no" }, reports: [/does not come back/] }],
  undefinedProperty: [
    { what: "nothing said: it stays away", plan: {}, reports: [/does not come back/] },
    { what: "not known yet", plan: { restart: unknown } },
  ],
});

test("the remediation lets Docker start it again", async () => {
  assert.equal((await remedy(restartPolicy, { properties: { restart: "no" } }))?.["restart"], "unless-stopped");
  assert.equal(await remedy(restartPolicy, { properties: { restart: "always" } }), undefined);
  assert.equal(await remedy(restartPolicy, { properties: { mustRun: false } }), undefined);
});
