import { guides, isProduction, mlps, PolicyGroup, productionSetting, type ProductionSettings } from "ha-registry-policy-common";
import { labelOf, Role, withRole } from "../container";
import { containersPolicy } from "../container-policy";

interface Settings extends ProductionSettings {
  backedUpBy: string;
}

/** Copies in another place: the guides' rule 3-2-1. */
export const backup = containersPolicy<Settings>(
  {
    name: "backup",
    group: PolicyGroup.Operation,
    description: "Production copies its store elsewhere.",
    reason:
      "Several nodes and disks guard against none of: a deletion, a fire, an intruder. The guides ask for three copies, on two media, one of them elsewhere.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Run a backup (`backup` in a `Registry` of this library), or say in the policy's configuration what makes it. Whether the copies are good a plan does not tell.",
    controls: [mlps("8.1.4.9"), guides("backup 3-2-1")],
    configuration: {
      backedUpBy: { type: "string", description: "What copies the store outside the stack; empty: nothing does", default: "" },
      ...productionSetting,
    },
  },
  (containers, settings) => {
    const [first] = withRole(containers, Role.Registry);
    if (first === undefined || !isProduction(first.stack, settings) || settings.backedUpBy !== "") return [];
    // This library removes garbage with the same program that it makes backups with.
    const copies = withRole(containers, Role.Backup).filter((container) => labelOf(container, "ha-registry.part") !== "garbage-collection");
    return copies.length > 0
      ? []
      : [{ message: "nothing copies the store elsewhere: run a backup, or say in the policy's configuration what makes it" }];
  },
);
