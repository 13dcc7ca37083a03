import { cis, PolicyGroup } from "ha-registry-policy-common";
import { isService } from "../container";
import { containerPolicy } from "../container-policy";

/** Containers that can take all of their host's memory: CIS Docker 5.11. */
export const memoryLimit = containerPolicy(
  {
    name: "memory-limit",
    group: PolicyGroup.Availability,
    description: "Every container that runs for long has a memory limit.",
    reason: "One that leaks takes the whole host down: the kernel then ends whatever it likes, which may well be the registry.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Set `memory`, in MiB.",
    controls: [cis("5.11")],
  },
  (container) =>
    isService(container) && !container.unknown.has("memory") && (container.properties.memory ?? 0) <= 0
      ? ["has no memory limit: set `memory`, in MiB"]
      : [],
);
