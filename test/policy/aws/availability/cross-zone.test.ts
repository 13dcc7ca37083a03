import { crossZone } from "ha-registry-policy-aws/dist/availability/cross-zone";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const balancer = (properties: Record<string, unknown>) => [resource("loadBalancer", { loadBalancerType: "network", ...properties })];

testPolicy(crossZone, {
  compliant: [
    { what: "over zones", plan: balancer({ enableCrossZoneLoadBalancing: true }) },
    { what: "an application load balancer", plan: balancer({ loadBalancerType: "application" }) },
  ],
  violating: [
    {
      what: "within zones",
      plan: balancer({ enableCrossZoneLoadBalancing: false }),
      reports: [/^box: sends requests to the nodes of one zone/],
    },
  ],
  undefinedProperty: [
    { what: "nothing, which is within zones", plan: balancer({}), reports: [/^box: /] },
    { what: "no type, which is an application load balancer", plan: balancer({ loadBalancerType: undefined }) },
    { what: "not known yet", plan: balancer({ enableCrossZoneLoadBalancing: unknown }) },
  ],
});
