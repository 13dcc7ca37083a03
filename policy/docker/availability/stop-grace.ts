import { PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { Role, roleOf } from "../container";
import { containerPolicy } from "../container-policy";

interface Settings extends CommonSettings {
  minimumSeconds: number;
}

/** Transfers that an update breaks off: the Docker provider kills unless told otherwise. */
export const stopGrace = containerPolicy<Settings>(
  {
    name: "stop-grace",
    group: PolicyGroup.Availability,
    description: "Registries and balancers get time to finish transfers before they are killed.",
    reason:
      "Without `destroyGraceSeconds` the Docker provider kills at once what it replaces: every update breaks off the pushes and pulls under way.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Set `destroyGraceSeconds` to the longest transfer that may finish, and the registry's `http.draintimeout` a little below.",
    configuration: {
      minimumSeconds: { type: "integer", minimum: 1, description: "Seconds that they need at the least", default: 30 },
    },
  },
  (container, { minimumSeconds }) => {
    const role = roleOf(container);
    if ((role !== Role.Registry && role !== Role.Balancer) || container.unknown.has("destroyGraceSeconds")) return [];
    const { destroyGraceSeconds = 0 } = container.properties;
    return destroyGraceSeconds >= minimumSeconds
      ? []
      : [`is killed ${destroyGraceSeconds} s after it was asked to stop: set \`destroyGraceSeconds\` to ${minimumSeconds} or more`];
  },
);
