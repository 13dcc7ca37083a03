import { guides, mlps } from "./frameworks";
import { isProduction, PolicyGroup, productionSetting, type Decision, type ProductionSettings } from "./rule";

/** Settings of `nodeCount`. */
export interface NodeSettings extends ProductionSettings {
  /** Nodes that a stack needs. */
  minimum: number;
  /** Nodes that a production stack needs. */
  minimumInProduction: number;
}

/** How many nodes a registry has. */
export interface NodeCount {
  /** Their number. */
  count: number;
  /** Name of the stack. */
  stack: string;
}

/** How many registries there are: the guides' cluster of three nodes. */
export const nodeCount: Decision<NodeCount, NodeSettings> = {
  rule: {
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
  problems({ count, stack }, settings) {
    const wanted = isProduction(stack, settings) ? settings.minimumInProduction : settings.minimum;
    return count >= wanted
      ? []
      : [`the registry has ${count} of ${wanted} nodes: run further ones on the same store, with the same HTTP secret`];
  },
};
