import { cis, guides, PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { imageName, Role, roleOf } from "../container";
import { containerPolicy } from "../container-policy";

interface Settings extends CommonSettings {
  withOwnCheck: string[];
}

/** Parts whose failure is noticed by users first: CIS Docker 5.27. */
export const healthCheck = containerPolicy<Settings>(
  {
    name: "health-check",
    group: PolicyGroup.Availability,
    description: "Registries, balancers, stores and servers of Redis have a health check.",
    reason:
      "A process can run and answer nothing. Without a check an update goes on to the next node although the one before never came up.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: 'Set `healthcheck`, as `{ tests: ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:5000/"] }`, with `wait: true`.',
    controls: [cis("5.27"), guides("health checks")],
    configuration: {
      withOwnCheck: {
        type: "array",
        items: { type: "string" },
        description: "Names of images, without registry and tag, that have a check of their own",
        default: [],
      },
    },
  },
  (container, { withOwnCheck }) => {
    const role = roleOf(container);
    const checked = [Role.Registry, Role.Balancer, Role.ObjectStore, Role.Redis, Role.Sentinel];
    if (role === undefined || !checked.includes(role) || container.unknown.has("healthcheck")) return [];
    if (withOwnCheck.includes(imageName(container) ?? "")) return [];
    const { tests = [] } = container.properties.healthcheck ?? {};
    return tests.length === 0 || tests[0] === "NONE"
      ? ["has no health check: set `healthcheck`, and `wait: true` so that updates wait for it"]
      : [];
  },
);
