import { guides, isOpenToAll, mlps, PolicyGroup, type Finding } from "ha-registry-policy-common";
import { registryConfigurations } from "../configurations";
import { objectsPolicy } from "../object-policy";

/** Registries to which anyone can push: MLPS 8.1.4.1. */
export const anonymousWrite = objectsPolicy(
  {
    name: "anonymous-write",
    group: PolicyGroup.Security,
    description: "Nobody pushes to a registry without a login.",
    reason: "Every pod of the cluster reaches a Service: without a login any of them replaces any image that the cluster runs.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Add `auth` (`htpasswd` or `token`) to the registry's configuration, or make it read-only.",
    controls: [mlps("8.1.4.1"), guides("registry with htpasswd")],
  },
  (objects) =>
    registryConfigurations(objects)
      .filter(({ configuration }) => isOpenToAll(configuration))
      .map(({ file: { object, key } }): Finding => ({
        message: `configures a registry to which everyone can push (${key}): add \`auth\` with \`htpasswd\` or \`token\``,
        about: object,
      })),
);
