import { balancerPair } from "ha-registry-policy-docker/dist/availability/balancer-pair";
import { testPolicy, unknown, node } from "../../support/judge";

function balancer(properties: Record<string, unknown> = {}) {
  return { properties: { image: "haproxy:3.0", ...properties } };
}

testPolicy(balancerPair, {
  compliant: [
    { what: "two", plan: [node(), balancer(), balancer()], stack: "prod" },
    { what: "one outside production", plan: [node(), balancer()] },
  ],
  violating: [
    { what: "one", plan: [node(), balancer()], stack: "prod", reports: [/^stack: there are 1 of 2 balancers/] },
    { what: "none", plan: [node()], stack: "prod", reports: [/0 of 2/] },
    {
      what: "what only holds their network open does not count",
      plan: [node(), balancer(), balancer({ entrypoints: ["sh", "-c"], command: ["while :; do sleep 3600; done"] })],
      stack: "prod",
      reports: [/1 of 2/],
    },
  ],
  undefinedProperty: [
    {
      what: "commands that are not known yet",
      plan: [node(), balancer({ command: unknown }), balancer({ command: unknown })],
      stack: "prod",
    },
  ],
  configured: [{ what: "a cloud's balancer in front", plan: [node()], stack: "prod", configuration: { minimum: 0 } }],
});
