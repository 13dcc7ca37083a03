import { isProduction, mlps, PolicyGroup, productionSetting, securityHub, type ProductionSettings } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

interface LoadBalancer {
  accessLogs?: { enabled?: boolean };
}

/** Requests that nobody wrote down: AWS Security Hub ELB.5. */
export const balancerLogs = awsPolicy<LoadBalancer, ProductionSettings>(
  {
    name: "balancer-logs",
    group: PolicyGroup.Operation,
    description: "Load balancers of production write down who connected.",
    reason:
      "What nodes write begins behind the load balancer: handshakes that fail, attacks with broken TLS and clients that were cut off are in its own log alone.",
    severity: "low",
    enforcementLevel: "advisory",
    mend: "Set `accessLogs: { bucket, enabled: true }`; the bucket has to let the load balancer write.",
    controls: [securityHub("ELB.5"), mlps("8.1.4.3")],
    configuration: productionSetting,
  },
  types.loadBalancer,
  ({ stack, unknown, properties: { accessLogs } }, settings) =>
    !isProduction(stack, settings) || accessLogs?.enabled === true || (accessLogs?.enabled === undefined && unknown.has("accessLogs"))
      ? []
      : ["writes down no connections: set `accessLogs: { bucket, enabled: true }`"],
);
