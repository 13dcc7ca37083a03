import { guides, isProduction, mlps, PolicyGroup, productionSetting, type ProductionSettings } from "ha-registry-policy-common";
import { Role, withRole } from "../container";
import { containersPolicy } from "../container-policy";

interface Settings extends ProductionSettings {
  minimum: number;
  minimumInProduction: number;
}

/** How many registries there are: the guides' cluster of three nodes. */
export const registryNodes = containersPolicy<Settings>(
  {
    name: "registry-nodes",
    group: PolicyGroup.Availability,
    description: "A registry has two nodes or more, three in production.",
    reason: "With one node each update and each crash is an outage. The guides run two or three nodes, and three in production.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Run further registries on the same store, with the same HTTP secret, behind the balancer.",
    controls: [mlps("8.1.4.9"), guides("cluster of three nodes")],
    configuration: {
      minimum: { type: "integer", minimum: 1, description: "Nodes that a stack needs", default: 2 },
      minimumInProduction: { type: "integer", minimum: 1, description: "Nodes that a production stack needs", default: 3 },
      ...productionSetting,
    },
  },
  (containers, settings) => {
    const nodes = withRole(containers, Role.Registry);
    const [first] = nodes;
    if (first === undefined) return [];
    const wanted = isProduction(first.stack, settings) ? settings.minimumInProduction : settings.minimum;
    if (nodes.length >= wanted) return [];
    return [
      { message: `the registry has ${nodes.length} of ${wanted} nodes: run further ones on the same store, with the same HTTP secret` },
    ];
  },
);
