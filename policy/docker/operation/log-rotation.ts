import { mlps, PolicyGroup } from "ha-registry-policy-common";
import { isService, type Container, type JudgedContainer } from "../container";
import { containerPolicy } from "../container-policy";

/** Logs that fill the disk: Docker's default driver keeps everything. */
export const logRotation = containerPolicy(
  {
    name: "log-rotation",
    group: PolicyGroup.Operation,
    description: "Logs of containers that run for long are rotated, or go elsewhere.",
    reason: "Docker's json-file driver never removes a line: a busy balancer's log fills the disk, and pushes fail.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: 'Set `logDriver: "json-file"` with `logOpts: { "max-size": "50m", "max-file": "3" }`. The level `remediate` does it.',
    controls: [mlps("8.1.4.3")],
  },
  (container) =>
    growsForever(container)
      ? ['keeps its log for ever: set `logOpts: { "max-size": "50m", "max-file": "3" }`, with `logDriver: "json-file"`']
      : [],
  (container): Partial<Container> | undefined =>
    growsForever(container)
      ? { logDriver: "json-file", logOpts: { "max-file": "3", ...container.properties.logOpts, "max-size": "50m" } }
      : undefined,
);

function growsForever(container: JudgedContainer): boolean {
  if (!isService(container) || container.unknown.has("logDriver") || container.unknown.has("logOpts")) return false;
  // Without a driver it is the engine's default, which a plan does not show: json-file, unless somebody changed it.
  const { logDriver = "json-file", logOpts = {} } = container.properties;
  return logDriver === "json-file" && (logOpts["max-size"] ?? "-1") === "-1";
}
