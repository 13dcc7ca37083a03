import { dnsFailover } from "ha-registry-policy-aws/dist/availability/dns-failover";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const named = (properties: Record<string, unknown>) => [resource("dnsRecord", { type: "A", ...properties })];
const nearest = { latencyRoutingPolicies: [{ region: "eu-central-1" }] };

testPolicy(dnsFailover, {
  compliant: [
    { what: "the only one", plan: named({ records: ["192.0.2.1"] }) },
    { what: "with a health check", plan: named({ ...nearest, healthCheckId: "check" }) },
    { what: "an alias that asks its target", plan: named({ ...nearest, aliases: [{ evaluateTargetHealth: true }] }) },
    { what: "the last resort", plan: named({ failoverRoutingPolicies: [{ type: "SECONDARY" }] }) },
  ],
  violating: [
    { what: "the nearest", plan: named(nearest), reports: [/^box: goes on naming what is down/] },
    { what: "by weight", plan: named({ weightedRoutingPolicies: [{ weight: 1 }] }), reports: [/^box: /] },
    { what: "by country", plan: named({ geolocationRoutingPolicies: [{ country: "*" }] }), reports: [/^box: /] },
    { what: "by distance", plan: named({ geoproximityRoutingPolicy: {} }), reports: [/^box: /] },
    { what: "any of several", plan: named({ multivalueAnswerRoutingPolicy: true }), reports: [/^box: /] },
    { what: "the first of two", plan: named({ failoverRoutingPolicies: [{ type: "PRIMARY" }] }), reports: [/^box: /] },
    { what: "an alias that does not ask", plan: named({ ...nearest, aliases: [{ evaluateTargetHealth: false }] }), reports: [/^box: /] },
  ],
  undefinedProperty: [
    { what: "nothing", plan: named({}) },
    { what: "not known yet", plan: named({ ...nearest, healthCheckId: unknown }) },
  ],
});
