import { mlps, PolicyGroup } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

interface DnsRecord {
  aliases?: { evaluateTargetHealth?: boolean }[];
  failoverRoutingPolicies?: { type?: string }[];
  geolocationRoutingPolicies?: object[];
  geoproximityRoutingPolicy?: object;
  healthCheckId?: string;
  latencyRoutingPolicies?: object[];
  multivalueAnswerRoutingPolicy?: boolean;
  weightedRoutingPolicies?: object[];
}

/** Names that lead to a region that is down: the Route 53 developer guide on health checks. */
export const dnsFailover = awsPolicy<DnsRecord>(
  {
    name: "dns-failover",
    group: PolicyGroup.Availability,
    description: "A record that stands beside others for the same name is left out when what it names is not well.",
    reason:
      "Route 53 takes a record without health check for well: clients whose nearest region is down are sent there until somebody changes the record.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Set `healthCheckId`, or `evaluateTargetHealth: true` of an alias. The last resort, the record `SECONDARY`, needs none.",
    controls: [mlps("8.1.4.9")],
  },
  types.dnsRecord,
  ({ unknown, properties }) => {
    const { aliases = [], failoverRoutingPolicies = [], healthCheckId } = properties;
    const routed =
      failoverRoutingPolicies.some(({ type }) => type !== "SECONDARY") ||
      properties.multivalueAnswerRoutingPolicy === true ||
      [properties.geolocationRoutingPolicies, properties.latencyRoutingPolicies, properties.weightedRoutingPolicies].some(
        (policies = []) => policies.length > 0,
      ) ||
      properties.geoproximityRoutingPolicy !== undefined;
    const checked =
      healthCheckId !== undefined ||
      unknown.has("healthCheckId") ||
      aliases.some(({ evaluateTargetHealth }) => evaluateTargetHealth === true);
    return routed && !checked ? ["goes on naming what is down: set `healthCheckId`, or `evaluateTargetHealth: true` of its alias"] : [];
  },
);
