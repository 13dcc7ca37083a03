import { PolicyGroup, type Finding } from "ha-registry-policy-common";
import { awsStackPolicy } from "../aws-policy";
import { fileKinds, registryConfigurations } from "../configurations";
import { isSetByVariables, registriesOf, registryServices, serviceKinds, variablesOf, type Container } from "../task-definition";

/** Nodes that do not know each other's uploads: distribution/distribution#2519. */
export const sharedHttpSecret = awsStackPolicy(
  {
    name: "shared-http-secret",
    group: PolicyGroup.Availability,
    description: "Several tasks of a registry have one and the same HTTP secret.",
    reason:
      "Without one each task makes its own, and pushes fail as soon as the load balancer sends a client to another task (distribution/distribution#2519).",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Generate one secret (`random.RandomPassword`), keep it in Secrets Manager, and take it as REGISTRY_HTTP_SECRET from there (`secrets`).",
  },
  [...serviceKinds, ...fileKinds],
  (resources) => {
    const registries = registryServices(resources).filter(({ service }) => service.properties.desiredCount !== 1);
    if (registries.length === 0 || registries.some(({ task }) => registriesOf(task).some(takesSecret))) return [];
    const configured = registryConfigurations(resources)
      .filter(({ configuration: { http, proxy } }) => proxy?.remoteurl === undefined && (http?.secret ?? "") === "")
      .map(({ resource, place }): Finding => ({
        message: `configures several registries without \`http.secret\` (${place}): set one for all of them`,
        about: resource,
      }));
    const byVariables = registries
      .filter(({ task }) => registriesOf(task).some((container) => isSetByVariables(container) && !isCache(container)))
      .map(({ task }): Finding => ({
        message: "runs several registries without a common HTTP secret: take REGISTRY_HTTP_SECRET from a secret",
        about: task,
      }));
    return [...configured, ...byVariables];
  },
);

function takesSecret(container: Container): boolean {
  return variablesOf(container).includes("REGISTRY_HTTP_SECRET");
}

function isCache(container: Container): boolean {
  return variablesOf(container).includes("REGISTRY_PROXY_REMOTEURL");
}
