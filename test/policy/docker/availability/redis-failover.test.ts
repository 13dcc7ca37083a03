import { redisFailover } from "ha-registry-policy-docker/dist/availability/redis-failover";
import { testPolicy, unknown, node } from "../../support/judge";

function redis(properties: Record<string, unknown> = {}) {
  return { properties: { image: "redis:8.2", ...properties } };
}

testPolicy(redisFailover, {
  compliant: [
    { what: "three servers", plan: [redis(), redis(), redis()], stack: "prod" },
    { what: "none", plan: [node()], stack: "prod" },
    { what: "one outside production", plan: [redis()] },
  ],
  violating: [
    { what: "one", plan: [redis()], stack: "prod", reports: [/^box: is the only server/] },
    {
      what: "one with a sentinel",
      plan: [redis(), redis({ command: ["redis-sentinel", "/s.conf"] })],
      stack: "prod",
      reports: [/^box-1: is the only/],
    },
  ],
  undefinedProperty: [{ what: "an image that is not known yet", plan: [redis({ image: unknown })], stack: "prod" }],
  configured: [
    { what: "production by another name", plan: [redis()], stack: "live", configuration: { production: "live" }, reports: [/only server/] },
  ],
});
