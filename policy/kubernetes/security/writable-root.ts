import { cisKubernetes, mlps, PolicyGroup } from "ha-registry-policy-common";
import { containerPolicy, securitySetting } from "../object-policy";

/** Writable root file systems: CIS Kubernetes 5.7.3. */
export const writableRoot = containerPolicy(
  {
    name: "writable-root",
    group: PolicyGroup.Security,
    description: "The root file system of every container is read-only.",
    reason: "An intruder cannot leave programs behind where nothing can be written, and nothing that matters is lost with a container.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Set `securityContext: { readOnlyRootFilesystem: true }`; mount an `emptyDir` where the program writes.",
    controls: [cisKubernetes("5.7.3"), mlps("8.1.4.7")],
  },
  (container, pod) => {
    const readOnly = securitySetting(container, pod, "readOnlyRootFilesystem");
    return readOnly === true || readOnly === "hidden"
      ? []
      : ["has a writable root file system: set `readOnlyRootFilesystem: true`, and mount an `emptyDir` where it writes"];
  },
);
