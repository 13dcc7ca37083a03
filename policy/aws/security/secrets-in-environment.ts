import { hasSecretArgument, secretVariables, mlps, PolicyGroup, securityHub, type CommonSettings } from "ha-registry-policy-common";
import { containerPolicy } from "../task-policy";

interface Settings extends CommonSettings {
  allowed: string[];
}

/** Secrets in the environment and the command of a container: AWS Security Hub ECS.8. */
export const secretsInEnvironment = containerPolicy<Settings>(
  {
    name: "secrets-in-environment",
    group: PolicyGroup.Security,
    description: "No secret stands in the environment or the command of a container in plain text.",
    reason:
      "Everyone who may look at task definitions reads them, also at revisions from years ago: AWS keeps them all, and nobody can take a text out of them.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Keep the secret in Secrets Manager, and name it in `secrets` (`valueFrom`); the execution role needs `secretsmanager:GetSecretValue` for it.",
    controls: [securityHub("ECS.8"), mlps("8.1.4.8")],
    configuration: {
      allowed: { type: "array", items: { type: "string" }, description: "Names of environment variables that hold no secret", default: [] },
    },
  },
  ({ environment = [], command = [], entryPoint = [] }, _, { allowed }) => {
    const variables = secretVariables(environment, allowed);
    const places = [...variables, ...(hasSecretArgument([...entryPoint, ...command]) ? ["its command"] : [])];
    return places.map((place) => `has a secret in ${place}: keep it in Secrets Manager, and name it in \`secrets\``);
  },
);
