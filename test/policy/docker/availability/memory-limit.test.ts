import { memoryLimit } from "ha-registry-policy-docker/dist/availability/memory-limit";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(memoryLimit, {
  compliant: [
    { what: "one", plan: { memory: 256 } },
    { what: "what runs once", plan: { mustRun: false } },
  ],
  violating: [{ what: "0, which is none", plan: { memory: 0 }, reports: [/has no memory limit/] }],
  undefinedProperty: [
    { what: "none", plan: {}, reports: [/has no memory limit/] },
    { what: "not known yet", plan: { memory: unknown } },
  ],
});
