import { guides, isProduction, mlps, PolicyGroup, productionSetting, type ProductionSettings } from "ha-registry-policy-common";
import { Role, withRole } from "../container";
import { containersPolicy } from "../container-policy";

interface Settings extends ProductionSettings {
  minimum: number;
}

/** How many balancers there are: MLPS 8.1.4.9. */
export const balancerPair = containersPolicy<Settings>(
  {
    name: "balancer-pair",
    group: PolicyGroup.Availability,
    description: "Production has two balancers or more.",
    reason: "All nodes are out of reach with the only balancer, also while it is updated.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Run a second balancer on the same port (SO_REUSEPORT), or on another host with an address that moves (VRRP).",
    controls: [mlps("8.1.4.9"), guides("HAProxy or nginx in front")],
    configuration: {
      minimum: { type: "integer", minimum: 1, description: "Balancers that a production stack needs", default: 2 },
      ...productionSetting,
    },
  },
  (containers, settings) => {
    const [first] = withRole(containers, Role.Registry);
    if (first === undefined || !isProduction(first.stack, settings)) return [];
    const { length } = withRole(containers, Role.Balancer);
    if (length >= settings.minimum) return [];
    return [
      {
        message: `there are ${length} of ${settings.minimum} balancers: run a second one on the same port, or on another host with an address that moves`,
      },
    ];
  },
);
