import { cisKubernetes, mlps, PolicyGroup } from "ha-registry-policy-common";
import { containerPolicy, securitySetting } from "../object-policy";

/** Containers that run as root: CIS Kubernetes 5.2.7. */
export const rootUser = containerPolicy(
  {
    name: "root-user",
    group: PolicyGroup.Security,
    description: "No container runs as root.",
    reason: "Root in a container is root of the host as soon as something leaks between them, as runc did (CVE-2019-5736, CVE-2024-21626).",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Set `securityContext: { runAsNonRoot: true, runAsUser: 65532 }` on the pod, and `fsGroup` for the volumes that it writes to.",
    controls: [cisKubernetes("5.2.7"), mlps("8.1.4.2")],
  },
  (container, pod) => {
    const [user, nonRoot] = [securitySetting(container, pod, "runAsUser"), securitySetting(container, pod, "runAsNonRoot")];
    if (user === "hidden" || nonRoot === "hidden") return [];
    if (user === 0) return ["runs as root: set `runAsUser` to a number above 0"];
    return nonRoot === true || user !== undefined
      ? []
      : ["runs as its image says, mostly as root: set `runAsNonRoot: true` and `runAsUser`"];
  },
);
