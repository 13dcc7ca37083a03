import { zoneSpread } from "ha-registry-policy-aws/dist/availability/zone-spread";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const subnet = (name: string, availabilityZone?: string) => resource("subnet", { availabilityZone, id: `subnet-${name}` }, { name });
const balancer = (properties: Record<string, unknown>, computedFrom = {}) =>
  resource("loadBalancer", properties, { name: "balancer", computedFrom });

testPolicy(zoneSpread, {
  compliant: [
    { what: "subnets of a network that was there before", plan: [balancer({ subnets: ["subnet-1", "subnet-2"] })] },
    {
      what: "subnets of two zones, not known yet",
      plan: [
        subnet("a", "eu-central-1a"),
        subnet("b", "eu-central-1b"),
        balancer({ subnets: [unknown, unknown] }, { subnets: ["a", "b"] }),
      ],
    },
    { what: "a service", plan: [resource("service", { networkConfiguration: { subnets: ["subnet-1", "subnet-2"] } })] },
    { what: "a service on hosts", plan: [resource("service")] },
    { what: "a cache", plan: [resource("subnetGroup", { subnetIds: ["subnet-1", "subnet-2"] })] },
    { what: "addresses of its own", plan: [balancer({ subnetMappings: [{ subnetId: "subnet-1" }, { subnetId: "subnet-2" }] })] },
  ],
  violating: [
    { what: "one subnet", plan: [balancer({ subnets: ["subnet-1"] })], reports: [/^balancer: is in 1 of 2 availability zones/] },
    {
      what: "two subnets of one zone",
      plan: [subnet("a", "eu-central-1a"), subnet("b", "eu-central-1a"), balancer({ subnets: ["subnet-a", "subnet-b"] })],
      reports: [/^balancer: is in 1 of 2/],
    },
    { what: "a service", plan: [resource("service", { networkConfiguration: { subnets: ["subnet-1"] } })], reports: [/^box: /] },
    { what: "a cache", plan: [resource("subnetGroup", { subnetIds: ["subnet-1"] })], reports: [/^box: /] },
  ],
  undefinedProperty: [
    { what: "no subnets", plan: [balancer({})] },
    { what: "subnets that are not known yet, of somewhere else", plan: [balancer({ subnets: unknown }, { subnets: ["balancer"] })] },
    {
      what: "zones that are not known yet",
      plan: [subnet("a"), subnet("b"), balancer({ subnets: [unknown] }, { subnets: ["a", "b"] })],
    },
  ],
  configured: [
    { what: "three zones", plan: [balancer({ subnets: ["subnet-1", "subnet-2"] })], configuration: { minimum: 3 }, reports: [/2 of 3/] },
  ],
});
