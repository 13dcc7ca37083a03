import { cis, mlps, PolicyGroup } from "ha-registry-policy-common";
import { containerPolicy, isStarted } from "../container-policy";

/** Writable root file systems: CIS Docker 5.13. */
export const writableRoot = containerPolicy(
  {
    name: "writable-root",
    group: PolicyGroup.Security,
    description: "The root file system of every container is read-only.",
    reason: "An intruder cannot leave programs behind where nothing can be written, and nothing that matters is lost with a container.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Set `readOnly: true`; mount a volume or a `tmpfs` where the program writes.",
    controls: [cis("5.13"), mlps("8.1.4.7")],
  },
  (container) =>
    isStarted(container) && container.properties.readOnly !== true && !container.unknown.has("readOnly")
      ? ["has a writable root file system: set `readOnly: true`, and mount a volume or a `tmpfs` where it writes"]
      : [],
);
