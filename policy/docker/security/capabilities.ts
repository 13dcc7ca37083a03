import { cis, mlps, PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { imageName } from "../container";
import { capabilityName, containerPolicy, dropsAll, isPreparation, isStarted } from "../container-policy";

interface Settings extends CommonSettings {
  allowed: string[];
  allowedByImage: Record<string, string[]>;
}

/** What it takes to change owners of files, in containers that do that once. */
const preparation = ["CHOWN", "DAC_OVERRIDE", "FOWNER"];

/** Capabilities of containers: CIS Docker 5.4. */
export const capabilities = containerPolicy<Settings>(
  {
    name: "capabilities",
    group: PolicyGroup.Security,
    description: "Every container drops all capabilities and adds only those that are allowed.",
    reason: "Docker leaves fourteen capabilities, among them raw sockets and changing owners, and no registry needs one of them.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: 'Set `capabilities: { drops: ["ALL"] }`, and add only what is needed.',
    controls: [cis("5.4"), mlps("8.1.4.2")],
    configuration: {
      allowed: {
        type: "array",
        items: { type: "string" },
        description: "Capabilities that any container may add",
        default: ["NET_BIND_SERVICE"],
      },
      allowedByImage: {
        type: "object",
        additionalProperties: { type: "array", items: { type: "string" } },
        description: "Further capabilities by the name of an image, without registry and tag",
        default: { keepalived: ["NET_ADMIN", "NET_RAW", "NET_BROADCAST", "SETGID", "SETUID"] },
      },
    },
  },
  (container, { allowed, allowedByImage }) => {
    if (!isStarted(container) || container.unknown.has("capabilities")) return [];
    const { drops = [], adds = [] } = container.properties.capabilities ?? {};
    const may = new Set([
      ...allowed.map(capabilityName),
      ...(allowedByImage[imageName(container) ?? ""] ?? []).map(capabilityName),
      ...(isPreparation(container) ? preparation : []),
    ]);
    const further = adds.map(capabilityName).filter((capability) => !may.has(capability));
    return [
      ...(dropsAll(drops)
        ? []
        : ['keeps capabilities that it does not need: set `capabilities: { drops: ["ALL"] }`, and add only those that it does']),
      ...(further.length === 0 ? [] : [`adds ${further.join(", ")}: leave them out, or allow them in the policy's configuration`]),
    ];
  },
);
