import { cisKubernetes, PolicyGroup } from "ha-registry-policy-common";
import { containerPolicy, securitySetting } from "../object-policy";

/** System calls that nobody needs: CIS Kubernetes 5.7.2. */
export const seccompProfile = containerPolicy(
  {
    name: "seccomp-profile",
    group: PolicyGroup.Security,
    description: "Every container has a seccomp profile.",
    reason:
      "Kubernetes, other than Docker, lets every system call through unless told otherwise: the profile of the runtime would have kept CVE-2022-0185 from pods.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: 'Set `securityContext: { seccompProfile: { type: "RuntimeDefault" } }` on the pod.',
    controls: [cisKubernetes("5.7.2")],
  },
  (container, pod) => {
    const profile = securitySetting(container, pod, "seccompProfile");
    if (profile === "hidden" || profile?.type === "RuntimeDefault" || profile?.type === "Localhost") return [];
    return ['may make every system call: set `seccompProfile: { type: "RuntimeDefault" }`'];
  },
);
