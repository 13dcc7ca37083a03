import { guides, PolicyGroup } from "ha-registry-policy-common";
import { isService, type JudgedContainer } from "../container";
import { containerPolicy } from "../container-policy";

/** Containers that stay away after a crash or a reboot: the guides' `--restart=always`. */
export const restartPolicy = containerPolicy(
  {
    name: "restart-policy",
    group: PolicyGroup.Availability,
    description: "Docker starts every container again that runs for long.",
    reason:
      "Without it a crash, or a reboot of the host, is an outage until somebody notices. The guides run the registry with `--restart=always`.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: 'Set `restart: "unless-stopped"`. The level `remediate` does it.',
    controls: [guides("--restart=always")],
  },
  (container) => (staysAway(container) ? ['does not come back after a crash or a reboot: set `restart: "unless-stopped"`'] : []),
  (container) => (staysAway(container) ? { restart: "unless-stopped" } : undefined),
);

function staysAway(container: JudgedContainer): boolean {
  const { restart = "no" } = container.properties;
  return isService(container) && !container.unknown.has("restart") && !["always", "unless-stopped", "on-failure"].includes(restart);
}
