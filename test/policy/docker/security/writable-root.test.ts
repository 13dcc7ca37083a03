import { writableRoot } from "ha-registry-policy-docker/dist/security/writable-root";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(writableRoot, {
  compliant: [{ what: "read-only", plan: { readOnly: true } }],
  violating: [{ what: "writable", plan: { readOnly: false }, reports: [/writable root/] }],
  undefinedProperty: [
    { what: "nothing said: it is writable", plan: {}, reports: [/writable root/] },
    { what: "not known yet", plan: { readOnly: unknown } },
    { what: "never started", plan: { start: false } },
  ],
});
