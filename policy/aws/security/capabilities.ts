import { mlps, PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { containerPolicy } from "../task-policy";

interface Settings extends CommonSettings {
  allowed: string[];
}

/** Capabilities of containers: MLPS 8.1.4.2. */
export const capabilities = containerPolicy<Settings>(
  {
    name: "capabilities",
    group: PolicyGroup.Security,
    description: "Every container drops all capabilities and adds only those that are allowed.",
    reason:
      "Fourteen capabilities are left to a container that says nothing, among them raw sockets and changing owners, and no registry needs one of them.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: 'Set `linuxParameters: { capabilities: { drop: ["ALL"] } }`, and add only what is needed.',
    controls: [mlps("8.1.4.2")],
    configuration: {
      allowed: {
        type: "array",
        items: { type: "string" },
        description: "Capabilities that any container may add",
        default: ["NET_BIND_SERVICE"],
      },
    },
  },
  ({ linuxParameters }, _, { allowed }) => {
    const { add = [], drop = [] } = linuxParameters?.capabilities ?? {};
    const further = add.filter((capability) => !allowed.includes(capability));
    return [
      ...(drop.includes("ALL")
        ? []
        : ['keeps capabilities that it does not need: set `linuxParameters: { capabilities: { drop: ["ALL"] } }`']),
      ...(further.length === 0 ? [] : [`adds ${further.join(", ")}: leave them out, or allow them in the policy's configuration`]),
    ];
  },
);
