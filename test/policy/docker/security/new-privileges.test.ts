import assert from "node:assert/strict";
import { test } from "node:test";
import { newPrivileges } from "ha-registry-policy-docker/dist/security/new-privileges";
import { remedy, testPolicy, unknown } from "../../support/judge";

testPolicy(newPrivileges, {
  compliant: [
    { what: "short", plan: { securityOpts: ["no-new-privileges"] } },
    { what: "long", plan: { securityOpts: ["seccomp=x", "no-new-privileges:true"] } },
  ],
  violating: [{ what: "switched off", plan: { securityOpts: ["no-new-privileges:false"] }, reports: [/further privileges/] }],
  undefinedProperty: [
    { what: "nothing said", plan: {}, reports: [/further privileges/] },
    { what: "not known yet", plan: { securityOpts: unknown } },
  ],
});

test("the remediation adds what is missing and keeps the rest", async () => {
  const properties = { image: "registry:3.1.2", securityOpts: ["apparmor=registry"] };
  const better = await remedy(newPrivileges, { properties });
  assert.deepEqual(better, { image: "registry:3.1.2", securityOpts: ["apparmor=registry", "no-new-privileges"] });
  assert.equal(await remedy(newPrivileges, { properties: { securityOpts: ["no-new-privileges"] } }), undefined);
  assert.equal(await remedy(newPrivileges, { properties: {} }, { configuration: { exceptions: ["box"] } }), undefined);
});
