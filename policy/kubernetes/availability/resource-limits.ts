import { isHidden, PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { workloadPolicy } from "../object-policy";
import { nameOf, podOf, serviceTypes } from "../workloads";

interface Settings extends CommonSettings {
  required: string[];
}

/** Pods that can take all of their host's memory, or are the first to go: Kubernetes' classes of service. */
export const resourceLimits = workloadPolicy<Settings>(
  {
    name: "resource-limits",
    group: PolicyGroup.Availability,
    description: "Every container that runs for long has a limit of memory, and requests CPU and memory.",
    reason:
      "Without a limit one that leaks takes its host's memory; without requests it is put on a host that is full, gets the CPU that nobody else wants, and is the first to be evicted.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Set `resources: { limits: { memory }, requests: { cpu, memory } }`; a request of memory may be left out, and is the limit then.",
    configuration: {
      required: {
        type: "array",
        items: { type: "string" },
        description: "What has to be set, as limits.memory or requests.cpu",
        default: ["limits.memory", "requests.cpu"],
      },
    },
  },
  (workload, { required }) => {
    if (!serviceTypes.includes(workload.type)) return [];
    return (podOf(workload).spec?.containers ?? []).flatMap((container) => {
      if (isHidden(container, "resources")) return [];
      const { limits = {}, requests = {} } = container.resources ?? {};
      // Kubernetes takes a limit for the request where there is none.
      const given: Record<string, object> = { limits, requests: { ...limits, ...requests } };
      const missing = required.filter((path) => {
        const [kind = "", name = ""] = path.split(".");
        return !Object.hasOwn(given[kind] ?? {}, name);
      });
      return missing.length === 0 ? [] : [`${nameOf(container)} has no ${missing.join(", ")}: set \`resources\``];
    });
  },
);
