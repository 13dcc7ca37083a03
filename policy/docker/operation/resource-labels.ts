import { guides, ownerLabels, PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { isService } from "../container";
import { containerPolicy } from "../container-policy";

interface Settings extends CommonSettings {
  required: string[];
}

/** Labels that tell whose a container is: the guides' naming by project and environment. */
export const resourceLabels = containerPolicy<Settings>(
  {
    name: "resource-labels",
    group: PolicyGroup.Operation,
    description: "Every container that runs for long tells its project, environment and owner in labels.",
    reason:
      "In an incident somebody looks at `docker ps` of a host that many share, and has to know whose a container is before stopping it.",
    severity: "low",
    enforcementLevel: "advisory",
    mend: "Add the labels; a `Registry` of this library takes them as `labels`.",
    controls: [guides("naming by project and environment")],
    configuration: {
      required: {
        type: "array",
        items: { type: "string" },
        description: "Labels that have to be there",
        default: [...ownerLabels],
      },
    },
  },
  (container, { required }) => {
    if (!isService(container) || container.unknown.has("labels")) return [];
    const given = (container.properties.labels ?? []).flatMap(({ label, value = "" }) =>
      label === undefined || value === "" ? [] : [label],
    );
    const missing = required.filter((label) => !given.includes(label));
    return missing.length === 0 ? [] : [`has no label ${missing.join(", ")}: say in \`labels\` whose it is`];
  },
);
