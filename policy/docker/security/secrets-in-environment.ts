import { hasSecretArgument, holdsSecret, secretVariables, mlps, PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { commandOf } from "../container";
import { containerPolicy } from "../container-policy";

interface Settings extends CommonSettings {
  allowed: string[];
}

/** Secrets in the environment, the command and labels of a container: MLPS 8.1.4.8. */
export const secretsInEnvironment = containerPolicy<Settings>(
  {
    name: "secrets-in-environment",
    group: PolicyGroup.Security,
    description: "No secret stands in the environment, the command or a label of a container.",
    reason:
      "`docker inspect` shows them to everyone who may ask the engine, /proc to every process of the same user, and child processes and crash reports take them along.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Put the secret into a file that its user alone can read (`uploads` with permissions 0400, or a volume), and name the file.",
    controls: [mlps("8.1.4.8")],
    configuration: {
      allowed: { type: "array", items: { type: "string" }, description: "Names of environment variables that hold no secret", default: [] },
    },
  },
  (container, { allowed }) => {
    const { envs = [], labels = [] } = container.properties;
    const environment = envs.map((variable) => {
      const at = variable.indexOf("=");
      return at < 0 ? { name: variable } : { name: variable.slice(0, at), value: variable.slice(at + 1) };
    });
    const variables = secretVariables(environment, allowed);
    const telling = labels.filter(({ value = "" }) => holdsSecret(value)).map(({ label = "" }) => `the label ${label}`);
    return [...variables, ...(hasSecretArgument(commandOf(container)) ? ["the command"] : []), ...telling].map(
      (where) => `has a secret in ${where}, which \`docker inspect\` shows: put it into a file that its user alone can read`,
    );
  },
);
