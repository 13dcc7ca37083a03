import { mlps, PolicyGroup } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

interface LoadBalancer {
  enableCrossZoneLoadBalancing?: boolean;
  loadBalancerType?: string;
}

/** Network load balancers that keep to their zone: MLPS 8.1.4.9. */
export const crossZone = awsPolicy<LoadBalancer>(
  {
    name: "cross-zone",
    group: PolicyGroup.Availability,
    description: "Network load balancers send requests to nodes of every zone.",
    reason:
      "Unless told so a network load balancer keeps to its zone: a zone with one node of three gets as many requests as one with two, and a rollout takes half of a zone away.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Set `enableCrossZoneLoadBalancing: true`; application load balancers do it anyway.",
    controls: [mlps("8.1.4.9")],
  },
  types.loadBalancer,
  ({ unknown, properties: { enableCrossZoneLoadBalancing, loadBalancerType } }) =>
    loadBalancerType !== "network" || unknown.has("enableCrossZoneLoadBalancing") || enableCrossZoneLoadBalancing === true
      ? []
      : ["sends requests to the nodes of one zone alone: set `enableCrossZoneLoadBalancing: true`"],
);
