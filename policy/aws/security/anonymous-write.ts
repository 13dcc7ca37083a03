import { guides, isOpenToAll, mlps, PolicyGroup, type Finding } from "ha-registry-policy-common";
import { awsStackPolicy } from "../aws-policy";
import { fileKinds, registryConfigurations } from "../configurations";
import { ofKind, types } from "../resources";
import { isSetByVariables, nameOf, registriesOf, variablesOf, type Container, type TaskDefinition } from "../task-definition";

/** Registries to which anyone can push: MLPS 8.1.4.1. */
export const anonymousWrite = awsStackPolicy(
  {
    name: "anonymous-write",
    group: PolicyGroup.Security,
    description: "Nobody pushes to a registry without a login.",
    reason:
      "Everything in the VPC, and in what is peered with it, reaches the load balancer: without a login any of it replaces any image that production runs.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Add `auth` (`htpasswd` or `token`) to the registry's configuration (REGISTRY_AUTH), or make it read-only.",
    controls: [mlps("8.1.4.1"), guides("registry with htpasswd")],
  },
  [fileKinds.flat()],
  (resources) => [
    ...registryConfigurations(resources)
      .filter(({ configuration }) => isOpenToAll(configuration))
      .map(({ resource, place }): Finding => ({
        message: `configures a registry to which everyone can push (${place}): add \`auth\` with \`htpasswd\` or \`token\``,
        about: resource,
      })),
    ...ofKind<TaskDefinition>(resources, types.taskDefinition).flatMap((task) =>
      registriesOf(task)
        .filter(isOpen)
        .map((container): Finding => ({
          message: `${nameOf(container)} is a registry to which everyone can push: set REGISTRY_AUTH_HTPASSWD_… or REGISTRY_AUTH_TOKEN_…`,
          about: task,
        })),
    ),
  ],
);

function isOpen(container: Container): boolean {
  const names = variablesOf(container);
  const guarded = ["REGISTRY_AUTH", "REGISTRY_PROXY_REMOTEURL", "REGISTRY_STORAGE_MAINTENANCE_READONLY"];
  return isSetByVariables(container) && !names.some((name) => guarded.some((prefix) => name.startsWith(prefix)));
}
