import assert from "node:assert/strict";
import { test } from "node:test";
import { serviceAccountToken } from "ha-registry-policy-kubernetes/dist/security/service-account-token";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { remedy, testPolicy, unknown } from "../../support/judge";
import { running, workload } from "../../support/kubernetes";

testPolicy(serviceAccountToken, {
  compliant: [
    { what: "none", plan: running({}, { automountServiceAccountToken: false }) },
    { what: "one that is meant", plan: running({}, { automountServiceAccountToken: true, serviceAccountName: "collector" }) },
  ],
  violating: [
    { what: "one by default", plan: running({}, { serviceAccountName: "registry" }), reports: [/^box: gets a token/] },
    { what: "that of the namespace", plan: running({}, { automountServiceAccountToken: true }), reports: [/gets a token/] },
    {
      what: "that of the namespace, by its name",
      plan: running({}, { automountServiceAccountToken: true, serviceAccountName: "default" }),
      reports: [/gets a token/],
    },
  ],
  undefinedProperty: [
    { what: "nothing", plan: running({}), reports: [/gets a token/] },
    { what: "not known yet", plan: running({}, { automountServiceAccountToken: unknown }) },
  ],
});

test("the remediation takes it away wherever a pod stands, and leaves everything else", async () => {
  const pod = { automountServiceAccountToken: false };
  for (const type of [types.deployment, types.cronJob, types.pod]) {
    const better = await remedy(serviceAccountToken, workload({ type, spec: { paused: true } }));
    assert.deepEqual(better, workload({ type, spec: { paused: true }, pod }).properties, type);
  }
});

test("the remediation leaves a pod with an account of its own, and one of which something is not known yet", async () => {
  for (const pod of [{ serviceAccountName: "collector" }, { hostname: unknown }])
    assert.equal(await remedy(serviceAccountToken, workload({ pod })), undefined);
});
