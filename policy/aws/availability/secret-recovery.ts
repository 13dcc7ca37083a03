import { isProduction, mlps, PolicyGroup, productionSetting, type ProductionSettings } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

/** Secrets that are gone at once: MLPS 8.1.4.9. */
export const secretRecovery = awsPolicy<{ recoveryWindowInDays?: number }, ProductionSettings>(
  {
    name: "secret-recovery",
    group: PolicyGroup.Availability,
    description: "Secrets of production can be brought back for some days after they were deleted.",
    reason:
      "Tasks that start anew do not start without their secrets: with those of the nodes the registry is down as soon as a task ends.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Leave out `recoveryWindowInDays` (30), or set it to 7 or more.",
    controls: [mlps("8.1.4.9")],
    configuration: productionSetting,
  },
  types.secret,
  ({ stack, properties: { recoveryWindowInDays } }, settings) =>
    isProduction(stack, settings) && recoveryWindowInDays === 0
      ? ["is gone at once when it is deleted: leave out `recoveryWindowInDays`, or set it to 7 or more"]
      : [],
);
