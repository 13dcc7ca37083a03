import { stopGrace } from "ha-registry-policy-docker/dist/availability/stop-grace";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(stopGrace, {
  compliant: [
    { what: "a registry", plan: { image: "registry:3.1.2", destroyGraceSeconds: 300 } },
    { what: "a part without transfers", plan: { image: "redis:8.2" } },
  ],
  violating: [{ what: "a short one", plan: { image: "haproxy:3.0", destroyGraceSeconds: 5 }, reports: [/killed 5 s after/] }],
  undefinedProperty: [
    { what: "none: the provider kills at once", plan: { image: "registry:3.1.2" }, reports: [/killed 0 s after/] },
    { what: "not known yet", plan: { image: "registry:3.1.2", destroyGraceSeconds: unknown } },
  ],
  configured: [
    {
      what: "a longer one",
      plan: { image: "registry:3.1.2", destroyGraceSeconds: 60 },
      configuration: { minimumSeconds: 600 },
      reports: [/to 600 or more/],
    },
  ],
});
