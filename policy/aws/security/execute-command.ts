import { isProduction, mlps, PolicyGroup, productionSetting, type ProductionSettings } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";
import type { Service } from "../task-definition";

/** Shells in production: the ECS developer guide on ECS Exec. */
export const executeCommand = awsPolicy<Service, ProductionSettings>(
  {
    name: "execute-command",
    group: PolicyGroup.Security,
    description: "Nobody opens a shell in containers of production.",
    reason: "With ECS Exec whoever may call `ecs:ExecuteCommand` reads every secret of the task, as root whatever the container's user is.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Leave out `enableExecuteCommand`; set it for as long as somebody needs it.",
    controls: [mlps("8.1.4.2")],
    configuration: productionSetting,
  },
  types.service,
  ({ stack, properties: { enableExecuteCommand } }, settings) =>
    isProduction(stack, settings) && enableExecuteCommand === true
      ? ["lets people into its containers: leave out `enableExecuteCommand`"]
      : [],
);
