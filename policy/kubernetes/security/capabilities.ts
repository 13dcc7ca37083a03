import { cisKubernetes, isHidden, mlps, PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { containerPolicy } from "../object-policy";

interface Settings extends CommonSettings {
  allowed: string[];
}

/** Capabilities of containers: CIS Kubernetes 5.2.8 to 5.2.10. */
export const capabilities = containerPolicy<Settings>(
  {
    name: "capabilities",
    group: PolicyGroup.Security,
    description: "Every container drops all capabilities and adds only those that are allowed.",
    reason: "Runtimes leave about a dozen capabilities, among them raw sockets and changing owners, and no registry needs one of them.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: 'Set `securityContext: { capabilities: { drop: ["ALL"] } }`, and add only what is needed.',
    controls: [cisKubernetes("5.2.8"), cisKubernetes("5.2.9"), cisKubernetes("5.2.10"), mlps("8.1.4.2")],
    configuration: {
      allowed: {
        type: "array",
        items: { type: "string" },
        description: "Capabilities that any container may add",
        default: ["NET_BIND_SERVICE"],
      },
    },
  },
  (container, _, { allowed }) => {
    if (isHidden(container, "securityContext")) return [];
    const { add = [], drop = [] } = container.securityContext?.capabilities ?? {};
    const further = add.filter((capability) => !allowed.includes(capability));
    return [
      ...(drop.includes("ALL") ? [] : ['keeps capabilities that it does not need: set `capabilities: { drop: ["ALL"] }`']),
      ...(further.length === 0 ? [] : [`adds ${further.join(", ")}: leave them out, or allow them in the policy's configuration`]),
    ];
  },
);
