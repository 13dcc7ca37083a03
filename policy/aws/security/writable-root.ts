import { mlps, PolicyGroup, securityHub } from "ha-registry-policy-common";
import { containerPolicy } from "../task-policy";

/** Writable root file systems: AWS Security Hub ECS.5. */
export const writableRoot = containerPolicy(
  {
    name: "writable-root",
    group: PolicyGroup.Security,
    description: "The root file system of every container is read-only.",
    reason: "An intruder cannot leave programs behind where nothing can be written, and nothing that matters is lost with a task.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Set `readonlyRootFilesystem: true`; mount a volume of the task where the program writes.",
    controls: [securityHub("ECS.5"), mlps("8.1.4.7")],
  },
  ({ readonlyRootFilesystem }) =>
    readonlyRootFilesystem === true
      ? []
      : ["has a writable root file system: set `readonlyRootFilesystem: true`, and mount a volume where it writes"],
);
