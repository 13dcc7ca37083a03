import { guides, isHidden, PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { workloadPolicy } from "../object-policy";
import { imageName, nameOf, podOf, Role, roleOf } from "../workloads";

interface Settings extends CommonSettings {
  sidecars: string[];
}

const checked = [Role.Registry, Role.Balancer, Role.ObjectStore, Role.Redis, Role.Sentinel];

/** Pods that get requests before they can answer them: the guides' health checks. */
export const healthCheck = workloadPolicy<Settings>(
  {
    name: "health-check",
    group: PolicyGroup.Availability,
    description: "Registries, balancers, stores and servers of Redis have a readiness probe.",
    reason:
      "Without one a pod counts as ready as soon as its process runs: a rollout goes on to the next pod although the one before answers nothing, and a Service sends it requests.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Set `readinessProbe`, as `httpGet` of /debug/health on the registry's debug port, which tells of its store, too.",
    controls: [guides("health checks")],
    configuration: {
      sidecars: {
        type: "array",
        items: { type: "string" },
        description: "Names of images, without registry and tag, that need none beside the main container",
        default: [],
      },
    },
  },
  (workload, { sidecars }) => {
    const role = roleOf(workload);
    if (role === undefined || !checked.includes(role)) return [];
    return (podOf(workload).spec?.containers ?? [])
      .filter((container) => container.readinessProbe === undefined && !isHidden(container, "readinessProbe"))
      .filter((container) => !sidecars.includes(imageName(container) ?? ""))
      .map((container) => `${nameOf(container)} has no readiness probe: set \`readinessProbe\``);
  },
);
