import { guides, ownerLabels, PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { workloadPolicy } from "../object-policy";
import { serviceTypes } from "../workloads";

interface Settings extends CommonSettings {
  required: string[];
}

/** Labels that tell whose a workload is: the guides' naming by project and environment. */
export const resourceLabels = workloadPolicy<Settings>(
  {
    name: "resource-labels",
    group: PolicyGroup.Operation,
    description: "Everything that keeps pods running tells its project, environment and owner in labels.",
    reason:
      "In an incident somebody looks at a cluster that many share, and has to know whose a pod is before ending it; and costs are shared out by label.",
    severity: "low",
    enforcementLevel: "advisory",
    mend: "Add the labels; a `Registry` of this library takes them as `labels`.",
    controls: [guides("naming by project and environment")],
    configuration: {
      required: {
        type: "array",
        items: { type: "string" },
        description: "Labels that have to be there, as also cost-centre",
        default: [...ownerLabels],
      },
    },
  },
  ({ type, unknown, properties: { metadata = {} } }, { required }) => {
    if (!serviceTypes.includes(type) || unknown.has("metadata")) return [];
    const missing = required.filter((label) => (metadata.labels?.[label] ?? "") === "");
    return missing.length === 0 ? [] : [`has no label ${missing.join(", ")}: say in \`metadata.labels\` whose it is`];
  },
);
