import { PolicyGroup, type Finding } from "ha-registry-policy-common";
import { awsStackPolicy } from "../aws-policy";
import {
  configurationsOf,
  isSetByVariables,
  registriesOf,
  registryServices,
  serviceKinds,
  variablesOf,
  type RegistryService,
} from "../task-definition";

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
  serviceKinds,
  (resources) =>
    registryServices(resources)
      .filter(({ service }) => service.properties.desiredCount !== 1)
      .filter(lacksSecret)
      .map(({ task }): Finding => ({
        message: "configures several registries without a common HTTP secret: take REGISTRY_HTTP_SECRET from a secret",
        about: task,
      })),
);

function lacksSecret({ task }: RegistryService): boolean {
  const registries = registriesOf(task);
  if (registries.some((container) => variablesOf(container).includes("REGISTRY_HTTP_SECRET"))) return false;
  const configured = configurationsOf(task).some(
    ({ configuration: { http, proxy } }) => proxy?.remoteurl === undefined && (http?.secret ?? "") === "",
  );
  return (
    configured ||
    registries.some((container) => isSetByVariables(container) && !variablesOf(container).includes("REGISTRY_PROXY_REMOTEURL"))
  );
}
