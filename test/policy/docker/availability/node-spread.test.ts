import { nodeSpread } from "ha-registry-policy-docker/dist/availability/node-spread";
import { testPolicy, unknown } from "../../support/judge";

function on(provider: string, image: string) {
  return { provider, properties: { image } };
}

testPolicy(nodeSpread, {
  compliant: [
    { what: "two hosts", plan: [on("north", "registry:3.1.2"), on("south", "registry:3.1.2")] },
    { what: "a single host", plan: [on("north", "registry:3.1.2"), on("north", "registry:3.1.2")] },
  ],
  violating: [
    {
      what: "nodes on one of two",
      plan: [on("north", "registry:3.1.2"), on("north", "registry:3.1.2"), on("south", "haproxy:3.0")],
      reports: [/^stack: all 2 containers of a kind \(registry\)/],
    },
    {
      what: "balancers on one of two",
      plan: [on("a", "haproxy:3.0"), on("a", "haproxy:3.0"), on("b", "registry:3.1.2")],
      reports: [/balancer/],
    },
  ],
  undefinedProperty: [
    { what: "no provider", plan: [{ properties: { image: "registry:3.1.2" } }, { properties: { image: "registry:3.1.2" } }] },
    { what: "images that are not known yet", plan: [on("a", unknown), on("a", unknown), on("b", "haproxy:3.0")] },
  ],
});
