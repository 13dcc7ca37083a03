import { healthCheck } from "ha-registry-policy-docker/dist/availability/health-check";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(healthCheck, {
  compliant: [
    { what: "one", plan: { image: "registry:3.1.2", healthcheck: { tests: ["CMD", "true"] } } },
    { what: "a part that users do not notice", plan: { image: "prom/node-exporter:v1.12.1" } },
    { what: "what only holds files", plan: { image: "registry:3.1.2", start: false } },
  ],
  violating: [
    { what: "switched off", plan: { image: "haproxy:3.0", healthcheck: { tests: ["NONE"] } }, reports: [/has no health check/] },
    { what: "empty", plan: { image: "redis:8.2", healthcheck: { tests: [] } }, reports: [/has no health check/] },
  ],
  undefinedProperty: [
    { what: "none", plan: { image: "registry:3.1.2" }, reports: [/has no health check/] },
    { what: "not known yet", plan: { image: "registry:3.1.2", healthcheck: { tests: unknown } } },
  ],
  configured: [
    {
      what: "an image with one of its own",
      plan: { image: "goharbor/registry-photon:v2.15.2" },
      configuration: { withOwnCheck: ["registry-photon"] },
    },
  ],
});
