import { isProduction, mlps, PolicyGroup, productionSetting, securityHub, type ProductionSettings } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

/** Load balancers that can be deleted: AWS Security Hub ELB.6. */
export const deletionProtection = awsPolicy<{ enableDeletionProtection?: boolean }, ProductionSettings>(
  {
    name: "deletion-protection",
    group: PolicyGroup.Availability,
    description: "Load balancers of production are protected against deletion by AWS.",
    reason:
      "With a load balancer go its address, which DNS and firewalls elsewhere name, and every connection; what replaces it has another.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Set `enableDeletionProtection: true`; whoever really wants to delete it sets it back first.",
    controls: [securityHub("ELB.6"), mlps("8.1.4.9")],
    configuration: productionSetting,
  },
  types.loadBalancer,
  ({ stack, unknown, properties: { enableDeletionProtection } }, settings) =>
    !isProduction(stack, settings) || unknown.has("enableDeletionProtection") || enableDeletionProtection === true
      ? []
      : ["can be deleted with a mistaken change: set `enableDeletionProtection: true`"],
);
